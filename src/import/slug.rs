//! Names that can stand in ids and in paths of files, made of any text.

use std::collections::BTreeSet;

/// The longest name, in bytes; some file systems take no more than 255 of them in a whole path.
const LONGEST: usize = 60;

/// Lower case with hyphens between the words: `getPetById` becomes `get-pet-by-id`. `otherwise` where no letter or
/// digit of ASCII is in the text.
pub(super) fn slug(text: &str, otherwise: &str) -> String {
    let mut slug = String::new();
    let mut before = ' ';
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            let begins_word =
                character.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
            if begins_word && !slug.is_empty() {
                slug.push('-');
            }
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() {
            slug.push('-');
        }
        before = character;
    }
    let mut words: Vec<&str> = slug.split('-').filter(|word| !word.is_empty()).collect();
    while words.len() > 1 && words.iter().map(|word| word.len() + 1).sum::<usize>() > LONGEST {
        words.pop();
    }
    let mut slug = words.join("-");
    slug.truncate(LONGEST);
    if slug.is_empty() { otherwise.to_owned() } else { slug }
}

/// The name of the environment variable for a secret of a contract.
pub(super) fn variable(contract: &str, secret: &str) -> String {
    let name = format!("{}_{}", slug(contract, "contract"), slug(secret, "secret")).replace('-', "_");
    // No shell takes a name that begins with a digit.
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("API_{name}") } else { name };
    name.to_ascii_uppercase()
}

/// Names that were given away.
#[derive(Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// Nothing gets one of these names as it is.
    pub(super) fn without(reserved: &[&str]) -> Self {
        Self { taken: reserved.iter().map(|name| (*name).to_owned()).collect() }
    }

    /// The name, with a number after it if it was taken.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        let mut number = 2;
        while !self.taken.insert(unique.clone()) {
            unique = format!("{name}-{number}");
            number += 1;
        }
        unique
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_a_name() {
        for (text, expected) in [
            ("getPetById", "get-pet-by-id"),
            ("GET /users/{id}", "get-users-id"),
            ("API v2", "api-v2"),
            ("日本", "otherwise"),
            ("..", "otherwise"),
            ("__x__", "x"),
        ] {
            assert_eq!(slug(text, "otherwise"), expected, "{text}");
        }
        assert!(slug(&"a".repeat(900), "x").len() <= LONGEST);
        assert!(slug(&"ab ".repeat(900), "x").len() <= LONGEST);
    }

    #[test]
    fn a_name_is_given_away_once() {
        let mut names = Names::without(&["world"]);
        let given = ["pets", "pets", "world", "pets-2"].map(|name| names.unique(name));
        assert_eq!(given, ["pets", "pets-2", "world-2", "pets-2-2"]);
    }
}
