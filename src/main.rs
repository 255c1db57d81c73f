//! The `jotlint` binary: arguments in, exit status out.
use std::io::Write;
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let options = jotlint::lint::Options {
        roots: vec![args[0].clone().into()],
        threads: 2,
        ..Default::default()
    };
    let format: jotlint::report::Format = if args.len() > 1 {
        "sarif".parse().unwrap()
    } else {
        "text".parse().unwrap()
    };
    let report = jotlint::lint::lint(&options, &jotlint::lint::Silent).unwrap();
    let mut out = Vec::new();
    jotlint::report::render(
        &report,
        format,
        jotlint::report::Style {
            color: false,
            links: false,
            width: None,
        },
        &mut out,
    )
    .unwrap();
    std::io::stdout().write_all(&out).unwrap();
}
