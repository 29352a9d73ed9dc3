//! Diagnostics without the secrets that stand in the files that they quote.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::diagnostic::{Diagnostic, Place, SourceFile};
use crate::model::secret::{Secrets, names_a_secret};

/// A key, up to the value on the same line.
static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"["']?([\w.-]+)["']?[ \t]*:[ \t]+([^\s])"#).ok());

/// A value in quotes, which may be missing at its end.
static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"\A(?:"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?)"#).ok());

/// The diagnostics as they may be shown. `known` are secrets that were found elsewhere.
pub(super) fn concealed(diagnostics: Vec<Diagnostic>, known: &[String]) -> Vec<Diagnostic> {
    let mut files: HashMap<*const SourceFile, Arc<SourceFile>> = HashMap::new();
    for diagnostic in &diagnostics {
        let related = diagnostic.related.as_ref().map(|(place, _)| place);
        for place in diagnostic.place.iter().chain(related) {
            files.insert(Arc::as_ptr(&place.file), Arc::clone(&place.file));
        }
    }
    let mut secrets = Secrets::new(known.iter().cloned());
    for file in files.values() {
        let lines = values(&file.text).into_iter().flat_map(|span| file.text[span].lines());
        secrets.extend(lines.map(|line| line.trim().trim_matches(['"', '\'']).to_owned()));
    }
    for file in files.values_mut() {
        let spans = values(&file.text).into_iter().chain(secrets.places_in(&file.text));
        *file = Arc::new(file.dotted(spans));
    }
    let place = |place: Place| {
        let file = files.get(&Arc::as_ptr(&place.file)).map_or_else(|| Arc::clone(&place.file), Arc::clone);
        Place::new(&file, place.start(), place.end())
    };
    let text = |text: String| secrets.mask(&text).into_owned();
    let one = |diagnostic: Diagnostic| Diagnostic {
        code: diagnostic.code,
        message: text(diagnostic.message),
        place: diagnostic.place.map(place),
        label: text(diagnostic.label),
        related: diagnostic.related.map(|(at, label)| (place(at), text(label))),
        help: diagnostic.help.map(text),
        replacement: diagnostic.replacement.map(text),
    };
    diagnostics.into_iter().map(one).collect()
}

/// Where values stand whose keys say that they are secret.
fn values(text: &str) -> Vec<Range<usize>> {
    let (Some(key), Some(quoted)) = (&*KEY, &*QUOTED) else { return Vec::new() };
    let mut spans = Vec::new();
    // The name and password in a URL.
    for (begin, scheme) in text.match_indices("://") {
        let start = begin + scheme.len();
        let end = text[start..].find(|c: char| c.is_whitespace() || "/?#'\"".contains(c));
        let authority = &text[start..end.map_or(text.len(), |end| start + end)];
        spans.extend(authority.rfind('@').filter(|at| *at > 0).map(|at| start..start + at));
    }
    let mut lines = Lines::default();
    let mut at = 0;
    while let Some((name, start)) = key.captures_at(text, at).and_then(|found| found.get(1).zip(found.get(2))) {
        // In the value of one key there may be others.
        at = start.start();
        if !names_a_secret(name.as_str()) {
            continue;
        }
        lines.go_to(text, name.start());
        let rest = &text[at..lines.end];
        let span = match quoted.find(rest).map_or(rest, |found| found.as_str()) {
            folded if folded.starts_with(['|', '>']) => {
                let line = &text[lines.start..];
                let indent = line.len() - line.trim_start_matches([' ', '-']).len();
                block(text, at + folded.len(), indent)
            }
            // An object, a list, a template, a JSONPath: not what is secret, but where it is found.
            other if other.starts_with(['{', '[', '$', '&', '*', '#']) => continue,
            value => plain(value, lines.open > 0).filter(|end| !value[..*end].contains("{{")).map(|end| at..at + end),
        };
        at = span.as_ref().map_or(at, |span| span.end);
        spans.extend(span);
    }
    spans
}

/// A line, and what is open on it: looked at once, however many keys it has.
#[derive(Default)]
struct Lines {
    start: usize,
    end: usize,
    seen: usize,
    open: isize,
}

impl Lines {
    /// Goes on to a place.
    fn go_to(&mut self, text: &str, place: usize) {
        let passed = &text[self.seen.min(place)..place];
        if let Some(newline) = passed.rfind('\n') {
            (self.start, self.open) = (place - passed.len() + newline + 1, 0);
        }
        if place >= self.end {
            self.end = text[place..].find('\n').map_or(text.len(), |newline| place + newline);
        }
        for byte in text[self.start.max(self.seen).min(place)..place].bytes() {
            self.open += isize::from(byte == b'{') - isize::from(byte == b'}');
        }
        self.seen = place;
    }
}

/// Where a value ends, without what follows it on its line. None of a word that says how something is.
fn plain(value: &str, in_flow: bool) -> Option<usize> {
    let is_quoted = value.starts_with(['"', '\'']);
    let in_flow = in_flow.then(|| value.find([',', '}', ']'])).flatten();
    let open = &value[..in_flow.unwrap_or(value.len())];
    let end = if is_quoted { None } else { open.find(" #").or(in_flow) };
    let value = value[..end.unwrap_or(value.len())].trim_end();
    let says_how = ["absent", "present", "true", "false", "null", "~"].contains(&value.trim_matches(['"', '\'']));
    (!says_how).then_some(value.len())
}

/// The lines after `at` that are indented by more.
fn block(text: &str, at: usize, indent: usize) -> Option<Range<usize>> {
    let start = at + text[at..].find('\n')? + 1;
    let mut end = start;
    for line in text[start..].split_inclusive('\n') {
        let own = line.len() - line.trim_start_matches(' ').len();
        if !line.trim().is_empty() && own <= indent {
            break;
        }
        end += line.len();
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Style, render_all};

    #[test]
    fn no_secret_of_a_file_is_quoted() {
        let text = "personas:\n  me: {xuid: '1', authorization: Bearer hunter-22, typo: 1}\n  ann:\n    \
                    password: \"hunter-22 and \\\"more\"   # no\n    api_key: |\n      hunter-22\n      hunter-23\n    \
                    token: \"{{ann.token}}\"\n    session: {env: SESSION}\n    note: hunter-22\n";
        let file = Arc::new(SourceFile::new("target.yaml", text));
        let lines = text.match_indices('\n').map(|(end, _)| {
            let start = text[..end].rfind('\n').map_or(0, |at| at + 1);
            let place = Place::new(&file, start, end);
            Diagnostic::at(Code::InvalidValue, &place, format!("`{}` is wrong", place.text())).label("hunter-22")
        });
        let shown = render_all(&concealed(lines.collect(), &[]), Style::PLAIN);
        assert!(!shown.contains("hunter"), "{shown}");
        let many = format!("{{{}}}", "token: hunter-22, a: {b: [c], password: 'hunter-22'}, ".repeat(20_000));
        let diagnostic =
            Diagnostic::at(Code::InvalidYaml, &Place::new(&Arc::new(SourceFile::new("a", many)), 0, 9), "x");
        let shown_of_many = render_all(&concealed(vec![diagnostic], &[]), Style { colour: false, width: 400 });
        assert!(!shown_of_many.contains("hunter") && shown_of_many.contains("b: [c]"), "{shown_of_many}");
        for kept in ["xuid: '1'", "typo: 1", "{{ann.token}}", "{env: SESSION}", "# no"] {
            assert!(shown.contains(kept), "{kept}\n{shown}");
        }
    }
}
