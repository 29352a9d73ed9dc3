//! Every format that the report of a run can have, in one list.

use std::io::{self, Write};

use super::badge::{Badge, Form};
use super::github::Github;
use super::html::Html;
use super::json::Json;
use super::junit::Junit;
use super::markdown::{COMMENT, Markdown};
use super::ndjson::Ndjson;
use super::proof_html;
use super::proof_json::Proved;
use super::sarif::Sarif;
use super::tap::Tap;
use super::{Refused, Reporter};

crate::diagnostic::explained! {
    /// A format of reports. Its slug is stable: it is what `--report` takes.
    Format {
        Json "json"
            "the whole run in one JSON object, which `probity report` reads again"
        Html "html"
            "a page for people, in one file: verdict, clauses, matrices, every exchange"
        Junit "junit"
            "XML for Jenkins, GitLab and most others"
        Github "github"
            "annotations for GitHub Actions on standard output, and a summary of the job; takes no PATH"
        Ndjson "ndjson"
            "the events of the run as JSON lines, as they happen"
        Tap "tap"
            "TAP, version 14"
        Markdown "markdown"
            "for a comment on a change, at most 65,000 bytes"
        Sarif "sarif"
            "SARIF 2.1.0, for pages of code scanning"
        Badge "badge"
            "an SVG picture such as `must 41/41`, of a whole and complete run only"
        Shields "shields"
            "the same as JSON for the endpoint badge of shields.io"
    }
}

impl Format {
    /// A reporter that writes this format into `output` as the run goes on.
    #[must_use]
    pub fn reporter<'w>(self, output: impl Write + Send + 'w) -> Box<dyn Reporter + Send + 'w> {
        match self {
            Self::Json => Box::new(Json::new(output)),
            Self::Html => Box::new(Html::new(output)),
            Self::Junit => Box::new(Junit::new(output)),
            Self::Github => Box::new(Github::new(output)),
            Self::Ndjson => Box::new(Ndjson::new(output)),
            Self::Tap => Box::new(Tap::new(output)),
            Self::Markdown => Box::new(Markdown::new(output, COMMENT)),
            Self::Sarif => Box::new(Sarif::new(output)),
            Self::Badge => Box::new(Badge::new(output, Form::Svg)),
            Self::Shields => Box::new(Badge::new(output, Form::Shields)),
        }
    }

    /// Whether a report in this format shows what was sent and received.
    #[must_use]
    pub fn shows_exchanges(self) -> bool {
        matches!(self, Self::Json | Self::Html | Self::Ndjson)
    }

    /// The formats that a proof can have.
    pub const OF_PROOFS: &[Self] = &[Self::Json, Self::Html];

    /// Writes a proof in this format.
    ///
    /// # Errors
    /// The bytes can't be written, or a proof has no such format.
    pub fn write_proof(self, proof: &Proved, mut output: impl Write) -> io::Result<()> {
        match self {
            Self::Json => proof.write(output),
            Self::Html => proof_html::write(proof, &mut output),
            _ => Err(Refused::because(format!("a proof can't be written as {}", self.slug()))),
        }
    }

    /// Whether a report in this format speaks of whole runs only.
    #[must_use]
    pub fn needs_everything(self) -> bool {
        matches!(self, Self::Badge | Self::Shields)
    }
}
