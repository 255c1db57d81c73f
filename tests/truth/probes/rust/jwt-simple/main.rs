//! Asks the crate jwt-simple the questions on standard input; prints what it answered.

use std::collections::HashSet;

use jwt_simple::prelude::*;
use serde_json::{json, Map, Value};

fn main() {
    let asked: Value = serde_json::from_reader(std::io::stdin()).expect("questions");
    let mut observations = Map::new();
    for question in asked["questions"].as_array().expect("a list") {
        let id = question["id"].as_str().expect("an id").to_owned();
        observations.insert(id, verify(question).into());
    }
    let secret = asked["mint"]["secret"].as_str().expect("a secret");
    // Claims cannot be made without a duration.
    let claims = Claims::create(Duration::from_mins(15));
    let minted = HS256Key::from_bytes(secret.as_bytes())
        .authenticate(claims)
        .ok();
    println!("{}", json!({"observations": observations, "minted": minted}));
}

fn verify(question: &Value) -> String {
    // The type of the key is the algorithm: there is no list, and a listed one is not a question to this library.
    match question["algorithms"].as_array() {
        None => {}
        Some(names) if names.len() == 1 && names[0] == "HS256" => {}
        Some(_) => return "n/a".to_owned(),
    }
    if question["raw"].as_object().is_some_and(|raw| !raw.is_empty()) {
        return "n/a".to_owned();
    }
    let set = |value: &Value| {
        let text = value.as_str()?;
        Some(HashSet::from_strings(&[text]))
    };
    let options = VerificationOptions {
        allowed_audiences: set(&question["audience"]),
        allowed_issuers: set(&question["issuer"]),
        ..Default::default()
    };
    let token = question["token"].as_str().unwrap_or_default();
    let key = &question["key"];
    let text = key["text"].as_str().unwrap_or_default();
    let outcome = match (key["kind"].as_str(), key["form"].as_str()) {
        (Some("secret"), _) => HS256Key::from_bytes(text.as_bytes())
            .verify_token::<NoCustomClaims>(token, Some(options))
            .map(|_| ()),
        (Some("public"), Some("pem" | "pkcs1")) => match RS256PublicKey::from_pem(text) {
            Ok(key) => key
                .verify_token::<NoCustomClaims>(token, Some(options))
                .map(|_| ()),
            Err(error) => Err(error),
        },
        _ => return "n/a".to_owned(),
    };
    match outcome {
        Ok(()) => "accepted".to_owned(),
        Err(error) => format!("rejected: {error}"),
    }
}
