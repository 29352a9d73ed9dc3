//! Waivers taken out of their file, while all else of it stays byte for byte.

use std::ops::Range;
use std::sync::Arc;

use super::{key_of_list, of_text};
use crate::diagnostic::SourceFile;
use crate::load::fields::Problems;
use crate::load::span::{flow_end, line_end, line_start};
use crate::model::waiver::Waiver;

/// The text of the file of these waivers without those that are `removed`; none where it can't be had without
/// touching anything else.
#[must_use]
pub fn without(waivers: &[Arc<Waiver>], removed: impl Fn(&Waiver) -> bool) -> Option<String> {
    let file = &waivers.first()?.place.file;
    let mut text = file.text.clone().into_owned();
    // From the end, so that the places of the others stay right.
    for waiver in waivers.iter().rev().filter(|waiver| removed(waiver)) {
        let span = span(&text, waiver.place.start())?;
        text.replace_range(span, "");
    }
    let kept: Vec<&Waiver> = waivers.iter().map(AsRef::as_ref).filter(|waiver| !removed(waiver)).collect();
    if kept.is_empty() {
        text = with_empty_list(file, text)?;
    }
    let again = of_text(&Arc::new(SourceFile::new(file.path.clone(), text.clone()))).ok()?;
    let same = again.len() == kept.len() && again.iter().zip(kept).all(|(one, other)| says(one) == says(other));
    same.then_some(text)
}

/// All that a waiver says, wherever it is written.
fn says(waiver: &Waiver) -> impl PartialEq + '_ {
    let Waiver { trials, finding, kind, reason, link, owner, expires, covers, .. } = waiver;
    (trials, finding, kind, reason, link, owner, expires, covers)
}

/// The bytes that belong to the entry that begins at `start` and to nothing else.
fn span(text: &str, start: usize) -> Option<Range<usize>> {
    let line = line_start(text, start);
    let before = &text[line..start];
    match before.trim_start_matches(' ').strip_prefix('-') {
        Some(blanks) if blanks.trim().is_empty() => {
            let dash = before.len() - before.trim_start_matches(' ').len();
            Some(line..block_end(text, start, dash))
        }
        _ if text[start..].starts_with('{') => Some(flow_span(text, start)),
        _ => None,
    }
}

/// Where an item of a block list ends whose dash stands behind so many blanks: after its last line that says something.
fn block_end(text: &str, start: usize, dash: usize) -> usize {
    let mut end = line_end(text, start);
    let mut at = end;
    for line in text[end..].split_inclusive('\n') {
        at += line.len();
        let indentation = line.len() - line.trim_start_matches(' ').len();
        if line.trim().is_empty() {
            continue;
        }
        if indentation <= dash {
            break;
        }
        end = at;
    }
    end
}

/// A mapping in braces in a list in brackets, with one of the commas beside it.
fn flow_span(text: &str, start: usize) -> Range<usize> {
    let end = (flow_end(text, start) + 1).min(text.len());
    let behind = text[end..].trim_start();
    if !behind.starts_with(',') {
        let before = text[..start].trim_end();
        let from = if before.ends_with(',') { before.len() - 1 } else { start };
        return from..end;
    }
    let end = text.len() - behind.len() + 1;
    let blanks = text[end..].len() - text[end..].trim_start_matches(' ').len();
    let line = line_start(text, start);
    // A line of its own goes as a whole.
    if text[line..start].trim().is_empty() && text[end + blanks..].starts_with(['\n', '\r']) {
        return line..line_end(text, end);
    }
    start..end + blanks
}

/// A block list without items would be no list.
fn with_empty_list(file: &Arc<SourceFile>, text: String) -> Option<String> {
    let node = crate::load::parse(file, &Problems::default())?;
    let key = key_of_list(&node)?;
    let colon = key.end() + text[key.end()..].find(':')? + 1;
    let rest = text[colon..].trim_start();
    if rest.starts_with('[') {
        return Some(text);
    }
    let mut text = text;
    text.insert_str(colon, " []");
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(trials: &str) -> String {
        format!("trials: {trials}, finding: 0a1b2c3d, reason: known, owner: us, expires: 2027-01-31")
    }

    fn block(trials: &str, indentation: &str) -> String {
        format!("{indentation}- {}\n", entry(trials).replace(", ", &format!("\n{indentation}  ")))
    }

    #[test]
    fn what_is_removed_leaves_all_else_as_it_was() {
        let [a, b, c] = ["a", "b", "c"].map(|name| block(name, "  "));
        let [fa, fb] = ["a", "b"].map(|name| format!("{{{}}}", entry(name)));
        let long = b.replace("reason: known", "reason: >-\n      it is known\n\n      since long");
        for (before, removed, after) in [
            (format!("waivers:\n{a}{b}{c}"), "b", format!("waivers:\n{a}{c}")),
            (
                format!("# top\nwaivers: # all\n  # of a\n{a}\n  # of b\n{long}\n  # of c\n{c}# end\n"),
                "b",
                format!("# top\nwaivers: # all\n  # of a\n{a}\n  # of b\n\n  # of c\n{c}# end\n"),
            ),
            (format!("waivers:\n{a}"), "a", "waivers: []\n".into()),
            (format!("waivers: # all\n{a}# end"), "a", "waivers: [] # all\n# end".into()),
            (format!("waivers:\n- {fa} # why\n- {fb}\n"), "a", format!("waivers:\n- {fb}\n")),
            (format!("waivers: [{fa}, {fb}]\n"), "a", format!("waivers: [{fb}]\n")),
            (format!("waivers: [{fa}, {fb}]\n"), "b", format!("waivers: [{fa}]\n")),
            (format!("waivers: [{fa}]\n"), "a", "waivers: []\n".into()),
            (format!("waivers: [\n  {fa},\n  {fb},\n]\n"), "a", format!("waivers: [\n  {fb},\n]\n")),
            (format!("waivers:\r\n{}", b.replace('\n', "\r\n")), "b", "waivers: []\r\n".into()),
        ] {
            let file = Arc::new(SourceFile::new("waivers.yaml", before.clone()));
            let waivers = of_text(&file).unwrap_or_else(|problems| panic!("{before}: {problems:?}"));
            assert_eq!(without(&waivers, |one| one.trials == [removed]).as_ref(), Some(&after), "{before}");
            assert_eq!(without(&waivers, |_| false), Some(before));
        }
    }

    #[test]
    fn what_can_not_be_told_apart_is_left_alone() {
        let shared = entry("a").replace("reason: known", "reason: &why known");
        let text = format!("waivers:\n  - {{{shared}}}\n  - {{{}}}\n", entry("b").replace("known", "*why"));
        let waivers = of_text(&Arc::new(SourceFile::new("waivers.yaml", text))).expect("waivers");
        assert_eq!(without(&waivers, |one| one.trials == ["a"]), None);
    }
}
