//! Answers that await a review, as a page: `review/*.js` shows what is written here as data.
//!
//! The data is the elements `command` and `clauses` with one line each, and elements `pending` with a line for each answer.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::page::{Page, close_data, data, open_data};
use super::review_json::PendingPart;
use super::text::plural;
use crate::model::requirement::Requirement;
use crate::snapshot::review::Pending;

const PAGE: Page = Page {
    style: concat!(include_str!("page/difference.css"), include_str!("review/review.css")),
    script: concat!(include_str!("page/difference.js"), include_str!("review/review.js")),
    body: include_str!("review/review.html"),
};

/// How many answers stand in one element, so that no text gets too long for a browser.
const TOGETHER: usize = 100;

/// Writes the page. `requirements` are the clauses of the contract, where it is known, and `command` is the one that
/// looks at the same answers.
///
/// # Errors
/// The bytes can't be written.
pub fn page(
    pending: &[&Pending],
    requirements: &[Requirement],
    command: &str,
    output: &mut impl Write,
) -> io::Result<()> {
    PAGE.open(output, &format!("{} to review", plural(pending.len(), "answer")))?;
    let named: BTreeSet<&str> = pending.iter().flat_map(|one| &one.requirements).map(String::as_str).collect();
    let clauses: Vec<ClausePart<'_>> =
        requirements.iter().filter(|one| named.contains(&*one.id.0)).map(ClausePart::of).collect();
    open_data(output, "command")?;
    data(output, &command)?;
    close_data(output)?;
    open_data(output, "clauses")?;
    data(output, &clauses)?;
    close_data(output)?;
    for some in pending.chunks(TOGETHER) {
        open_data(output, "pending")?;
        for one in some {
            let (accepted, came) = (one.accepted.as_deref(), &one.contents);
            data(output, &Answers { pending: PendingPart::of(one), accepted, came })?;
        }
        close_data(output)?;
    }
    writeln!(output, "</body>\n</html>")?;
    output.flush()
}

#[derive(Serialize)]
struct ClausePart<'r> {
    id: &'r str,
    level: &'r str,
    says: &'r str,
    document: &'r str,
    section: &'r str,
}

impl<'r> ClausePart<'r> {
    fn of(requirement: &'r Requirement) -> Self {
        let Requirement { id, level, says, document, section, .. } = requirement;
        Self { id: &id.0, level: level.word(), says, document, section }
    }
}

#[derive(Serialize)]
struct Answers<'p> {
    #[serde(flatten)]
    pending: PendingPart<'p>,
    accepted: Option<&'p str>,
    came: &'p str,
}
