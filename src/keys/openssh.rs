//! Keys in OpenSSH's own formats.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Container, KeyMaterial, KeyType, Shape};
use crate::source::Span;

const MAGIC: &[u8] = b"openssh-key-v1\0";

/// Lines of a file that are looked at.
const MOST_LINES: usize = 100;

/// The content of an `OPENSSH PRIVATE KEY` block.
pub(super) fn private(content: &[u8]) -> Option<Shape> {
    let mut wire = Wire(content.strip_prefix(MAGIC)?);
    let cipher = wire.string()?;
    let _derivation = wire.string()?;
    let _options = wire.string()?;
    let _count = wire.number()?;
    let shape = public(wire.string()?)?;
    Some(Shape {
        private: true,
        encrypted: cipher != b"none",
        container: Some(Container::OpenSsh),
        ..shape
    })
}

/// Public keys, one a line: type, base64, comment.
pub(super) fn public_lines(text: &str) -> Vec<KeyMaterial> {
    let mut keys = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n').take(MOST_LINES) {
        let words: Vec<&str> = line.split_whitespace().take(2).collect();
        if let [kind, content] = words[..]
            && (kind.starts_with("ssh-") || kind.starts_with("ecdsa-"))
            && let Ok(content) = STANDARD.decode(content)
            && let Some(shape) = public(&content)
        {
            let span = Span::new(start, start + kind.len());
            keys.push(shape.at(span, Container::OpenSsh));
        }
        start += line.len();
    }
    keys
}

fn public(content: &[u8]) -> Option<Shape> {
    let mut wire = Wire(content);
    Some(match wire.string()? {
        b"ssh-rsa" => {
            let _exponent = wire.string()?;
            Shape::rsa(wire.string()?, false)
        }
        b"ssh-ed25519" => Shape::on_curve(KeyType::Ed, "Ed25519", false),
        b"ecdsa-sha2-nistp256" => Shape::on_curve(KeyType::Ec, "P-256", false),
        b"ecdsa-sha2-nistp384" => Shape::on_curve(KeyType::Ec, "P-384", false),
        b"ecdsa-sha2-nistp521" => Shape::on_curve(KeyType::Ec, "P-521", false),
        _ => Shape::new(KeyType::Unknown, false),
    })
}

/// Numbers and strings one after the other, each string with its length before it.
struct Wire<'a>(&'a [u8]);

impl<'a> Wire<'a> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (string, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(string)
    }
}
