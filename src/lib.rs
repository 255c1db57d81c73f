//! jotlint: a static security linter for JWT usage.

pub mod finding;
pub mod redact;
pub mod report;
pub mod rules;
pub mod source;
pub mod syntax;
