//! Asks the crate jsonwebtoken the questions on standard input; prints what it answered.

use jsonwebtoken::{decode, encode, Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{json, Map, Value};

fn main() {
    let asked: Value = serde_json::from_reader(std::io::stdin()).expect("questions");
    let mut observations = Map::new();
    for question in asked["questions"].as_array().expect("a list") {
        let id = question["id"].as_str().expect("an id").to_owned();
        observations.insert(id, verify(question).into());
    }
    let secret = asked["mint"]["secret"].as_str().expect("a secret");
    let minted = encode(
        &Header::default(),
        &asked["mint"]["payload"],
        &EncodingKey::from_secret(secret.as_bytes()),
    );
    let minted = minted.ok();
    println!("{}", json!({"observations": observations, "minted": minted}));
}

fn verify(question: &Value) -> String {
    let key = &question["key"];
    let text = key["text"].as_str().unwrap_or_default().as_bytes();
    let key = match (key["kind"].as_str(), key["form"].as_str()) {
        (Some("secret"), _) => DecodingKey::from_secret(text),
        (Some("public"), Some("pem" | "pkcs1")) => match DecodingKey::from_rsa_pem(text) {
            Ok(key) => key,
            Err(error) => return format!("rejected: {error}"),
        },
        _ => return "n/a".to_owned(),
    };
    let mut validation = Validation::default();
    if let Some(names) = question["algorithms"].as_array() {
        let mut algorithms: Vec<Algorithm> = Vec::new();
        for name in names {
            match name.as_str().unwrap_or_default().parse() {
                Ok(algorithm) => algorithms.push(algorithm),
                // The type has no such value: nobody can write it.
                Err(_) => return "n/a".to_owned(),
            }
        }
        validation = Validation::new(algorithms[0]);
        validation.algorithms = algorithms;
    }
    if let Some(audience) = question["audience"].as_str() {
        validation.set_audience(&[audience]);
    }
    if let Some(issuer) = question["issuer"].as_str() {
        validation.set_issuer(&[issuer]);
    }
    let raw = &question["raw"];
    for name in raw["field"].as_object().into_iter().flat_map(Map::keys) {
        match name.as_str() {
            "validate_exp" => validation.validate_exp = false,
            #[cfg(not(feature = "v8"))]
            "validate_aud" => validation.validate_aud = false,
            _ => return "n/a".to_owned(),
        }
    }
    for name in raw["call"].as_array().into_iter().flatten() {
        match name.as_str() {
            #[cfg(any(feature = "v8", feature = "v9", feature = "v10"))]
            Some("insecure_disable_signature_validation") => {
                validation.insecure_disable_signature_validation();
            }
            _ => return "n/a".to_owned(),
        }
    }
    let token = question["token"].as_str().unwrap_or_default();
    match decode::<Value>(token, &key, &validation) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => format!("rejected: {error}"),
    }
}
