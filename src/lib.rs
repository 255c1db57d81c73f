//! jotlint: a static security linter for JWT usage.

pub mod budget;
pub mod cli;
pub mod code_context;
pub mod context;
pub mod eval;
pub mod facts;
pub mod filter;
pub mod finding;
pub mod key_files;
pub mod keys;
pub mod level;
pub mod lint;
pub mod models;
pub mod page;
pub mod project;
pub mod project_facts;
pub mod redact;
pub mod report;
pub mod rules;
pub mod services;
pub mod settings;
pub mod source;
pub mod syntax;
pub mod systems;
pub mod walk;
