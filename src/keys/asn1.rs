//! Keys in DER, told apart by trying each structure, and keystores by their magic.

use pkcs1::{RsaPrivateKeyRef, RsaPublicKeyRef};
use pkcs8::der::Decode;
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef};
use sec1::EcPrivateKey;
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use x509_cert::Certificate;

use super::{Container, Identity, KeyType, Shape};

/// First byte of every key in DER.
pub(super) const SEQUENCE: u8 = 0x30;

const RSA: [&str; 2] = ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"];
const EC: &str = "1.2.840.10045.2.1";
const EDWARDS: [(&str, &str); 4] = [
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
];
const CURVES: [(&str, &str); 4] = [
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.132.0.10", "secp256k1"),
];

/// A key in any structure.
pub(super) fn any(der: &[u8]) -> Option<Shape> {
    pkcs8(der)
        .or_else(|| pkcs1_private(der))
        .or_else(|| sec1(der))
        .or_else(|| spki(der))
        .or_else(|| pkcs1_public(der))
        .or_else(|| certificate(der))
        .or_else(|| encrypted(der))
}

pub(super) fn pkcs1_private(der: &[u8]) -> Option<Shape> {
    let key = RsaPrivateKeyRef::from_der(der).ok()?;
    Some(Shape::rsa(key.modulus.as_bytes(), true))
}

pub(super) fn pkcs1_public(der: &[u8]) -> Option<Shape> {
    let key = RsaPublicKeyRef::from_der(der).ok()?;
    Some(Shape::rsa(key.modulus.as_bytes(), false))
}

pub(super) fn pkcs8(der: &[u8]) -> Option<Shape> {
    let info = PrivateKeyInfoRef::from_der(der).ok()?;
    let algorithm = info.algorithm.oid.to_string();
    if RSA.contains(&algorithm.as_str()) {
        return pkcs1_private(info.private_key.as_bytes());
    }
    let mut shape = by_algorithm(&info.algorithm, true);
    if algorithm == EC
        && let Ok(key) = EcPrivateKey::from_der(info.private_key.as_bytes())
    {
        shape.identity = key.public_key.map(Identity::of);
    }
    Some(shape)
}

pub(super) fn sec1(der: &[u8]) -> Option<Shape> {
    let key = EcPrivateKey::from_der(der).ok()?;
    let curve = key
        .parameters
        .and_then(|parameters| parameters.named_curve());
    Some(Shape {
        curve: curve.and_then(curve_name),
        identity: key.public_key.map(Identity::of),
        ..Shape::new(KeyType::Ec, true)
    })
}

pub(super) fn spki(der: &[u8]) -> Option<Shape> {
    let info = SubjectPublicKeyInfoRef::from_der(der).ok()?;
    public(&info.algorithm, info.subject_public_key.raw_bytes())
}

pub(super) fn certificate(der: &[u8]) -> Option<Shape> {
    let certificate = Certificate::from_der(der).ok()?;
    let info = certificate.tbs_certificate().subject_public_key_info();
    let parameters = info.algorithm.parameters.as_ref().map(Into::into);
    let algorithm = AlgorithmIdentifierRef {
        oid: info.algorithm.oid,
        parameters,
    };
    let shape = public(&algorithm, info.subject_public_key.raw_bytes())?;
    Some(Shape {
        container: Some(Container::Certificate),
        ..shape
    })
}

pub(super) fn encrypted(der: &[u8]) -> Option<Shape> {
    EncryptedPrivateKeyInfoRef::from_der(der).ok()?;
    Some(Shape::encrypted())
}

/// A PKCS#12 store or Java keystore. They are not opened.
pub(super) fn store(content: &[u8]) -> Option<(Shape, Container)> {
    const KEYSTORE_MAGIC: [[u8; 4]; 2] = [[0xFE, 0xED, 0xFE, 0xED], [0xCE; 4]];
    const PRIVATE_ENTRY: [u8; 4] = [0, 0, 0, 1];
    if KEYSTORE_MAGIC
        .iter()
        .any(|magic| content.starts_with(magic))
    {
        let private = content.get(12..16) == Some(&PRIVATE_ENTRY);
        let shape = Shape {
            encrypted: private,
            ..Shape::new(KeyType::Unknown, private)
        };
        return Some((shape, Container::Jks));
    }
    // SEQUENCE { version INTEGER 3, SEQUENCE { contentType OID 1.2.840.113549.1.7.x, ...
    const VERSION: [u8; 3] = [0x02, 0x01, 0x03];
    const CONTENT_TYPE: [u8; 10] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07];
    let head = content.get(..32)?;
    let version = head.windows(3).position(|window| window == VERSION)?;
    let is_store = head.first() == Some(&SEQUENCE)
        && version <= 6
        && head.windows(10).any(|window| window == CONTENT_TYPE);
    is_store.then(|| (Shape::encrypted(), Container::Pkcs12))
}

fn public(algorithm: &AlgorithmIdentifierRef<'_>, key: &[u8]) -> Option<Shape> {
    if RSA.contains(&algorithm.oid.to_string().as_str()) {
        return pkcs1_public(key);
    }
    Some(Shape {
        identity: Some(Identity::of(key)),
        ..by_algorithm(algorithm, false)
    })
}

fn by_algorithm(algorithm: &AlgorithmIdentifierRef<'_>, private: bool) -> Shape {
    let oid = algorithm.oid.to_string();
    if oid == EC {
        let curve = algorithm.parameters_oid().ok();
        return Shape {
            curve: curve.and_then(curve_name),
            ..Shape::new(KeyType::Ec, private)
        };
    }
    match EDWARDS.iter().find(|(known, _)| *known == oid) {
        Some((_, curve)) => Shape::on_curve(KeyType::Ed, curve, private),
        None => Shape::new(KeyType::Unknown, private),
    }
}

fn curve_name(curve: ObjectIdentifier) -> Option<&'static str> {
    let curve = curve.to_string();
    CURVES
        .iter()
        .find(|(known, _)| *known == curve)
        .map(|(_, name)| *name)
}
