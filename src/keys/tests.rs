use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/keys/fixture-");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(fixture(name)).unwrap()
}

fn one(content: &[u8]) -> KeyMaterial {
    let keys = read(content);
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys.into_iter().next().unwrap()
}

#[test]
fn every_structure_is_told_apart() {
    use Container::{Certificate, Der, Jks, OpenSsh, Pem, Pkcs12};
    use KeyType::{Ec, Ed, Rsa, Unknown};
    for (name, key_type, private, encrypted, bits, container) in [
        ("rsa1024-pkcs1.pem", Rsa, true, false, Some(1024), Pem),
        (
            "rsa1024-encrypted-pkcs1.pem",
            Unknown,
            true,
            true,
            None,
            Pem,
        ),
        (
            "rsa1024-encrypted-pkcs8.pem",
            Unknown,
            true,
            true,
            None,
            Pem,
        ),
        ("rsa1024-spki.pem", Rsa, false, false, Some(1024), Pem),
        (
            "rsa1024-pkcs1-public.pem",
            Rsa,
            false,
            false,
            Some(1024),
            Pem,
        ),
        (
            "rsa1024-certificate.pem",
            Rsa,
            false,
            false,
            Some(1024),
            Certificate,
        ),
        ("rsa1024.der", Rsa, true, false, Some(1024), Der),
        ("rsa2048-pkcs8.pem", Rsa, true, false, Some(2048), Pem),
        ("ec-sec1.pem", Ec, true, false, None, Pem),
        ("ec-pkcs8.pem", Ec, true, false, None, Pem),
        ("ec-spki.pem", Ec, false, false, None, Pem),
        ("ed25519-pkcs8.pem", Ed, true, false, None, Pem),
        ("openssh", Rsa, true, false, Some(1024), OpenSsh),
        ("openssh.pub", Rsa, false, false, Some(1024), OpenSsh),
        ("openssh-encrypted", Ed, true, true, None, OpenSsh),
        ("store.p12", Unknown, true, true, None, Pkcs12),
        ("store.jks", Unknown, true, true, None, Jks),
        ("truststore.jks", Unknown, false, false, None, Jks),
    ] {
        let key = one(&fixture(name));
        assert_eq!(
            (
                key.key_type,
                key.private,
                key.encrypted,
                key.rsa_bits,
                key.container
            ),
            (key_type, private, encrypted, bits, container),
            "{name}"
        );
    }
    assert_eq!(one(&fixture("ec-sec1.pem")).curve, Some("P-256"));
}

#[test]
fn a_pair_shares_its_identity() {
    let identity = |name: &str| read(&fixture(name))[0].identity.unwrap();
    let private = identity("rsa1024-pkcs1.pem");
    assert_eq!(private, identity("rsa1024-certificate.pem"));
    assert_eq!(private, identity("rsa1024-spki.pem"));
    assert_eq!(private, identity("jwks-public.json"));
    assert_ne!(private, identity("rsa2048-pkcs8.pem"));
    assert_eq!(identity("ec-sec1.pem"), identity("ec-spki.pem"));
}

#[test]
fn pem_as_people_keep_it() {
    let pem = text("rsa1024-pkcs1.pem");
    let escaped = format!("KEY=\"{}\"", pem.trim().replace('\n', "\\n"));
    let one_line = pem.replace('\n', "");
    let indented = pem.replace('\n', "\r\n    ");
    let joined = pem.replace('\n', "\\n\" +\n\"").replace("+", "");
    let wrapped = format!("data:\n  a.key: {}\n", STANDARD.encode(&pem));
    for (form, content) in [
        ("escaped", &escaped),
        ("one line", &one_line),
        ("indented", &indented),
        ("joined", &joined),
        ("wrapped", &wrapped),
    ] {
        if form == "joined" && pem.contains('+') {
            continue;
        }
        let key = one(content.as_bytes());
        assert_eq!((key.rsa_bits, key.private), (Some(1024), true), "{form}");
    }
    let wrapped_key = one(wrapped.as_bytes());
    assert_eq!(wrapped_key.container, Container::Base64);
    assert_eq!(wrapped_key.span.start, 15);
    let bare = STANDARD.encode(fixture("rsa1024.der"));
    assert_eq!(one(bare.as_bytes()).rsa_bits, Some(1024));
    let both = format!("{pem}\n{}", text("ec-spki.pem"));
    assert_eq!(read(both.as_bytes()).len(), 2);
}

#[test]
fn sets_have_the_place_of_each_private_member() {
    let content = text("jwks-private.json");
    let keys = read(content.as_bytes());
    assert_eq!(keys.len(), 2);
    assert_eq!(&content[keys[0].span.range()], "\"d\"");
    assert_eq!(keys[0].kid.as_deref(), Some("fixture-rsa"));
    assert_eq!(keys[0].alg.as_deref(), Some("RS256"));
    assert!(keys[0].private && !keys[1].private);
    assert_eq!(keys[0].container, Container::Jwks);
    let key = one(&fixture("ec.jwk"));
    assert_eq!((key.container, key.private), (Container::Jwk, true));
    assert!(
        read(&fixture("jwks-public.json"))
            .iter()
            .all(|key| !key.private)
    );
}

#[test]
fn placeholders_are_no_keys() {
    for content in [
        "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
        "const begin = '-----BEGIN PRIVATE KEY-----';",
        "-----BEGIN ",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nabcd\n-----END PGP PRIVATE KEY BLOCK-----",
        "{\"kty\": \"RSA\"}",
        "{\"kty\": \"RSA\", \"n\": 5}",
        "{\"kty\": \"RSA\"",
        "LS0tLS1CRUdJTi",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCMIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
    ] {
        assert_eq!(read(content.as_bytes()), [], "{content}");
    }
    let public = "{\"kty\": \"EC\", \"crv\": \"P-256\", \"d\": \"<private>\"}";
    assert!(!one(public.as_bytes()).private);
}

#[test]
fn cut_content_never_panics() {
    for name in [
        "rsa1024.der",
        "store.jks",
        "store.p12",
        "openssh",
        "jwks-private.json",
    ] {
        let content = fixture(name);
        for end in 0..content.len() {
            read(&content[..end]);
            secret_spans(&content[..end]);
        }
    }
}

#[test]
fn what_is_secret_is_named_by_its_form() {
    let hidden = |content: &str| -> String {
        let mut bytes = content.as_bytes().to_vec();
        for span in secret_spans(content.as_bytes()) {
            bytes[span.range()].fill(b'*');
        }
        String::from_utf8(bytes).unwrap()
    };
    let pem = text("rsa1024-pkcs1.pem");
    let shown = hidden(&pem);
    assert!(shown.starts_with("-----BEGIN RSA PRIVATE KEY-----*"));
    assert!(!shown.contains("MII"));
    let public = text("rsa1024-spki.pem");
    assert_eq!(hidden(&public), public);
    let set = hidden(&text("jwks-private.json"));
    assert_eq!(set.matches("\"d\": \"***").count(), 1);
    assert!(set.contains("\"kid\": \"fixture-rsa\""));
    let code = "const jwk = { kty: 'oct', k: 'Y2FuYXJ5LWNhbmFyeS1jYW5hcnk' };";
    assert!(!hidden(code).contains("Y2Fu"));
}
