//! Many servers and one contract: which server keeps which clause, as one table.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use quick_xml::escape::escape;

use super::markup::{code, prose};
use super::text::single_line;
use crate::model::event::{RunStarted, State, Summary};
use crate::model::requirement::{Level, Requirement, RequirementId};
use crate::model::verdict::Conclusion;

/// The servers that are compared.
#[derive(Debug)]
pub struct Servers {
    contract: String,
    digest: String,
    requirements: Arc<Vec<Requirement>>,
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    name: String,
    conclusion: Conclusion,
    remarks: Vec<String>,
    states: HashMap<RequirementId, State>,
}

impl Servers {
    /// The servers of these runs, in their order. All runs have to be of one contract: `Err` has the positions of the
    /// first two that aren't.
    ///
    /// # Errors
    /// The digests of two contracts differ, or there is no run at all.
    pub fn of(runs: &[(RunStarted, Summary)]) -> Result<Self, (usize, usize)> {
        let Some((first, _)) = runs.first() else { return Err((0, 0)) };
        if let Some(other) = runs.iter().position(|(run, _)| run.digest != first.digest) {
            return Err((0, other));
        }
        let mut columns: Vec<Column> = Vec::new();
        for (run, summary) in runs {
            let version = run.target_version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
            let name = single_line(&format!("{}{version}", run.target));
            let same =
                columns.iter().filter(|one| one.name == name || one.name.starts_with(&format!("{name} #"))).count();
            let mut remarks = Vec::new();
            if !summary.complete {
                remarks.push("stopped early".to_owned());
            }
            remarks.extend(run.sharding.as_ref().map(|sharding| sharding.shard.to_string()));
            if summary.left_out > 0 {
                remarks.push(format!("partial: {} trials left out", summary.left_out));
            }
            columns.push(Column {
                name: if same == 0 { name } else { format!("{name} #{}", same + 1) },
                conclusion: summary.conclusion,
                remarks,
                states: summary.requirements.iter().map(|one| (one.id.clone(), one.state)).collect(),
            });
        }
        Ok(Self {
            contract: single_line(&format!("{} {}", first.contract, first.contract_version)),
            digest: first.digest.clone(),
            requirements: Arc::clone(&first.requirements),
            columns,
        })
    }

    /// The clauses, those of one document together, in the order of the contract.
    fn documents(&self) -> Vec<(&str, Vec<&Requirement>)> {
        let mut documents: Vec<(&str, Vec<&Requirement>)> = Vec::new();
        for requirement in self.requirements.iter() {
            match documents.iter_mut().find(|(name, _)| *name == requirement.document) {
                Some((_, clauses)) => clauses.push(requirement),
                None => documents.push((&requirement.document, vec![requirement])),
            }
        }
        documents
    }
}

impl Column {
    fn state(&self, id: &RequirementId) -> State {
        self.states.get(id).copied().unwrap_or(State::Unverified)
    }

    /// `41/43`: the clauses of a level that hold, of those that can be tested at all; none where there are none.
    fn kept(&self, requirements: &[Requirement], level: Level) -> Option<String> {
        let of_level = requirements.iter().filter(|one| one.level == level).map(|one| self.state(&one.id));
        let testable: Vec<State> = of_level.filter(|state| *state != State::NotTested).collect();
        let kept = testable.iter().filter(|state| **state == State::Verified).count();
        (!testable.is_empty()).then(|| format!("{kept}/{}", testable.len()))
    }
}

fn mark(state: State) -> &'static str {
    match state {
        State::Verified => "✓",
        State::Violated => "✗",
        State::Unverified => "?",
        State::NotTested => "–",
    }
}

/// The table as Markdown.
#[must_use]
pub fn markdown(servers: &Servers) -> String {
    let row = |first: &str, rest: Vec<String>| format!("| {first} | {} |\n", rest.join(" | "));
    let mut text = format!("## {}: {} servers\n\n", prose(&servers.contract), servers.columns.len());
    let _ = writeln!(text, "Contract {}\n", code(&servers.digest));
    let all = |cell: &dyn Fn(&Column) -> String| servers.columns.iter().map(cell).collect::<Vec<_>>();
    let mut head = vec!["level".to_owned()];
    head.extend(all(&|one| prose(&one.name)));
    text.push_str(&row("clause", head));
    text.push_str(&row("---", [vec!["---".into()], vec![":---:".to_owned(); servers.columns.len()]].concat()));
    let bold = |cell: &Column| format!("**{}**", cell.conclusion.word());
    text.push_str(&row("verdict", [vec![String::new()], all(&bold)].concat()));
    if servers.columns.iter().any(|one| !one.remarks.is_empty()) {
        text.push_str(&row("", [vec![String::new()], all(&|one| one.remarks.join("; "))].concat()));
    }
    for level in Level::ALL {
        let kept = all(&|one| one.kept(&servers.requirements, level).unwrap_or_default());
        if kept.iter().any(|cell| !cell.is_empty()) {
            text.push_str(&row("verified", [vec![level.to_string()], kept].concat()));
        }
    }
    for (document, clauses) in servers.documents() {
        let blank = vec![String::new(); servers.columns.len() + 1];
        text.push_str(&row(&format!("**{}**", prose(document)), blank));
        for one in clauses {
            let cells = all(&|column| mark(column.state(&one.id)).to_owned());
            text.push_str(&row(&one.id.0, [vec![one.level.to_string()], cells].concat()));
        }
    }
    text.push_str("\n✓ verified · ✗ violated · ? unverified · – not tested\n");
    text
}

