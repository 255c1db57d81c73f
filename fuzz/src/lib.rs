//! What the fuzz targets share: one file of any bytes through parsing and evaluation, on a stack as deep as the
//! program's own.

pub use libfuzzer_sys::fuzz_target;

use jotlint::syntax::Language;

/// Parses, lowers, evaluates and judges `bytes` as a file called `name`.
pub fn read(name: &str, language: Language, bytes: &[u8]) {
    let source = jotlint::source::SourceFile::new(name.to_owned(), name.into(), bytes.to_vec());
    let work = std::thread::Builder::new().stack_size(jotlint::syntax::bounds::STACK_BYTES);
    let handle = work.spawn(move || jotlint::lint::judge_alone(&source, language, &jotlint::syntax::bounds::Limits::default())).expect("a thread");
    handle.join().expect("no panic").expect("the models load");
}

/// A fuzz target for one language.
#[macro_export]
macro_rules! front_end {
    ($name:literal, $language:ident) => {
        $crate::fuzz_target!(|bytes: &[u8]| $crate::read($name, jotlint::syntax::Language::$language, bytes));
    };
}
