//! What each library's API means, as data: the schema, the embedded files, and look-up by package and path.

pub mod catalog;
pub mod schema;
pub mod source;
