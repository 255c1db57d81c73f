//! jotlint: a static security linter for JWT usage.

pub mod source;
pub mod syntax;
