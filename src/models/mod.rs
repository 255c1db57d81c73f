//! What each JWT library's API means: which version of it applies.

pub mod versions;
