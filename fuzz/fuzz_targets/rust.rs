//! Any bytes as a file of this language: parsing, lowering and evaluating end without a panic.
#![no_main]

jotlint_fuzz::front_end!("fuzzed.rs", Rust);
