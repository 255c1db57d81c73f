//! Secrets never appear: canaries in every place a key can stand, through every format.

use std::fs;

use jotlint::lint::{Options, Silent, inventory};
use jotlint::report::Format;

use crate::{lint_everything, rendered};

/// Each line of code holds one canary where a key, a token or a copy of one stands.
const JAVASCRIPT: &str = r#"
const jwt = require('jsonwebtoken');
const FIRST = 'canary-literal-0123456789';
const SECOND = process.env.SECRET || "canary-fallback-abcdef"; // was canary-literal-0123456789
const options = { algorithms: ['none'], key: 'canary-literal-0123456789' };
exports.a = (req) => jwt.verify(req.headers.authorization, FIRST, { ignoreExpiration: true });
exports.b = (user) => jwt.sign({ id: user.id }, SECOND); const copy = 'canary-fallback-abcdef';
exports.c = (user) => jwt.sign({ id: user.id }, Buffer.from('canary-' + 'joined-' + 'key'));
exports.d = (user) => jwt.sign({ id: user.id }, `-----BEGIN RSA PRIVATE KEY-----
canaryPEMcanaryPEMcanaryPEMcanaryPEM
-----END RSA PRIVATE KEY-----`, { algorithm: 'RS256' });
exports.e = (user) => jwt.sign({ id: user.id }, 'canary-short'); // eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJjYW5hcnkifQ.canary-signature
"#;

const PYTHON: &str = r#"
import jwt
SECRET_KEY = "canary-python-module"

def mint(user):
    return jwt.encode({"sub": user}, SECRET_KEY), "canary-python-module"

class Config:
    key = "canary-python-class"

def verify(token):
    return jwt.decode(token, Config.key, algorithms=["HS256"], options={"verify_exp": False})
"#;

const RUST: &str = r#"
use jsonwebtoken::{encode, EncodingKey, Header};

static KEY: &[u8] = b"canary-rust-static";

struct Claims { sub: u32 }

fn mint() -> String {
    encode(&Header::default(), &Claims { sub: 1 }, &EncodingKey::from_secret(KEY)).unwrap()
}
"#;

fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("a.js", JAVASCRIPT), ("b.py", PYTHON), ("c.rs", RUST)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn no_format_shows_a_secret() {
    let folder = tree();
    let report = lint_everything(folder.path());
    assert!(
        report.findings.len() >= 8,
        "the canaries must be found to be hidden"
    );
    for format in [Format::Text, Format::Sarif, Format::Json] {
        let shown = rendered(&report, format);
        assert!(
            !shown.to_lowercase().contains("canary"),
            "{format}: {shown}"
        );
    }
}

#[test]
fn no_debug_form_shows_a_secret() {
    let folder = tree();
    let report = lint_everything(folder.path());
    let mut shown = format!("{:?} {:?}", report.findings, report.redactor);
    let options = Options {
        roots: vec![folder.path().to_owned()],
        threads: 1,
        ..Options::default()
    };
    for file in inventory(&options, &Silent).unwrap().files {
        shown.push_str(&format!("{file:?}"));
    }
    assert!(!shown.contains("canary"), "{shown}");
}
