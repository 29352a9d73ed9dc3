//! Events to bytes, one file a format. Reporters decide nothing.

mod failure;
pub mod format;
mod grid;
pub mod html;
pub mod json;
mod page;
pub mod progress;
pub mod proof;
pub mod proof_json;
pub mod review;
pub mod review_json;
pub mod terminal;
mod text;

use std::io;

use crate::model::event::Event;

/// Turns events into bytes.
pub trait Reporter {
    /// Takes the next event.
    ///
    /// # Errors
    /// The bytes can't be written.
    fn event(&mut self, event: &Event) -> io::Result<()>;
}
