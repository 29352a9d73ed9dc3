//! Patterns that select trials by their id.

use crate::model::requirement::Level;

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

    /// Whether a trial is meant: by its id, a requirement of it, or its level.
    #[must_use]
    pub fn selects<'r>(&self, id: &str, level: Level, requirements: impl Iterator<Item = &'r str>) -> bool {
        self.matches(id) || self.means(level, requirements)
    }

    /// Whether all trials of this level and with these requirements are meant, whatever their ids.
    #[must_use]
    pub fn means<'r>(&self, level: Level, mut requirements: impl Iterator<Item = &'r str>) -> bool {
        level.word() == self.text || requirements.any(|requirement| self.names(requirement))
    }

    /// Whether an id can be meant that begins with these parts.
    #[must_use]
    pub fn may_match_below(&self, beginning: &str) -> bool {
        may_match(Some(&self.text), Some(beginning))
    }

    /// Whether a trial of this id is meant.
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
        matches_parts(Some(&self.text), Some(id))
    }

    /// Whether a requirement of this id is meant.
    #[must_use]
    pub fn names(&self, requirement: &str) -> bool {
        !self.text.contains("**") && matches_part(&self.text, requirement)
    }
}

/// Whether what is left of a pattern matches what is left of an id, if anything is.
fn matches_parts(pattern: Option<&str>, id: Option<&str>) -> bool {
    let Some(pattern) = pattern else { return true };
    let (wanted, further) = first_part(pattern);
    if wanted == "**" {
        let rests = std::iter::successors(Some(id), |rest| rest.map(|rest| first_part(rest).1));
        return rests.into_iter().any(|rest| matches_parts(further, rest));
    }
    let Some((part, rest)) = id.map(first_part) else { return false };
    matches_part(wanted, part) && matches_parts(further, rest)
}

/// Whether what is left of a pattern can match something that begins with what is left of a beginning.
fn may_match(pattern: Option<&str>, beginning: Option<&str>) -> bool {
    let (Some(pattern), Some(beginning)) = (pattern, beginning) else { return true };
    let ((wanted, further), (part, rest)) = (first_part(pattern), first_part(beginning));
    wanted == "**" || matches_part(wanted, part) && may_match(further, rest)
}

fn first_part(text: &str) -> (&str, Option<&str>) {
    text.split_once('/').map_or((text, None), |(first, rest)| (first, Some(rest)))
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
            let beginnings = id.match_indices('/').map(|(end, _)| &id[..end]).chain([id]);
            for beginning in beginnings.filter(|_| expected) {
                assert!(Pattern::new(pattern).may_match_below(beginning), "{pattern} {beginning}");
            }
        }
    }

    #[test]
    fn a_beginning_tells_what_can_follow() {
        for (pattern, beginning, expected) in [
            ("presence", "presence/privacy", true),
            ("presence/privacy/friend", "presence/privacy", true),
            ("presence/privacy/friend", "presence/levels", false),
            ("presence/*/friend", "presence/levels", true),
            ("*/levels", "presence/privacy", false),
            ("presence/**/friend", "presence/levels/x", true),
            ("**", "presence", true),
            ("people", "presence/privacy", false),
        ] {
            assert_eq!(Pattern::new(pattern).may_match_below(beginning), expected, "{pattern} {beginning}");
        }
    }
}
