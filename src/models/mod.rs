//! What each library's API means, as data: the schema, the embedded files, look-up by package and path, and which
//! version of a library a file uses.

pub mod catalog;
pub mod schema;
pub mod source;
pub mod versions;
