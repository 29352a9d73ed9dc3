//! Every format that the report of a run can have, in one list.

use std::io::Write;

use super::Reporter;
use super::html::Html;
use super::json::Json;

crate::diagnostic::explained! {
    /// A format of reports. Its slug is stable: it is what `--report` takes.
    Format {
        Json "json"
            "the whole run in one JSON object, which `probity report` reads again"
        Html "html"
            "a page for people, in one file: verdict, clauses, matrices, every exchange"
    }
}

impl Format {
    /// A reporter that writes this format into `output` as the run goes on.
    #[must_use]
    pub fn reporter<'w>(self, output: impl Write + 'w) -> Box<dyn Reporter + 'w> {
        match self {
            Self::Json => Box::new(Json::new(output)),
            Self::Html => Box::new(Html::new(output)),
        }
    }
}