const STYLE: &str = "
:root{color-scheme:light dark;--ground:#fff;--text:#1b1c1e;--good:#1d6b26;--bad:#b3261e;--doubt:#7a5200;--quiet:#5a6068;--line:#c9ced4;--head:#eef0f2}
@media(prefers-color-scheme:dark){:root{--ground:#14171a;--text:#e7e7e4;--good:#7fd48a;--bad:#ff9a90;--doubt:#f0c36a;--quiet:#a3abb5;--line:#454c55;--head:#22272d}}
body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem;background:var(--ground);color:var(--text)}
p,h1{overflow-wrap:anywhere}
h1{font-size:1.35rem;margin:0 0 .3rem}p{margin:.3rem 0 1rem;color:var(--quiet)}
.wide{overflow-x:auto}
table{border-collapse:collapse}th,td{border:1px solid var(--line);padding:.25rem .6rem;text-align:center;vertical-align:top}
th:first-child{text-align:left}tbody th{font-weight:400;max-width:34rem}
thead th{position:sticky;top:0;background:var(--head)}
th.document{background:var(--head);font-weight:600;text-align:left}
small{display:block;color:var(--quiet)}code{font-size:.9em}
.verified,.conforms{color:var(--good)}.violated,.violates{color:var(--bad);font-weight:600}
.unverified,.incomplete{color:var(--doubt)}.not-tested{color:var(--quiet)}
@media print{thead th{position:static}body{margin:0}.wide{overflow:visible}}
";

/// The table as one HTML file that needs nothing else.
#[must_use]
pub fn html(servers: &Servers) -> String {
    let number = servers.columns.len();
    let title = escape(format!("{}: {number} servers", servers.contract)).into_owned();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p>Contract <code>{}</code></p>\n\
         <div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Clauses and servers\">\n<table>\n<thead>\n<tr>",
        escape(&servers.digest)
    );
    page.push_str("<th scope=\"col\">clause</th><th scope=\"col\">level</th>");
    for column in &servers.columns {
        let word = column.conclusion.word();
        let _ = write!(page, "<th scope=\"col\">{}<br><span class=\"{word}\">{word}</span>", escape(&column.name));
        for remark in &column.remarks {
            let _ = write!(page, "<small>{}</small>", escape(remark));
        }
        page.push_str("</th>");
    }
    page.push_str("</tr>\n</thead>\n<tbody>\n");
    for level in Level::ALL {
        let kept: Vec<Option<String>> =
            servers.columns.iter().map(|one| one.kept(&servers.requirements, level)).collect();
        if kept.iter().any(Option::is_some) {
            let _ = write!(page, "<tr><th scope=\"row\">verified</th><td>{level}</td>");
            for cell in &kept {
                let _ = write!(page, "<td>{}</td>", cell.as_deref().unwrap_or_default());
            }
            page.push_str("</tr>\n");
        }
    }
    for (document, clauses) in servers.documents() {
        let span = number + 2;
        let name = escape(document);
        let _ = writeln!(page, "<tr><th class=\"document\" colspan=\"{span}\" scope=\"colgroup\">{name}</th></tr>");
        for one in clauses {
            let (id, says) = (escape(&*one.id.0), escape(&one.says));
            let _ = write!(page, "<tr><th scope=\"row\">{id}<small>{says}</small></th><td>{}</td>", one.level);
            for column in &servers.columns {
                let state = column.state(&one.id);
                let word = state.word();
                let _ = write!(page, "<td class=\"{word}\">{} {word}</td>", mark(state));
            }
            page.push_str("</tr>\n");
        }
    }
    page.push_str("</tbody>\n</table>\n</div>\n</main>\n</body>\n</html>\n");
    page
}
