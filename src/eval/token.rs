//! Signed tokens that are written in the code.

use serde_json::Value as Json;

use super::Evaluator;
use super::material::decode_base64;
use crate::facts::TokenLiteral;
use crate::syntax::ir::{ExprKind, Literal};

/// Every literal of the file that is a signed token.
pub(super) fn literals(evaluator: &Evaluator<'_>) -> Vec<TokenLiteral> {
    let exprs = evaluator.input.file.module.exprs.iter();
    exprs
        .filter_map(|expr| {
            let ExprKind::Text(text) = &expr.kind else {
                return None;
            };
            let (token, algorithm, expires) = read(text.reveal())?;
            let place = evaluator.place(expr.span, "a signed token");
            Some(TokenLiteral {
                place,
                algorithm,
                expires,
                context: None,
                text: Literal::new(token),
                opened: None,
            })
        })
        .collect()
}

/// The role of everybody who has not logged in: such a token is made to be given away.
///
/// Source: documentation of Supabase, API keys (`anon`: safe to expose), and of PostgREST, authentication (`db-anon-role`).
const OPEN_ROLE: &str = "anon";

/// A compact token with a signature, its algorithm and expiry.
pub(crate) fn read(text: &str) -> Option<(&str, String, Option<i64>)> {
    let text = text.trim();
    let token = text.strip_prefix("Bearer ").unwrap_or(text);
    let mut parts = token.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || signature.len() < 20 || !header.starts_with("eyJ") {
        return None;
    }
    let header: Json = serde_json::from_slice(&decode_base64(header)?).ok()?;
    let payload: Json = serde_json::from_slice(&decode_base64(payload)?).ok()?;
    let algorithm = header.get("alg")?.as_str()?;
    if payload.get("role").and_then(Json::as_str) == Some(OPEN_ROLE) {
        return None;
    }
    // The header is a stranger's: only a name that can be an algorithm is shown.
    let known = algorithm.len() <= 10 && algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let algorithm = if known {
        algorithm
    } else {
        "an unknown algorithm"
    };
    Some((
        token,
        algorithm.to_owned(),
        payload.get("exp").and_then(Json::as_i64),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signed_tokens() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.c2lnbmF0dXJlc2lnbmF0dXJl";
        assert_eq!(
            read(token),
            Some((token, "HS256".into(), Some(1_700_000_000)))
        );
        assert_eq!(read("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9."), None);
        assert_eq!(read("a.b.c"), None);
        // {"role":"anon"} and {"role":"service_role"}
        let of_role =
            |payload: &str| format!("eyJhbGciOiJIUzI1NiJ9.{payload}.c2lnbmF0dXJlc2lnbmF0dXJl");
        assert_eq!(read(&of_role("eyJyb2xlIjoiYW5vbiJ9")), None);
        assert!(read(&of_role("eyJyb2xlIjoic2VydmljZV9yb2xlIn0")).is_some());
    }
}
