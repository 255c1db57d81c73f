//! Everything that is tested from outside the crate, one module a concern.

mod fixtures;
mod pages;
