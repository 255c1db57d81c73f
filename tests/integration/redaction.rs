//! Secrets never appear: canaries in every place a key can stand, through every format.

use std::fs;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jotlint::keys::read;
use jotlint::lint::{Options, Silent, inventory};
use jotlint::report::Format;

use crate::{lint_everything, rendered, repository};

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

/// Code around key files, and keys in code that no call is seen to use.
const KEYED: &str = r#"
const fs = require('fs');
const jwt = require('jsonwebtoken');
const key = fs.readFileSync('issuer.pem'); const spare = `PEM`;
const set = fs.readFileSync('keys.json'); const wrapped = 'WRAPPED'; const jwk = JWK; const text = 'TEXT';
const secret = fs.readFileSync('hmac.secret', 'utf8'); const kept = { kty: 'EC', d: 'MEMBER' };
exports.a = (id) => jwt.sign({ sub: id }, key, { algorithm: 'RS256' }); `PEM`; 'WRAPPED';
exports.b = (token) => jwt.verify(token, secret, { algorithms: ['HS256', 'none'] }); 'TEXT';
exports.c = (req, res) => res.json({ keys: [{ kty: 'EC', crv: 'P-256', kid: 'one', d: 'MEMBER' }] });
exports.d = (id) => jwt.sign({ sub: id }, process.env.JWT_KEY || `PEM`, { algorithm: 'RS256', keyid: 'MEMBER' });
exports.e = (id) => jwt.sign({ sub: id }, process.env.JWT_SECRET, { algorithm: 'HS256' });
"#;

fn fixture(name: &str) -> String {
    fs::read_to_string(repository("fixtures/keys").join(name)).unwrap()
}

/// A tree with keys in every form that is read.
fn keyed_tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let pem = fixture("fixture-rsa1024-pkcs1.pem");
    let jwk = fixture("fixture-ec.jwk");
    let member = jwk.split("\"d\": \"").nth(1).unwrap();
    let member = member.split('"').next().unwrap();
    let wrapped = STANDARD.encode(&pem);
    let one_line = jwk.replace('\n', "");
    let code = KEYED
        .replace("PEM", &pem)
        .replace("WRAPPED", &wrapped)
        .replace("JWK", &one_line)
        .replace("TEXT", &one_line)
        .replace("MEMBER", member);
    let set = fixture("fixture-jwks-private.json");
    let manifest = format!("kind: Secret\nmetadata:\n  name: jwt\ndata:\n  a.key: {wrapped}\n");
    let one_line_pem = pem.trim().replace('\n', "\\n");
    let compose = format!(
        "services:\n  app:\n    build: .\n    environment:\n      JWT_KEY: \"{one_line_pem}\"\n      JWT_SECRET: canary-in-a-file\n"
    );
    for (name, text) in [
        ("app.js", code.as_str()),
        ("issuer.pem", &pem),
        ("keys.json", &set),
        ("static/jwks.json", &set),
        ("key.jwk", &one_line),
        ("hmac.secret", "canary-in-a-file"),
        ("jwt-secret.yaml", &manifest),
        ("docker-compose.yml", &compose),
        (
            ".env",
            &format!("JWT_KEY=\"{}\"\n", pem.trim().replace('\n', "\\n")),
        ),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::write(
        folder.path().join("jwt.der"),
        fs::read(repository("fixtures/keys/fixture-rsa1024.der")).unwrap(),
    )
    .unwrap();
    folder
}

/// Pieces of private material, long enough not to be there by chance.
fn pieces() -> Vec<String> {
    let pem = fixture("fixture-rsa1024-pkcs1.pem");
    let body: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let mut secrets = vec![
        "canary-in-a-file".to_owned(),
        body.concat(),
        STANDARD.encode(&pem),
    ];
    for set in ["fixture-ec.jwk", "fixture-jwks-private.json"] {
        let text = fixture(set);
        for line in text.lines() {
            let (name, value) = line.trim().split_once(": ").unwrap_or_default();
            if ["\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\""].contains(&name) {
                secrets.push(value.trim_matches(['"', ',']).to_owned());
            }
        }
    }
    assert_eq!(secrets.len(), 3 + 7);
    let pieces = secrets
        .iter()
        .flat_map(|secret| secret.as_bytes().windows(16).step_by(4));
    pieces
        .map(|piece| String::from_utf8(piece.to_vec()).unwrap())
        .collect()
}

#[test]
fn no_format_shows_a_key_of_a_file() {
    let folder = keyed_tree();
    let report = lint_everything(folder.path());
    for path in [
        "app.js",
        "issuer.pem",
        "keys.json",
        "static/jwks.json",
        "key.jwk",
        "hmac.secret",
        "jwt-secret.yaml",
        ".env",
        "jwt.der",
    ] {
        let found = report
            .findings
            .iter()
            .any(|finding| finding.primary.path == path);
        assert!(found, "{path}: the keys must be found to be hidden");
    }
    let pieces = pieces();
    let mut shown: Vec<String> = [Format::Text, Format::Sarif, Format::Json]
        .map(|format| rendered(&report, format))
        .to_vec();
    shown.push(format!("{:?} {:?}", report.findings, report.redactor));
    shown.push(format!(
        "{:?}",
        read(fixture("fixture-jwks-private.json").as_bytes())
    ));
    for shown in shown {
        for piece in &pieces {
            assert!(!shown.contains(piece), "{piece} in {shown}");
        }
    }
}

#[test]
fn no_command_shows_a_key() {
    let folder = keyed_tree();
    let pieces = pieces();
    let commands: [&[&str]; 10] = [
        &["--pedantic", "--format", "text", "."],
        &["--pedantic", "--format", "json", "."],
        &["--pedantic", "--format", "sarif", "."],
        &["inventory", "--format", "text", "."],
        &["inventory", "--format", "json", "."],
        &["map", "--format", "text", "."],
        &["map", "--format", "json", "."],
        &["map", "--format", "mermaid", "."],
        &["map", "--format", "dot", "."],
        &["map", "--what-if", "compromised=app", "."],
    ];
    for arguments in commands {
        let output = Command::new(env!("CARGO_BIN_EXE_jotlint"))
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8(shown).unwrap();
        assert!(
            shown.contains("app") && output.status.code() != Some(2),
            "{arguments:?}: {shown}"
        );
        for piece in &pieces {
            assert!(!shown.contains(piece), "{arguments:?}: {piece} in {shown}");
        }
    }
}

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
