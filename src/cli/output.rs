//! Standard output and standard error, and what they can show.

use std::io::{self, IsTerminal, Write};

use super::Colour;
use crate::diagnostic::Style;
use crate::report::harmless::{self, Harmless};

/// Narrower terminals than this are written to as if they had this many columns.
const NARROWEST: usize = 40;
/// Where nobody looks, or the width can't be found out.
const USUAL: usize = 120;

/// Where commands print to.
pub(super) struct Output {
    colour: Colour,
}

impl Output {
    pub(super) fn new(colour: Colour) -> Self {
        Self { colour }
    }

    /// How standard output is rendered.
    pub(super) fn style(&self) -> Style {
        let terminal = io::stdout().is_terminal();
        Style { colour: self.wants_colour(terminal), width: width(terminal) }
    }

    /// How standard error is rendered.
    pub(super) fn error_style(&self) -> Style {
        let terminal = io::stderr().is_terminal();
        Style { colour: self.wants_colour(terminal), width: width(terminal) }
    }

    fn wants_colour(&self, terminal: bool) -> bool {
        match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                terminal && !unwanted && !dumb
            }
        }
    }

    /// Whether a person watches standard error, so that a progress bar makes sense.
    pub(super) fn is_watched() -> bool {
        io::stderr().is_terminal() && std::env::var_os("CI").is_none()
    }

    /// Writes to standard output. Whoever closed it has read enough, which changes nothing of what a command came to.
    pub(super) fn print(text: &str) -> io::Result<()> {
        let mut stdout = Harmless::new(io::stdout().lock());
        read_enough(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// The same for JSON, in which every text stays what it is.
    pub(super) fn print_json(text: &str) -> io::Result<()> {
        Self::print(&harmless::json(text))
    }

    /// The same for standard error.
    pub(super) fn error(text: &str) -> io::Result<()> {
        read_enough(Harmless::new(io::stderr().lock()).write_all(text.as_bytes()))
    }

    /// Clears the screen, if there is one.
    pub(super) fn clear() -> io::Result<()> {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if !io::stdout().is_terminal() || dumb {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(b"\x1b[2J\x1b[3J\x1b[H")?;
        stdout.flush()
    }
}

fn read_enough(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn width(terminal: bool) -> usize {
    let found = terminal.then(terminal_size::terminal_size).flatten();
    found.map_or(USUAL, |(terminal_size::Width(width), _)| usize::from(width)).max(NARROWEST)
}
