//! The rules: one weakness each, decided over facts.

pub mod page;
