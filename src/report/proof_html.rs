//! A proof as a page: the kill matrix and all that went unnoticed. `proof/*.js` shows what is written here as data.
//!
//! The data is an element `proof` with the proof as it is stored, in one line, and an element `operators` that says what
//! each way of altering does.

use std::io::{self, Write};

use serde::Serialize;

use super::page::{Page, close_data, data, open_data};
use super::proof_json::Proved;
use crate::model::mutant::Operator;

const PAGE: Page = Page {
    style: concat!(
        include_str!("page/banner.css"),
        include_str!("page/difference.css"),
        include_str!("page/filters.css"),
        include_str!("page/grid.css"),
        include_str!("page/dialog.css"),
        include_str!("page/snippet.css"),
        include_str!("proof/proof.css"),
    ),
    script: concat!(
        include_str!("page/address.js"),
        include_str!("page/words.js"),
        include_str!("page/sections.js"),
        include_str!("page/filters.js"),
        include_str!("page/grid.js"),
        include_str!("page/difference.js"),
        include_str!("page/snippet.js"),
        include_str!("proof/data.js"),
        include_str!("proof/verdict.js"),
        include_str!("proof/weak.js"),
        include_str!("proof/kills.js"),
        include_str!("proof/unnoticed.js"),
        include_str!("proof/cases.js"),
        include_str!("proof/proof.js"),
    ),
    body: include_str!("proof/proof.html"),
};

/// Writes the page.
///
/// # Errors
/// The bytes can't be written.
pub(super) fn write(proof: &Proved, output: &mut impl Write) -> io::Result<()> {
    PAGE.open(output, &format!("Proof · {} {}", proof.contract.name, proof.contract.version))?;
    open_data(output, "proof")?;
    data(output, proof)?;
    close_data(output)?;
    open_data(output, "operators")?;
    let explained = Operator::ALL.iter().map(|one| Explained { id: one.slug(), says: one.explanation() });
    data(output, &explained.collect::<Vec<_>>())?;
    close_data(output)?;
    writeln!(output, "</body>\n</html>")?;
    output.flush()
}

#[derive(Serialize)]
struct Explained {
    id: &'static str,
    says: &'static str,
}
