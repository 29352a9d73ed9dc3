//! What looks like a secret in recorded requests. Better too much than too little: what is taken for one is asked for
//! by the name of an environment variable instead.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::secret::names_a_secret;

/// Whole names of secrets.
const WHOLE: [&str; 7] = ["key", "auth", "sid", "sig", "otp", "pin", "xauth"];

/// Shorter texts are found by chance.
const SHORTEST: usize = 6;
/// From this length on, letters and digits without a word among them are taken for a secret.
const RANDOM: usize = 24;

/// Whether what has this name is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let whole: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    WHOLE.contains(&whole.as_str()) || names_a_secret(name)
}

/// Whether this text looks like a secret, whatever its name.
pub(super) fn looks_secret(text: &str) -> bool {
    let known =
        ["eyJ", "ghp_", "gho_", "github_pat_", "glpat-", "sk-", "sk_", "xoxb-", "xoxp-", "AKIA", "AIza", "Bearer "];
    if known.iter().any(|prefix| text.starts_with(prefix)) && text.len() >= 16 {
        return true;
    }
    let word = |c: char| c.is_ascii_alphanumeric() || "+/_=-".contains(c);
    let (letters, digits) = (text.chars().any(|c| c.is_ascii_alphabetic()), text.chars().any(|c| c.is_ascii_digit()));
    text.len() >= RANDOM && text.chars().all(word) && letters && digits && !is_uuid(text) && !is_words(text)
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// Whether it is made of words and numbers: no part has letters and digits in turns.
fn is_words(text: &str) -> bool {
    text.split(['-', '_', '/', '+', '=']).all(|part| {
        part.len() < 16 && {
            let kinds: Vec<bool> = part.chars().map(|c| c.is_ascii_digit()).collect();
            kinds.windows(2).filter(|pair| pair[0] != pair[1]).count() <= 1
        }
    })
}

/// The texts that must not be written anywhere.
#[derive(Default)]
pub(super) struct Found {
    texts: Vec<String>,
}

impl Found {
    /// A secret, and the parts of it that are secrets too: of cookies each value, of credentials the password.
    pub(super) fn add(&mut self, text: &str) {
        let decoded = text.strip_prefix("Basic ").and_then(|rest| STANDARD.decode(rest.trim()).ok());
        let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        let password = decoded.split_once(':').map(|(_, password)| password.to_owned());
        let parts = text.split([' ', ';', ',']).flat_map(|part| {
            let value = part.split_once('=').map(|(_, value)| value).filter(|value| value.len() >= 2);
            [Some(part), value]
        });
        for part in
            parts.flatten().map(|part| part.trim_matches('"').to_owned()).chain([text.to_owned()]).chain(password)
        {
            if part.len() >= SHORTEST && !["Bearer", "Digest"].contains(&part.as_str()) && !self.texts.contains(&part) {
                self.texts.push(part);
            }
        }
    }

    /// Whether one of them stands in the text.
    pub(super) fn are_in(&self, text: &str) -> bool {
        self.texts.iter().any(|secret| text.contains(secret.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_names_and_looks() {
        for name in ["Authorization", "X-Api-Key", "access_token", "sessionId", "Cookie", "key", "client_secret"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["accept", "keyboard", "limit", "author", "monkey", "X-Request-Id"] {
            assert!(!is_secret_name(name), "{name}");
        }
        for text in ["eyJhbGciOiJIUzI1NiJ9.e30.abc", "9f86d081884c7d659a2feaa0c55ad015", "AKIAIOSFODNN7EXAMPLE"] {
            assert!(looks_secret(text), "{text}");
        }
        for text in
            ["550e8400-e29b-41d4-a716-446655440000", "a-long-name-of-an-article-from-2024", "2024-01-01T00:00:00Z"]
        {
            assert!(!looks_secret(text), "{text}");
        }
        let mut found = Found::default();
        found.add("Basic YW5uOmh1bnRlcjIy");
        found.add("a=1; sid=abcdef123");
        assert!(found.are_in("x/hunter22") && found.are_in("abcdef123") && !found.are_in("nothing"));
    }
}
