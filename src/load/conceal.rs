//! Diagnostics without the secrets that stand in the files that they quote.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::diagnostic::{Diagnostic, Place, SourceFile};
use crate::model::secret::{Secrets, names_a_secret};

/// A key, and its value on the same line.
static ENTRY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let value = r#""(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[^\s"'][^\n]*"#;
    Regex::new(&format!(r#"(?m)["']?([\w.-]+)["']?[ \t]*:[ \t]+({value})"#)).ok()
});

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
    let Some(entry) = &*ENTRY else { return Vec::new() };
    let mut spans = Vec::new();
    // The name and password in a URL.
    for (begin, scheme) in text.match_indices("://") {
        let start = begin + scheme.len();
        let end = text[start..].find(|c: char| c.is_whitespace() || "/?#'\"".contains(c));
        let authority = &text[start..end.map_or(text.len(), |end| start + end)];
        spans.extend(authority.rfind('@').filter(|at| *at > 0).map(|at| start..start + at));
    }
    let mut at = 0;
    while let Some((key, value)) = entry.captures_at(text, at).and_then(|found| found.get(1).zip(found.get(2))) {
        // In the value of one key there may be others.
        at = value.start();
        if !names_a_secret(key.as_str()) {
            continue;
        }
        let line = text[..key.start()].rfind('\n').map_or(0, |newline| newline + 1);
        let indent = text[line..].len() - text[line..].trim_start_matches([' ', '-']).len();
        let value = match value.as_str() {
            folded if folded.starts_with(['|', '>']) => block(text, value.end(), indent),
            // An object, a list, a template, a JSONPath: not what is secret, but where it is found.
            other if other.starts_with(['{', '[', '$', '&', '*', '#']) || other.contains("{{") => continue,
            _ => {
                let before = &text[line..key.start()];
                let in_flow = before.matches('{').count() > before.matches('}').count();
                plain(value.as_str(), in_flow).map(|end| value.start()..value.start() + end)
            }
        };
        spans.extend(value);
    }
    spans
}

/// Where a value ends, without what follows it on its line. None of a word that says how something is.
fn plain(value: &str, in_flow: bool) -> Option<usize> {
    let is_quoted = value.starts_with(['"', '\'']);
    let end =
        if is_quoted { None } else { value.find(" #").or(in_flow.then(|| value.find([',', '}', ']'])).flatten()) };
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
        for kept in ["xuid: '1'", "typo: 1", "{{ann.token}}", "{env: SESSION}", "# no"] {
            assert!(shown.contains(kept), "{kept}\n{shown}");
        }
    }
}
