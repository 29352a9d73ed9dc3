//! A privacy matrix as a grid of cells.

use std::fmt::Write as _;

use super::text::{Tone, columns, padded, paint};
use crate::model::event::CellResult;
use crate::model::verdict::Verdict;

/// The cells of one matrix, gathered as they come.
pub(super) struct Grid {
    pub(super) name: String,
    axes: Vec<String>,
    cells: Vec<(Vec<String>, String, Verdict)>,
}

impl Grid {
    pub(super) fn new(name: &str, axes: &[String]) -> Self {
        Self { name: name.to_owned(), axes: axes.to_vec(), cells: Vec::new() }
    }

    pub(super) fn add(&mut self, cell: &CellResult, verdict: Verdict) {
        self.cells.push((cell.values.clone(), cell.outcome.clone(), verdict));
    }

    /// The grid: the last axis across, the others down. Too wide for the terminal, it becomes a list.
    pub(super) fn render(&self, colour: bool, width: usize) -> String {
        let split = self.axes.len().saturating_sub(1);
        let mut across: Vec<&str> = Vec::new();
        let mut down: Vec<&[String]> = Vec::new();
        for (values, _, _) in &self.cells {
            if let Some(last) = values.last().filter(|last| !across.contains(&last.as_str())) {
                across.push(last);
            }
            if !down.contains(&&values[..split]) {
                down.push(&values[..split]);
            }
        }
        let at = |row: &[String], column: &str| {
            self.cells.iter().find(|(values, _, _)| values[..split] == *row && values[split] == column)
        };
        let text = |outcome: &str, verdict: Verdict| format!("{} {outcome}", mark(verdict));
        let label = |row: &[String]| row.join(" · ");
        let first = down.iter().map(|row| columns(&label(row))).max().unwrap_or(0).max(columns(&self.axes[..split].join(" · ")));
        let widths: Vec<usize> = across
            .iter()
            .map(|column| {
                let cells = down.iter().filter_map(|row| at(row, column));
                cells.map(|(_, outcome, verdict)| columns(&text(outcome, *verdict))).max().unwrap_or(0).max(columns(column))
            })
            .collect();
        let mut grid = format!("{} ({})\n", self.name, self.axes.join(" × "));
        if first + 2 + widths.iter().map(|width| width + 2).sum::<usize>() > width {
            for (values, outcome, verdict) in &self.cells {
                let _ = writeln!(grid, "  {} {}", painted(&text(outcome, *verdict), *verdict, colour), values.join(" · "));
            }
            return grid;
        }
        let _ = write!(grid, "  {}", padded(&self.axes[..split].join(" · "), first));
        for (column, width) in across.iter().zip(&widths) {
            let _ = write!(grid, "  {}", padded(column, *width));
        }
        grid = grid.trim_end().to_owned();
        grid.push('\n');
        for row in &down {
            let mut line = format!("  {}", padded(&label(row), first));
            for (column, width) in across.iter().zip(&widths) {
                let cell = at(row, column).map(|(_, outcome, verdict)| (text(outcome, *verdict), *verdict));
                let (shown, verdict) = cell.unwrap_or((String::from("·"), Verdict::Skipped));
                let _ = write!(line, "  {}", painted(&padded(&shown, *width), verdict, colour));
            }
            grid.push_str(line.trim_end());
            grid.push('\n');
        }
        grid
    }
}

fn painted(text: &str, verdict: Verdict, colour: bool) -> String {
    let tone = match verdict {
        Verdict::Conforms => Tone::Good,
        Verdict::Violates => Tone::Bad,
        Verdict::Inconclusive => Tone::Doubtful,
        Verdict::Skipped => Tone::Quiet,
    };
    paint(text, tone, colour)
}

fn mark(verdict: Verdict) -> char {
    match verdict {
        Verdict::Conforms => '✓',
        Verdict::Violates => '✗',
        Verdict::Inconclusive => '?',
        Verdict::Skipped => '-',
    }
}
