//! The `jotlint` binary: arguments in, exit status out.

fn main() -> std::process::ExitCode {
    jotlint::cli::main()
}
