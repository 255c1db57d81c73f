//! Names of settings: their words, and one spelling for those that frameworks take for the same.

/// The words of a name: at anything that is no letter or digit, and where a capital follows a small letter.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before_small = false;
    for letter in name.chars() {
        let begins = !letter.is_ascii_alphanumeric() || letter.is_ascii_uppercase() && before_small;
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
        }
        before_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// One spelling for the names that frameworks take for the same: `JWT_SECRET`, `jwt.secret`, `Jwt__Secret`.
pub(crate) fn folded(name: &str) -> String {
    let name = name.strip_prefix("process.env.").unwrap_or(name);
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            folded.push(letter.to_ascii_lowercase());
        } else if !folded.ends_with('.') {
            folded.push('.');
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn spellings_fold() {
        assert_eq!(folded("Jwt__Secret"), folded("jwt.secret"));
        assert_eq!(folded("Jwt:Secret"), folded("JWT_SECRET"));
    }
}
