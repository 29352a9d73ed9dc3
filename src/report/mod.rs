//! Events to bytes, one file a format, and a stored report back to events. Reporters decide nothing.

mod attempts;
pub mod badge;
pub mod bounded;
pub mod comparison;
mod failure;
pub mod format;
pub mod github;
mod grid;
pub mod harmless;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
mod markup;
pub mod ndjson;
mod page;
pub mod progress;
pub mod proof;
mod proof_html;
pub mod proof_json;
pub mod review;
pub mod review_html;
pub mod review_json;
pub mod sarif;
pub mod servers;
pub mod smoke;
pub mod steadiness;
pub mod stored;
pub mod tap;
pub mod terminal;
mod text;
pub mod timings;
mod waivers;
pub mod wavering;
pub mod wire;
mod xml;

use std::{fmt, io};

use crate::model::event::Event;

/// Turns events into bytes.
pub trait Reporter {
    /// Takes the next event.
    ///
    /// # Errors
    /// The bytes can't be written.
    fn event(&mut self, event: &Event) -> io::Result<()>;
}

/// Why a report can't be made of a run.
#[derive(Debug)]
pub struct Refused(String);

impl Refused {
    fn because(reason: String) -> io::Error {
        io::Error::other(Self(reason))
    }

    /// Whether the error says that there is no such report, so that nothing was wrong with the writing.
    #[must_use]
    pub fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}
