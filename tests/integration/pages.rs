//! The examples of the rules' pages run: a `bad` block is found by the page's rule, an `ok` block is not.

use std::fs;

use jotlint::lint::{Options, Silent, lint};
use jotlint::page::{PAGES, Page};

#[test]
fn examples_do_what_the_page_says() {
    let mut wrong = Vec::new();
    let mut counted = 0;
    for page in PAGES.iter() {
        let blocks = blocks(page.body);
        assert!(
            blocks.iter().any(|block| block.bad),
            "{}: no bad example",
            page.id
        );
        assert!(
            blocks.iter().any(|block| !block.bad),
            "{}: no ok example",
            page.id
        );
        for block in blocks {
            counted += 1;
            let found = found_rules(page, &block);
            if found.iter().any(|rule| rule == page.id) != block.bad {
                let wanted = if block.bad { "bad" } else { "ok" };
                wrong.push(format!(
                    "{} line {}: {wanted}, but found {found:?}",
                    page.id, block.line
                ));
            }
        }
    }
    assert!(counted > 0);
    assert!(
        wrong.is_empty(),
        "{} of {counted} examples:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

struct Block<'a> {
    line: usize,
    extension: &'a str,
    bad: bool,
    packages: Vec<(&'a str, &'a str)>,
    code: String,
}

/// The fenced blocks of a page whose info string is `<extension> bad|ok [package@version ...]`.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((line, text)) = lines.next() {
        let mut words = text
            .strip_prefix("```")
            .unwrap_or_default()
            .split_whitespace();
        let (Some(extension), Some(kind @ ("bad" | "ok"))) = (words.next(), words.next()) else {
            continue;
        };
        let code = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| *line != "```");
        let code = code.map(|line| format!("{line}\n")).collect();
        let packages = words.filter_map(|word| word.rsplit_once('@')).collect();
        blocks.push(Block {
            line: line + 1,
            extension,
            bad: kind == "bad",
            packages,
            code,
        });
    }
    blocks
}

fn found_rules(page: &Page, block: &Block<'_>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    // The first word names a file, or the extension of one, or says that `=== path` begins each of several.
    if block.extension == "tree" {
        for file in block.code.split("=== ").skip(1) {
            let (path, text) = file.split_once('\n').unwrap();
            write(path, text);
        }
    } else {
        match block.extension.contains('/') {
            true => write(block.extension, &block.code),
            false => write(&format!("example.{}", block.extension), &block.code),
        }
        let (manifest, text) = manifest(block);
        write(manifest, &text);
    }
    let options = Options {
        roots: vec![folder.path().to_owned()],
        threads: 1,
        pedantic: page.front.pedantic,
        ..Options::default()
    };
    let report = lint(&options, &Silent).unwrap();
    report
        .findings
        .iter()
        .map(|finding| finding.rule.id.to_owned())
        .collect()
}

fn manifest(block: &Block<'_>) -> (&'static str, String) {
    let list = |line: &dyn Fn(&str, &str) -> String, between: &str| {
        block
            .packages
            .iter()
            .map(|(name, version)| line(name, version))
            .collect::<Vec<_>>()
            .join(between)
    };
    match block.extension {
        "py" => (
            "requirements.txt",
            list(&|name, version| format!("{name}=={version}"), "\n"),
        ),
        "rs" => {
            let lines = list(&|name, version| format!("{name} = \"={version}\""), "\n");
            ("Cargo.toml", format!("[dependencies]\n{lines}\n"))
        }
        _ => {
            let lines = list(&|name, version| format!("\"{name}\": \"{version}\""), ", ");
            ("package.json", format!("{{\"dependencies\": {{{lines}}}}}"))
        }
    }
}
