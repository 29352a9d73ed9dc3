//! Matrices: full tables over named axes, each cell exactly once.

use super::case::{Shared, axes, body_of_case};
use super::expect::expectation;
use super::fields::{Fields, Problems, entries, slug, some_list, text, texts};
use super::lawful::lawful;
use super::requirement::{Known, citations};
use super::step::Role;
use super::yaml::Node;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::case::{Axis, Case, Cell, Matrix, Rows};
use crate::model::expectation::Expectation;
use crate::model::rows::{rows_of, size};

/// The largest table that is expanded.
const MOST_CELLS: usize = 100_000;

/// A matrix as a case with one trial for each cell.
pub(super) fn matrix(node: &Node, shared: &Shared, known: &Known<'_>) -> Option<Case> {
    let problems = known.problems;
    let fields = Fields::of(node, "a matrix", problems)?;
    let name = fields.required("matrix").and_then(|node| Some((slug(node, "a matrix", problems)?, node.place())));
    let axes = fields.required("axes").map(|node| axes(node, problems));
    let outcomes = fields.required("sees").map(|node| outcomes(node, known)).unwrap_or_default();
    let names: Vec<&str> = outcomes.iter().map(|(name, _, _)| name.as_str()).collect();
    let lawful = fields.optional("lawful").map(|node| lawful(node, Some(&names), problems)).unwrap_or_default();
    let lines = fields.required("cells").map(|node| some_list(node, "cells", problems)).unwrap_or_default();
    let place = name.as_ref().map_or_else(|| node.place(), |(_, place)| place.clone());
    let built = body_of_case(&fields, &place, Role::Matrix, shared, known);
    fields.finish();
    let (axes, (name, _)) = (axes?, name?);
    if size(&axes) > MOST_CELLS {
        problems.push(Diagnostic::at(Code::TooLarge, &place, format!("a table of more than {MOST_CELLS} cells")));
        return None;
    }
    let cells = cells(lines, &axes, &outcomes, &place, known);
    let mut case = Case { name: name.into(), lawful, ..built? };
    let cited = cells.iter().flatten().flat_map(|cell| cell.requirements.iter().flatten());
    let levels: Vec<_> =
        cited.filter_map(|id| known.requirements.get(id)).map(|requirement| requirement.level).collect();
    if levels.iter().any(|level| *level != case.level) {
        problems.push(
            Diagnostic::at(Code::MixedLevels, &place, "the cells cite requirements of another level than the matrix")
                .label("one level for one matrix"),
        );
    }
    let outcomes = outcomes.into_iter().map(|(name, expect, _)| (name, expect)).collect();
    case.rows = Rows::Matrix(Matrix { axes, cells: cells.into_iter().collect::<Option<_>>()?, outcomes });
    Some(case)
}

fn outcomes(node: &Node, known: &Known<'_>) -> Vec<(String, Expectation, Place)> {
    entries(node, "a mapping from outcomes to expectations", known.problems)
        .iter()
        .filter_map(|(key, value)| Some((key.text.to_string(), expectation(value, known)?, key.place())))
        .collect()
}

/// One cell for each combination; none where it is missing.
fn cells(
    lines: &[Node],
    axes: &[Axis],
    outcomes: &[(String, Expectation, Place)],
    place: &Place,
    known: &Known<'_>,
) -> Vec<Option<Cell>> {
    let problems = known.problems;
    let mut table: Vec<Option<Cell>> = vec![None; size(axes)];
    let mut used = vec![false; outcomes.len()];
    let mut readable = true;
    for line in lines {
        let Some((chosen, cell)) = cell(line, axes, outcomes, known) else {
            readable = false;
            continue;
        };
        used[cell.outcome] = true;
        let mut repeated = None;
        for index in spanned(axes, &chosen) {
            match &mut table[index] {
                Some(first) => repeated = repeated.or_else(|| Some((combination(axes, index), first.place.clone()))),
                slot => *slot = Some(cell.clone()),
            }
        }
        if let Some((names, first)) = repeated {
            problems.push(
                Diagnostic::at(Code::RepeatedCell, &line.place(), format!("the cell {names} stands here twice"))
                    .label("again")
                    .related(&first, "first here"),
            );
        }
    }
    // A line that couldn't be read would make its cells look missing.
    if readable {
        report_missing(&table, axes, place, problems);
        for (_, (name, _, place)) in used.iter().zip(outcomes).filter(|(used, _)| !**used) {
            problems
                .push(Diagnostic::at(Code::UnusedOutcome, place, format!("no cell sees `{name}`")).label("never used"));
        }
    }
    table
}

