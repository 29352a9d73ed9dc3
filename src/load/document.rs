//! `documents:` of `contract.yaml`, and whether requirements cite what is declared there.

use super::fields::{Fields, Problems, entries, prose, text};
use super::yaml::{Key, Node};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::document::{Document, Pin};

/// How many digits a SHA-256 has.
const DIGITS: usize = 64;

/// The documents of a mapping from names to what is known of them.
pub(super) fn documents(node: &Node, problems: &Problems) -> Vec<Document> {
    let entries = entries(node, "a mapping from documents to what is known of them", problems);
    if entries.is_empty() && problems.is_empty() {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), "no document is declared")
                .label("nothing in it")
                .help("name every document that requirements cite, or leave `documents` out"),
        );
    }
    entries.iter().filter_map(|(key, value)| document(key, value, problems)).collect()
}

fn document(key: &Key, value: &Node, problems: &Problems) -> Option<Document> {
    let name = key.text.to_string();
    let parts = || name.split(['/', '\\']);
    if name.trim() != name || parts().any(|part| ["", ".", ".."].contains(&part)) {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &key.place(), format!("`{name}` can't be the name of a document"))
                .label("the path of a file in the folder of documents"),
        );
        return None;
    }
    let fields = Fields::of(value, "a document", problems)?;
    let title = fields.optional("title").and_then(|node| prose(node, problems));
    let link = fields.optional("link").and_then(|node| link(node, problems));
    let digest = fields.optional("sha256");
    let reason = fields.optional("not-pinned");
    let pin = match (digest, reason) {
        (Some(node), None) => sha256(node, problems).map(|digest| Pin::Sha256(digest, node.place())),
        (None, Some(node)) => prose(node, problems).map(Pin::Not),
        (Some(_), Some(node)) => {
            problems.push(
                Diagnostic::at(Code::InvalidValue, &node.place(), "a document is pinned or it isn't")
                    .label("beside `sha256`"),
            );
            None
        }
        (None, None) => {
            problems.push(
                Diagnostic::at(Code::MissingKey, &key.place(), "a document needs `sha256`")
                    .label("no `sha256` here")
                    .help("write the SHA-256 of the file, or `not-pinned:` with the reason"),
            );
            None
        }
    };
    fields.finish();
    Some(Document { name, title, link, pin: pin?, place: key.place() })
}

fn sha256(node: &Node, problems: &Problems) -> Option<String> {
    let digest = text(node, problems)?;
    let good = digest.len() == DIGITS && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !good {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{digest}` is no SHA-256"))
                .label(format!("{DIGITS} hexadecimal digits in lower case"))
                .help("`sha256sum FILE` prints it"),
        );
    }
    good.then(|| digest.to_owned())
}

fn link(node: &Node, problems: &Problems) -> Option<String> {
    let link = prose(node, problems)?;
    if !link.starts_with("https://") && !link.starts_with("http://") {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{link}` is no link"))
                .label("begins neither with `https://` nor with `http://`"),
        );
        return None;
    }
    Some(link)
}

/// Reports a citation of a document that isn't declared, where any is.
pub(super) fn report_undeclared(cited: &str, place: &Place, documents: &[Document], problems: &Problems) {
    if !documents.is_empty() && !documents.iter().any(|document| document.name == cited) {
        problems.push(
            Diagnostic::at(Code::UnknownDocument, place, format!("`contract.yaml` declares no document `{cited}`"))
                .label("not declared")
                .suggest(cited, documents.iter().map(|document| document.name.as_str())),
        );
    }
}
