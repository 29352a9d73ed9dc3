//! A privacy matrix as a grid of cells.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::markup::{code, prose};
use super::text::{Tone, columns, padded, paint};
use crate::model::event::{CellResult, TrialResult};
use crate::model::verdict::Verdict;

/// A table in Markdown has so many cells at most; of a larger one those are named that aren't well.
const MOST_CELLS: usize = 1024;

/// What is shown of a cell: its verdict, or that its violation is waived.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    Conforms,
    Violates,
    Waived,
    Inconclusive,
    Skipped,
}

impl Look {
    fn of(result: &TrialResult) -> Self {
        match result.verdict {
            Verdict::Conforms => Self::Conforms,
            Verdict::Violates if result.waived().is_some() => Self::Waived,
            Verdict::Violates => Self::Violates,
            Verdict::Inconclusive => Self::Inconclusive,
            Verdict::Skipped => Self::Skipped,
        }
    }
}

/// The cells of one matrix, gathered as they come.
pub(super) struct Grid {
    pub(super) name: String,
    axes: Vec<String>,
    cells: Vec<(Vec<String>, String, Look)>,
    denies: bool,
}

impl Grid {
    pub(super) fn new(name: &str, axes: &[String]) -> Self {
        Self { name: name.to_owned(), axes: axes.to_vec(), cells: Vec::new(), denies: false }
    }

    /// Takes the cell of a trial, and what came of it.
    pub(super) fn add(&mut self, cell: &CellResult, result: &TrialResult) {
        self.denies |= cell.denial;
        self.cells.push((cell.values.clone(), cell.outcome.clone(), Look::of(result)));
    }

    /// Whether any cell was judged, so that there is something to show.
    pub(super) fn is_judged(&self) -> bool {
        self.cells.iter().any(|(_, _, look)| matches!(look, Look::Conforms | Look::Violates | Look::Waived))
    }

    /// A table that withholds something, or in which not all is well, as a grid; any other as one line.
    pub(super) fn render(&self, colour: bool, width: usize) -> String {
        let well = self.cells.iter().filter(|(_, _, look)| *look == Look::Conforms).count();
        let title = format!("{} ({})", self.name, self.axes.join(" × "));
        if well == self.cells.len() && !self.denies {
            return format!("{title}: {}\n", painted(&format!("✓ {well} cells"), Look::Conforms, colour));
        }
        // The axis that goes across is the last one that leaves the grid narrow enough.
        let fitting = (0..self.axes.len()).rev().find_map(|across| self.grid(across, colour, width));
        format!("{title}\n{}", fitting.unwrap_or_else(|| self.list(colour)))
    }

    /// The same as a table in Markdown, with the last axis across.
    pub(super) fn markdown(&self) -> String {
        let well = self.cells.iter().filter(|(_, _, look)| *look == Look::Conforms).count();
        let title = format!("{} ({})", code(&self.name), prose(&self.axes.join(" × ")));
        if well == self.cells.len() && !self.denies {
            return format!("{title}: ✓ {well} cells\n");
        }
        if self.axes.is_empty() || self.cells.len() > MOST_CELLS {
            let others = self.cells.iter().filter(|(_, _, look)| *look != Look::Conforms);
            let listed: Vec<String> = others
                .take(MOST_CELLS)
                .map(|(values, outcome, look)| format!("* {} {}\n", text(outcome, *look), values.join(" · ")))
                .collect();
            return format!("{title}: ✓ {well} of {} cells\n\n{}", self.cells.len(), listed.concat());
        }
        let layout = self.layout(self.axes.len() - 1);
        let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let head: Vec<String> = std::iter::once(&layout.head).chain(&layout.columns).map(|text| prose(text)).collect();
        let mut table = format!("{title}\n\n{}{}", row(&head), row(&vec!["---".to_owned(); head.len()]));
        for (name, cells) in &layout.rows {
            let name = std::iter::once(prose(name));
            let cells = cells.iter().map(|cell| cell.as_ref().map_or(String::new(), |(text, _)| prose(text)));
            table.push_str(&row(&name.chain(cells).collect::<Vec<_>>()));
        }
        table
    }

