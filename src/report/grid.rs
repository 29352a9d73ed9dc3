//! A privacy matrix as a grid of cells.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::text::{Tone, columns, padded, paint};
use crate::model::event::CellResult;
use crate::model::verdict::Verdict;

/// The cells of one matrix, gathered as they come.
pub(super) struct Grid {
    pub(super) name: String,
    axes: Vec<String>,
    cells: Vec<(Vec<String>, String, Verdict)>,
    denies: bool,
}

impl Grid {
    pub(super) fn new(name: &str, axes: &[String]) -> Self {
        Self { name: name.to_owned(), axes: axes.to_vec(), cells: Vec::new(), denies: false }
    }

    pub(super) fn add(&mut self, cell: &CellResult, verdict: Verdict) {
        self.denies |= cell.denial;
        self.cells.push((cell.values.clone(), cell.outcome.clone(), verdict));
    }

    /// Whether any cell was judged, so that there is something to show.
    pub(super) fn is_judged(&self) -> bool {
        self.cells.iter().any(|(_, _, verdict)| matches!(verdict, Verdict::Conforms | Verdict::Violates))
    }

    /// A table that withholds something, or in which not all is well, as a grid; any other as one line.
    pub(super) fn render(&self, colour: bool, width: usize) -> String {
        let well = self.cells.iter().filter(|(_, _, verdict)| *verdict == Verdict::Conforms).count();
        let title = format!("{} ({})", self.name, self.axes.join(" × "));
        if well == self.cells.len() && !self.denies {
            return format!("{title}: {}\n", painted(&format!("✓ {well} cells"), Verdict::Conforms, colour));
        }
        // The axis that goes across is the last one that leaves the grid narrow enough.
        let fitting = (0..self.axes.len()).rev().find_map(|across| self.grid(across, colour, width));
        format!("{title}\n{}", fitting.unwrap_or_else(|| self.list(colour)))
    }

    /// Every cell that isn't well on a line of its own.
    fn list(&self, colour: bool) -> String {
        let well = self.cells.iter().filter(|(_, _, verdict)| *verdict == Verdict::Conforms).count();
        let mut list = format!("  {}\n", painted(&format!("✓ {well} cells"), Verdict::Conforms, colour));
        for (values, outcome, verdict) in self.cells.iter().filter(|(_, _, verdict)| *verdict != Verdict::Conforms) {
            let _ = writeln!(list, "  {} {}", painted(&text(outcome, *verdict), *verdict, colour), values.join(" · "));
        }
        list
    }

    /// The grid with one axis across and the others down; none when it is too wide.
    fn grid(&self, across: usize, colour: bool, width: usize) -> Option<String> {
        let rest = |values: &[String]| -> Vec<String> {
            let others = values.iter().enumerate().filter(|(index, _)| *index != across);
            others.map(|(_, value)| value.clone()).collect()
        };
        let mut columns_seen: Vec<&str> = Vec::new();
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut table: HashMap<(Vec<String>, &str), (String, Verdict)> = HashMap::new();
        for (values, outcome, verdict) in &self.cells {
            let column = values[across].as_str();
            if !columns_seen.contains(&column) {
                columns_seen.push(column);
            }
            let row = rest(values);
            if !rows.contains(&row) {
                rows.push(row.clone());
            }
            table.insert((row, column), (text(outcome, *verdict), *verdict));
        }
        let head = rest(&self.axes).join(" · ");
        let first = rows.iter().map(|row| columns(&row.join(" · "))).max().unwrap_or(0).max(columns(&head));
        let widths: Vec<usize> = columns_seen
            .iter()
            .map(|column| {
                let cells = rows.iter().filter_map(|row| table.get(&(row.clone(), *column)));
                cells.map(|(text, _)| columns(text)).max().unwrap_or(0).max(columns(column))
            })
            .collect();
        if first + 2 + widths.iter().map(|width| width + 2).sum::<usize>() > width {
            return None;
        }
        let mut line = format!("  {}", padded(&head, first));
        for (column, width) in columns_seen.iter().zip(&widths) {
            let _ = write!(line, "  {}", padded(column, *width));
        }
        let mut grid = format!("{}\n", line.trim_end());
        for row in &rows {
            let mut line = format!("  {}", padded(&row.join(" · "), first));
            for (column, width) in columns_seen.iter().zip(&widths) {
                let cell = table.get(&(row.clone(), *column));
                let (text, verdict) = cell.map_or(("", Verdict::Skipped), |(text, verdict)| (text.as_str(), *verdict));
                let _ = write!(line, "  {}", painted(&padded(text, *width), verdict, colour));
            }
            grid.push_str(line.trim_end());
            grid.push('\n');
        }
        Some(grid)
    }
}

fn text(outcome: &str, verdict: Verdict) -> String {
    format!("{} {outcome}", mark(verdict))
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
