//! Which findings a team wants to see: the configuration file and comments in the code.

pub mod config;
pub mod suppress;