    /// Every cell that isn't well on a line of its own.
    fn list(&self, colour: bool) -> String {
        let well = self.cells.iter().filter(|(_, _, look)| *look == Look::Conforms).count();
        let mut list = format!("  {}\n", painted(&format!("✓ {well} cells"), Look::Conforms, colour));
        for (values, outcome, look) in self.cells.iter().filter(|(_, _, look)| *look != Look::Conforms) {
            let _ = writeln!(list, "  {} {}", painted(&text(outcome, *look), *look, colour), values.join(" · "));
        }
        list
    }

    /// The cells with one axis across and the others down.
    fn layout(&self, across: usize) -> Layout {
        let rest = |values: &[String]| -> String {
            let others = values.iter().enumerate().filter(|(index, _)| *index != across);
            others.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" · ")
        };
        let mut layout = Layout { head: rest(&self.axes), columns: Vec::new(), rows: Vec::new() };
        let (mut columns, mut rows): (HashMap<&str, usize>, HashMap<String, usize>) = Default::default();
        for (values, outcome, look) in &self.cells {
            let column = *columns.entry(values[across].as_str()).or_insert_with(|| {
                layout.columns.push(values[across].clone());
                layout.columns.len() - 1
            });
            let row = rest(values);
            let at = *rows.entry(row.clone()).or_insert_with(|| {
                layout.rows.push((row, Vec::new()));
                layout.rows.len() - 1
            });
            let cells = &mut layout.rows[at].1;
            cells.resize(cells.len().max(column + 1), None);
            cells[column] = Some((text(outcome, *look), *look));
        }
        layout.rows.iter_mut().for_each(|(_, cells)| cells.resize(layout.columns.len(), None));
        layout
    }

    /// The grid with one axis across and the others down; none when it is too wide.
    fn grid(&self, across: usize, colour: bool, width: usize) -> Option<String> {
        let layout = self.layout(across);
        let names = layout.rows.iter().map(|(name, _)| columns(name));
        let first = names.max().unwrap_or(0).max(columns(&layout.head));
        let of_cells = |index: usize| {
            layout.rows.iter().filter_map(move |(_, cells)| cells[index].as_ref()).map(|(text, _)| columns(text)).max()
        };
        let named = layout.columns.iter().enumerate();
        let widths: Vec<usize> = named.map(|(index, name)| of_cells(index).unwrap_or(0).max(columns(name))).collect();
        if first + 2 + widths.iter().map(|width| width + 2).sum::<usize>() > width {
            return None;
        }
        let mut line = format!("  {}", padded(&layout.head, first));
        for (column, width) in layout.columns.iter().zip(&widths) {
            let _ = write!(line, "  {}", padded(column, *width));
        }
        let mut grid = format!("{}\n", line.trim_end());
        for (name, cells) in &layout.rows {
            let mut line = format!("  {}", padded(name, first));
            for (cell, width) in cells.iter().zip(&widths) {
                let (text, look) = cell.as_ref().map_or(("", Look::Skipped), |(text, look)| (text.as_str(), *look));
                let _ = write!(line, "  {}", painted(&padded(text, *width), look, colour));
            }
            grid.push_str(line.trim_end());
            grid.push('\n');
        }
        Some(grid)
    }
}

/// A grid before it is written: what stands over the first column, the other columns, and the rows with their cells.
struct Layout {
    head: String,
    columns: Vec<String>,
    rows: Vec<(String, Vec<Cell>)>,
}

/// What is written in a cell; none where the matrix has none or it wasn't run.
type Cell = Option<(String, Look)>;

fn text(outcome: &str, look: Look) -> String {
    format!("{} {outcome}", mark(look))
}

fn painted(text: &str, look: Look, colour: bool) -> String {
    let tone = match look {
        Look::Conforms => Tone::Good,
        Look::Violates => Tone::Bad,
        Look::Waived | Look::Inconclusive => Tone::Doubtful,
        Look::Skipped => Tone::Quiet,
    };
    paint(text, tone, colour)
}

fn mark(look: Look) -> char {
    match look {
        Look::Conforms => '✓',
        Look::Violates => '✗',
        Look::Waived => '~',
        Look::Inconclusive => '?',
        Look::Skipped => '-',
    }
}
