//! What is printed when Probity itself fails.

use std::backtrace::Backtrace;
use std::panic;

use super::Output;
use crate::run::bug::{Bug, noted};

/// Has a panic print nothing but what whoever catches it has to say, and a backtrace where the environment asks for one.
///
/// The message itself may quote what a server sent: where it is shown, what is secret is known and masked.
pub(super) fn hook() {
    panic::set_hook(Box::new(|panic| {
        let is_caught = noted(panic);
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| !value.is_empty() && value != "0") {
            let _ = Output::error(&format!("{}\n", Backtrace::force_capture()));
        }
        if !is_caught {
            tell(Bug::of(panic.payload()));
        }
    }));
}

/// Says what is known of a failure that nobody could make anything of.
pub(super) fn tell(bug: Bug) {
    let _ = Output::error(&format!("error: {}\n", bug.without_data()));
}
