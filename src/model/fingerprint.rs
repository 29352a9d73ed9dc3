//! What is the same of a finding from run to run: a short name for it, for people to write down.

use sha2::{Digest as _, Sha256};

use super::verdict::{Finding, Rule};

/// How many hexadecimal digits a fingerprint has.
pub const DIGITS: usize = 8;

/// From this length on, a part of a pointer that looks like an id is taken for one.
const LONG_ID: usize = 8;

impl Finding {
    /// Of the finding: its clause, its rule, the place in the answer without indices and ids, and of which kind the
    /// observed value is. Neither values, nor the line of the suite, nor where the server stands have a part in it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let pointer = self.pointer.as_deref().map(general).unwrap_or_default();
        let parts = [self.rule.slug(), &self.requirement.0, &pointer, header(self), &kind(self)];
        let digest = Sha256::digest(parts.join("\n"));
        let hex = digest.iter().take(DIGITS / 2).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        debug_assert_eq!(hex.len(), DIGITS);
        hex
    }
}

/// A JSON Pointer in which indices, numbers in names, and ids are stars.
fn general(pointer: &str) -> String {
    let part = |part: &str| {
        let digits = part.bytes().any(|byte| byte.is_ascii_digit());
        let id = part.len() >= LONG_ID && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if digits && id {
            return "*".to_owned();
        }
        let mut general = String::with_capacity(part.len());
        for character in part.chars() {
            match character.is_ascii_digit() {
                true if general.ends_with('*') => {}
                true => general.push('*'),
                false => general.push(character),
            }
        }
        general
    };
    pointer.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The header that a finding speaks of, if it speaks of one.
fn header(finding: &Finding) -> &str {
    let speaks = matches!(finding.rule, Rule::Header | Rule::BodyLength | Rule::Leak | Rule::Snapshot);
    // Messages quote values too: the name stands before the first of them, but for a leak, where it stands last.
    let marked = "the header `";
    let found = finding.message.rfind(marked).filter(|_| speaks);
    let rest = found.map_or("", |at| &finding.message[at + marked.len()..]);
    rest.split('`').next().unwrap_or_default()
}

/// What the observed value is, without the value: a status is itself, a JSON value its type.
fn kind(finding: &Finding) -> String {
    let observed = finding.observed.trim();
    let word = observed.split([' ', ',']).next().unwrap_or_default();
    match finding.rule {
        // What came in the stead of an answer may name an address.
        Rule::Status if word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit()) => word.into(),
        Rule::Status => "no answer".into(),
        Rule::Leak => "value".into(),
        // What is shown of these is text as it came, and begins with anything.
        Rule::Header | Rule::BodyLength | Rule::Json | Rule::Contains | Rule::EmptyBody | Rule::PresentBody => {
            if is_nothing(observed) { "nothing" } else { "value" }.into()
        }
        _ => json_kind(observed).into(),
    }
}

fn is_nothing(observed: &str) -> bool {
    ["", "nothing", "none", "absent", "no such item", "no such header"].contains(&observed)
}

fn json_kind(observed: &str) -> &'static str {
    let word = observed.split([' ', ',', '…']).next().unwrap_or_default();
    match observed.chars().next() {
        _ if is_nothing(observed) => "nothing",
        Some('{') => "object",
        Some('[') => "array",
        Some('"') => "string",
        Some(first) if first.is_ascii_digit() || first == '-' => "number",
        _ => match word {
            "null" => "null",
            "true" | "false" => "boolean",
            _ => "text",
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::{Place, SourceFile};
    use crate::model::requirement::RequirementId;

    fn finding(rule: Rule, message: &str, observed: &str, pointer: &str) -> Finding {
        let file = Arc::new(SourceFile::new("suites/a.yaml", String::new()));
        Finding {
            requirement: RequirementId("A-1".into()),
            rule,
            message: message.into(),
            expected: String::new(),
            observed: observed.into(),
            pointer: Some(pointer.to_owned()).filter(|pointer| !pointer.is_empty()),
            place: Place::new(&file, 0, 0),
        }
    }

    #[test]
    fn values_ids_and_indices_make_no_difference_and_kinds_do() {
        use Rule::{Body, Header, Leak, Status};
        let gone = "no such header";
        for (one, other, same) in [
            ((Status, "", "404 Not Found, body {}", ""), (Status, "", "404, body nothing", ""), true),
            ((Status, "", "404", ""), (Status, "", "500", ""), false),
            ((Status, "", "127.0.0.1:80 closed", ""), (Status, "", "closed", ""), true),
            ((Body, "", "\"two\"", "/a/0/b"), (Body, "", "\"three… (300 bytes)", "/a/17/b"), true),
            ((Body, "", "\"two\"", "/a/0/b"), (Body, "", "2", "/a/0/b"), false),
            ((Body, "", "null", "/a"), (Body, "", "nothing", "/a"), false),
            ((Body, "", "true", "/a"), (Body, "", "true", "/b"), false),
            ((Body, "", "1", "/n-17/x"), (Body, "", "2", "/n-4/x"), true),
            ((Body, "", "1", "/0d9f3c1e-77/x"), (Body, "", "2", "/ab12cd34-9f/x"), true),
            ((Header, "the header `a` is missing", gone, ""), (Header, "the header `b` is missing", gone, ""), false),
            ((Header, "the header `a` differs", "`x`", ""), (Header, "the header `a` differs", "`y`", ""), true),
            ((Header, "the header `a` differs", "`x`", ""), (Header, "the header `a` is missing", gone, ""), false),
            ((Leak, "`k` leaks in the header `a`", "", ""), (Leak, "`k` leaks in the header `b`", "", ""), false),
            ((Body, "", "{}", "/a"), (Rule::Schema, "", "{}", "/a"), false),
            ((Rule::Contains, "", "7 no", ""), (Rule::Contains, "", "nothing more", ""), true),
            ((Rule::Contains, "", "7 no", ""), (Rule::Contains, "", "nothing", ""), false),
        ] {
            let [one, other] = [one, other].map(|(rule, message, observed, pointer)| {
                let finding = finding(rule, message, observed, pointer);
                assert_eq!(finding.fingerprint().len(), DIGITS);
                finding
            });
            assert_eq!(one.fingerprint() == other.fingerprint(), same, "{one:?} {other:?}");
        }
    }
}
