//! jotlint: a static security linter for JWT usage.

pub mod models;
pub mod source;
pub mod syntax;
pub mod walk;