/// Where in the table the combinations of rows stand, in its order.
fn spanned(axes: &[Axis], chosen: &[Vec<usize>]) -> Vec<usize> {
    let mut indexes = vec![0];
    for (axis, rows) in axes.iter().zip(chosen) {
        indexes = indexes.iter().flat_map(|above| rows.iter().map(move |row| above * axis.rows.len() + row)).collect();
    }
    indexes
}

fn report_missing(table: &[Option<Cell>], axes: &[Axis], place: &Place, problems: &Problems) {
    let missing: Vec<String> = table
        .iter()
        .enumerate()
        .filter(|(_, cell)| cell.is_none())
        .map(|(index, _)| combination(axes, index))
        .collect();
    if missing.is_empty() {
        return;
    }
    let shown = missing.iter().take(6).map(|names| format!("({names})")).collect::<Vec<_>>().join(", ");
    let more = missing.len().saturating_sub(6);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    problems.push(
        Diagnostic::at(Code::MissingCell, place, format!("the matrix has no cell for {shown}{tail}"))
            .label("a matrix is a full table")
            .help("add the cells; `*` spans an axis"),
    );
}

fn combination(axes: &[Axis], index: usize) -> String {
    let rows = rows_of(axes, index);
    let parts: Vec<String> = axes.iter().zip(rows).map(|(axis, row)| format!("{}: {}", axis.name, row.name)).collect();
    parts.join(", ")
}

/// Which rows a line of `cells` spans on each axis, and the cell itself.
fn cell(
    node: &Node,
    axes: &[Axis],
    outcomes: &[(String, Expectation, Place)],
    known: &Known<'_>,
) -> Option<(Vec<Vec<usize>>, Cell)> {
    let problems = known.problems;
    let super::yaml::Kind::Map(entries) = &node.kind else {
        problems.wrong_type(node, "a cell: a mapping from axes to values, and `sees`");
        return None;
    };
    let mut chosen: Vec<Option<Vec<usize>>> = vec![None; axes.len()];
    let mut outcome = None;
    let mut requirements = None;
    for (key, value) in entries {
        if let Some(index) = axes.iter().position(|axis| axis.name == key.text) {
            chosen[index] = Some(values(value, &axes[index], problems)?);
        } else if key.text == "sees" {
            outcome = Some(named_outcome(value, outcomes, problems)?);
        } else if key.text == "requirements" {
            requirements = Some(citations(Some(value), "the cell", &value.place(), known)?.0);
        } else {
            let names = axes.iter().map(|axis| axis.name.as_str()).chain(["sees", "requirements"]);
            problems.push(
                Diagnostic::at(Code::UnknownKey, &key.place(), format!("the matrix has no axis `{}`", key.text))
                    .label("means nothing here")
                    .suggest(&key.text, names),
            );
            return None;
        }
    }
    for (axis, chosen) in axes.iter().zip(&chosen) {
        if chosen.is_none() {
            problems.push(
                Diagnostic::at(
                    Code::MissingKey,
                    &node.place(),
                    format!("the cell says nothing of the axis `{}`", axis.name),
                )
                .help(format!("write `{}: \"*\"` to span it", axis.name)),
            );
        }
    }
    if outcome.is_none() {
        problems.push(Diagnostic::at(Code::MissingKey, &node.place(), "the cell doesn't say what it `sees`"));
    }
    let cell = Cell { outcome: outcome?, requirements, controls: Vec::new(), place: node.place() };
    Some((chosen.into_iter().collect::<Option<_>>()?, cell))
}

fn values(node: &Node, axis: &Axis, problems: &Problems) -> Option<Vec<usize>> {
    let mut rows = Vec::new();
    for (node, name) in texts(node, problems) {
        let before = rows.len();
        // A name that stands on the axis twice is told there.
        rows.extend((0..axis.rows.len()).filter(|row| name == "*" || axis.rows[*row].name == name));
        if rows.len() == before && name != "*" {
            problems.push(
                Diagnostic::at(Code::UnknownName, &node.place(), format!("`{name}` isn't on the axis `{}`", axis.name))
                    .label("no such value")
                    .suggest(name, axis.rows.iter().map(|row| row.name.as_str())),
            );
            return None;
        }
    }
    rows.sort_unstable();
    rows.dedup();
    Some(rows)
}

fn named_outcome(node: &Node, outcomes: &[(String, Expectation, Place)], problems: &Problems) -> Option<usize> {
    let name = text(node, problems)?;
    let found = outcomes.iter().position(|(known, _, _)| *known == name);
    if found.is_none() {
        problems.push(
            Diagnostic::at(Code::UnknownName, &node.place(), format!("`sees:` doesn't declare `{name}`"))
                .label("no such outcome")
                .suggest(name, outcomes.iter().map(|(known, _, _)| known.as_str())),
        );
    }
    found
}
