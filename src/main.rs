//! The `jotlint` binary: arguments in, exit status out.

fn main() {}
