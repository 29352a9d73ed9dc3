//! Files of waivers.

mod edit;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::fields::{Fields, Problems, list, prose, some_list, text, unsigned, word};
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic, SourceFile};
use crate::model::fingerprint::DIGITS;
use crate::model::waiver::{Members, Waiver, WaiverKind};

pub use self::edit::without;

/// The file that is read by itself where it stands beside a target file.
pub const NAME: &str = "waivers.yaml";

/// The waivers that a file has, in their order.
///
/// # Errors
/// Every problem of the file.
pub fn from_file(path: &Path) -> Result<Vec<Arc<Waiver>>, Vec<Diagnostic>> {
    let shown = path.display().to_string();
    let unreadable = |what: String| vec![Diagnostic::bare(Code::UnreadableFile, format!("{shown} {what}"))];
    let bytes = fs::read(path).map_err(|error| unreadable(format!("can't be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("isn't UTF-8 text".into()))?;
    of_text(&Arc::new(SourceFile::new(shown, text)))
}

fn of_text(file: &Arc<SourceFile>) -> Result<Vec<Arc<Waiver>>, Vec<Diagnostic>> {
    let problems = Problems::default();
    let waivers = super::parse(file, &problems).and_then(|node| waivers(&node, &problems));
    match waivers {
        Some(waivers) if problems.is_empty() => Ok(waivers),
        _ => {
            let mut diagnostics = problems.into_vec();
            diagnostics.sort_by_key(|diagnostic| diagnostic.place.as_ref().map(crate::diagnostic::Place::start));
            Err(diagnostics)
        }
    }
}

/// The file of a target's waivers: the one that it names, or the one that stands in its folder.
pub(super) fn of_target(named: Option<&Node>, folder: &Path, problems: &Problems) -> Option<PathBuf> {
    let Some(node) = named else {
        return Some(folder.join(NAME)).filter(|beside| beside.exists());
    };
    let path = folder.join(prose(node, problems)?);
    if !path.is_file() {
        let message = format!("there is no file {}", path.display());
        problems.push(Diagnostic::at(Code::UnreadableFile, &node.place(), message).label("named here"));
    }
    Some(path)
}

fn waivers(node: &Node, problems: &Problems) -> Option<Vec<Arc<Waiver>>> {
    let fields = Fields::of(node, "a file of waivers", problems)?;
    let items = fields.required("waivers").map(|node| list(node, problems)).unwrap_or_default();
    fields.finish();
    let mut all: Vec<Arc<Waiver>> = Vec::new();
    for waiver in items.iter().filter_map(|item| waiver(item, problems)) {
        let twin = all.iter().find(|other| other.trials == waiver.trials && other.finding == waiver.finding);
        if let Some(first) = twin {
            let message = format!("two waivers are for `{}` of `{}`", waiver.finding, waiver.trials.join("`, `"));
            problems.push(
                Diagnostic::at(Code::DuplicateId, &waiver.members.trials[0], message)
                    .label("again")
                    .related(&first.members.trials[0], "first here"),
            );
        }
        all.push(Arc::new(waiver));
    }
    Some(all)
}

fn waiver(node: &Node, problems: &Problems) -> Option<Waiver> {
    const KINDS: [(WaiverKind, &str); 2] = [(WaiverKind::Waived, "waived"), (WaiverKind::Disputed, "disputed")];
    let fields = Fields::of(node, "a waiver", problems)?;
    let trials = fields.required("trials").map(|node| patterns(node, problems)).unwrap_or_default();
    let finding_node = fields.required("finding");
    let finding = finding_node.and_then(|node| fingerprint(node, problems));
    let kind = fields.optional("kind").map_or(Some(WaiverKind::Waived), |node| word(node, &KINDS, problems));
    let reason = fields.required("reason").and_then(|node| prose(node, problems));
    let link_node = fields.optional("link");
    let link = link_node.and_then(|node| link(node, problems));
    let owner = fields.required("owner").and_then(|node| prose(node, problems));
    let expires_node = fields.required("expires");
    let expires = expires_node.and_then(|node| date(node, problems));
    let covers_node = fields.optional("covers");
    let covers = covers_node.and_then(|node| number(node, problems));
    fields.finish();
    if kind == Some(WaiverKind::Disputed) && link_node.is_none() {
        problems.push(
            Diagnostic::at(Code::MissingKey, &node.place(), "a waiver that disputes the suite needs `link`")
                .label("no `link` here")
                .help("name the page on which its authors can answer"),
        );
    }
    let mut members = Members::at(&node.place());
    let (first, _) = trials.first()?;
    if let (Some(finding), Some(expires)) = (finding_node, expires_node) {
        members.trials = trials.iter().map(|(node, _)| node.place()).collect();
        members.finding = finding.place();
        members.expires = expires.place();
        members.covers = covers_node.unwrap_or(first).place();
    }
    let place = node.place();
    let trials = trials.into_iter().map(|(_, text)| text).collect();
    let (finding, kind, reason) = (finding?, kind?, reason?);
    Some(Waiver { trials, finding, kind, reason, link, owner: owner?, expires: expires?, covers, place, members })
}

/// One pattern or several.
fn patterns<'n>(node: &'n Node<'n>, problems: &Problems) -> Vec<(&'n Node<'n>, String)> {
    let items = match &node.kind {
        Kind::List(_) => some_list(node, "trials", problems),
        _ => std::slice::from_ref(node),
    };
    items.iter().filter_map(|item| Some((item, prose(item, problems)?))).collect()
}

/// The fingerprint of a finding, as runs and reports show it.
fn fingerprint(node: &Node, problems: &Problems) -> Option<String> {
    let text = text(node, problems)?;
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() == DIGITS && text.bytes().all(digit) {
        return Some(text.to_owned());
    }
    problems.push(
        Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{text}` is no fingerprint of a finding"))
            .label(format!("{DIGITS} digits, of 0-9 and a-f"))
            .help("`probity run --suggest-waivers` shows the fingerprints of what isn't waived"),
    );
    None
}

fn link(node: &Node, problems: &Problems) -> Option<String> {
    let text = prose(node, problems)?;
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    if ["http", "https"].contains(&scheme) && !rest.is_empty() && !rest.contains(char::is_whitespace) {
        return Some(text);
    }
    problems.push(
        Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{text}` is no link"))
            .label("a URL with http:// or https://"),
    );
    None
}

fn date(node: &Node, problems: &Problems) -> Option<Date> {
    let text = text(node, problems)?;
    // Other spellings of ISO 8601 are dates too, and easily read as another one.
    if let Some(date) = text.parse::<Date>().ok().filter(|date| date.to_string() == text) {
        return Some(date);
    }
    problems.push(
        Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{text}` is no date"))
            .label("year, month and day, such as 2027-01-31"),
    );
    None
}

fn number(node: &Node, problems: &Problems) -> Option<usize> {
    let number = unsigned(node, problems)?;
    if number == 0 {
        let message = "a waiver of no trial waives nothing";
        problems.push(Diagnostic::at(Code::InvalidValue, &node.place(), message).label("at least 1"));
    }
    usize::try_from(number).ok().filter(|number| *number > 0)
}

/// Where in the tree of such a file the list of waivers is named.
fn key_of_list(node: &Node) -> Option<crate::diagnostic::Place> {
    let Kind::Map(entries) = &node.kind else { return None };
    entries.iter().find(|(key, _)| key.text == "waivers").map(|(key, _)| key.place())
}
