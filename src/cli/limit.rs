//! `--limit NAME=VALUE`: what an answer may take, and a report.

use std::fmt::Write as _;

use crate::diagnostic::nearest;
use crate::model::limits::{Limit, Limits};
use crate::model::target::Target;

/// What the option says of itself.
pub(super) const HELP: &str =
    "What an answer or a report may take: NAME=VALUE, such as body=64MiB. Can be given several times.";

/// A limit and its value, as they were written.
#[derive(Clone, Debug)]
pub(super) struct Said {
    limit: Limit,
    value: String,
}

/// What the option says of itself at length.
pub(super) fn help() -> String {
    let mut text = format!("{HELP}\n\nAn answer that goes beyond a limit is inconclusive. NAME is one of:\n");
    for limit in Limit::ALL {
        let default = Limits::default().value(*limit);
        let _ = write!(text, "\n- {}: {} [default: {default}]", limit.slug(), limit.explanation());
    }
    text
}

/// Reads the option.
pub(super) fn limit(text: &str) -> Result<Said, String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as body=64MiB")?;
    let slugs: Vec<&str> = Limit::ALL.iter().map(|limit| limit.slug()).collect();
    let Some(limit) = Limit::ALL.iter().find(|limit| limit.slug() == name) else {
        return Err(match nearest(name, &slugs) {
            Some(near) => format!("there is no limit `{name}`; did you mean `{near}`?"),
            None => format!("there is no limit `{name}`; there are {}", slugs.join(", ")),
        });
    };
    Limits::default().set(*limit, value)?;
    Ok(Said { limit: *limit, value: value.to_owned() })
}

/// Sets the limits for all services of a target, and gives back the options that make another run do so.
pub(super) fn apply(said: &[Said], target: &mut Target) -> Vec<String> {
    for Said { limit, value } in said {
        for link in target.links.values_mut().chain([&mut target.usual.1]) {
            // It was read without an error before.
            let _ = link.limits.set(*limit, value);
        }
    }
    said.iter().map(|Said { limit, value }| format!("--limit={}={value}", limit.slug())).collect()
}
