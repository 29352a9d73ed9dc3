//! Patterns that select trials by their id.

/// A pattern of `--only` and `--skip`.
///
/// It matches a trial or everything below it: `presence` and `presence/privacy` match whole branches.
/// `?` stands for one character and `*` for any within one part of the id, `**` for any number of parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
}

impl Pattern {
    /// The pattern that this text means.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.trim_end_matches('/').to_owned() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the trial is meant.
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
        let pattern: Vec<&str> = self.text.split('/').collect();
        let parts: Vec<&str> = id.split('/').collect();
        matches_parts(&pattern, &parts)
    }

    /// Whether a requirement of this id is meant.
    #[must_use]
    pub fn names(&self, requirement: &str) -> bool {
        !self.text.contains("**") && matches_part(&self.text, requirement)
    }
}

fn matches_parts(pattern: &[&str], parts: &[&str]) -> bool {
    match (pattern.first(), parts.first()) {
        (None, _) => true,
        (Some(&"**"), _) => (0..=parts.len()).any(|skipped| matches_parts(&pattern[1..], &parts[skipped..])),
        (Some(first), Some(part)) => matches_part(first, part) && matches_parts(&pattern[1..], &parts[1..]),
        (Some(_), None) => false,
    }
}

fn matches_part(pattern: &str, part: &str) -> bool {
    let mut pattern = pattern.chars();
    let mut part = part.chars();
    loop {
        match pattern.next() {
            None => return part.next().is_none(),
            Some('*') => {
                let rest = pattern.as_str();
                let ends = part.as_str().char_indices().map(|(at, _)| &part.as_str()[at..]).chain([""]);
                return ends.into_iter().any(|end| matches_part(rest, end));
            }
            Some('?') if part.next().is_some() => {}
            Some(wanted) if part.next() == Some(wanted) => {}
            Some(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_match_branches_and_wildcards() {
        for (pattern, id, expected) in [
            ("presence", "presence/level-user", true),
            ("presence/privacy", "presence/privacy/friend/blocked", true),
            ("presence/priv", "presence/privacy/friend/blocked", false),
            ("presence/*/friend", "presence/privacy/friend/blocked", true),
            ("**/blocked", "presence/privacy/friend/blocked", true),
            ("**", "a/b", true),
            ("presence/level-*", "presence/level-user", true),
            ("presence/*-user", "presence/level-user", true),
            ("*/*/*/*/*", "presence/privacy/friend/blocked", false),
            ("pres*", "presence/x", true),
            ("presence/", "presence/x", true),
            ("presence/level-??er", "presence/level-user", true),
            ("presence/level-?", "presence/level-user", false),
            ("pr?s*e/*é", "presence/xé", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(id), expected, "{pattern} {id}");
        }
    }
}
