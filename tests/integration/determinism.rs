//! The same input gives the same bytes, whatever the number of threads and the order of the files on disk.

use std::fs;
use std::path::Path;

use jotlint::lint::{Options, Silent, lint};
use jotlint::report::Format;
use walkdir::WalkDir;

use crate::{rendered, repository};

const FORMATS: [Format; 3] = [Format::Text, Format::Sarif, Format::Json];

fn outputs(root: &Path, threads: usize) -> Vec<String> {
    let options = Options {
        roots: vec![root.to_owned()],
        threads,
        pedantic: true,
        include_tests: true,
        ..Options::default()
    };
    let report = lint(&options, &Silent).unwrap();
    FORMATS
        .iter()
        .map(|format| rendered(&report, *format))
        .collect()
}

#[test]
fn threads_do_not_matter() {
    let root = repository("fixtures");
    let one = outputs(&root, 1);
    assert!(
        one[0].contains("error["),
        "nothing was found, so nothing is compared"
    );
    assert_eq!(one, outputs(&root, 2));
    assert_eq!(one, outputs(&root, 8));
}

#[test]
fn the_order_of_files_on_disk_does_not_matter() {
    let forwards = tempfile::tempdir().unwrap();
    let backwards = tempfile::tempdir().unwrap();
    let mut files: Vec<_> = WalkDir::new(repository("fixtures"))
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.into_path())
        .collect();
    for (root, reverse) in [(&forwards, false), (&backwards, true)] {
        if reverse {
            files.reverse();
        }
        for file in &files {
            let path = root
                .path()
                .join(file.strip_prefix(repository("fixtures")).unwrap());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::copy(file, path).unwrap();
        }
    }
    assert_eq!(outputs(forwards.path(), 2), outputs(backwards.path(), 2));
}

#[test]
fn the_prefilter_loses_nothing() {
    let findings = |prefilter| {
        let options = Options {
            roots: vec![repository("fixtures")],
            threads: 2,
            prefilter,
            ..Options::default()
        };
        let report = lint(&options, &Silent).unwrap();
        report
            .findings
            .into_iter()
            .map(|finding| (finding.primary, finding.rule.id))
            .collect::<Vec<_>>()
    };
    assert_eq!(findings(true), findings(false));
}
