//! Exchanges in the form that may be shown: no secret in any text, long bodies cut.

use std::ops::Range;
use std::time::Duration;

use super::exchange::Ending;

/// A request of a trial and what came of it, as anybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownExchange {
    /// What the step is for.
    pub part: Part,
    /// Which step of its part it is, from 0.
    pub step: usize,
    /// The step's name.
    pub name: Option<String>,
    /// Who it was sent as.
    pub persona: String,
    /// What was sent.
    pub request: ShownRequest,
    /// What came back, or why nothing did.
    pub answer: Result<ShownAnswer, String>,
    /// From the beginning of the trial to the start of sending.
    pub began: Duration,
    /// From the start of sending to the end of the answer's head, if it came.
    pub to_head: Option<Duration>,
    /// From the start of sending to the end of the body.
    pub duration: Duration,
    /// Which of the trial's findings its answer gave.
    pub findings: Range<usize>,
}

impl ShownExchange {
    /// How much memory it takes, near enough, in bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let headers = |headers: &[(String, String)]| -> usize {
            headers.iter().map(|(name, value)| name.len() + value.len() + 2 * size_of::<String>()).sum()
        };
        let request = self.request.url.len() + headers(&self.request.headers);
        let sent = self.request.body.as_ref().map_or(0, ShownBody::weight);
        let received = self
            .answer
            .as_ref()
            .map_or_else(String::len, |answer| answer.reason.len() + headers(&answer.headers) + answer.body.weight());
        size_of::<Self>() + request + sent + received
    }
}

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It brings about what the case needs.
    Setup,
    /// It is judged.
    Step,
    /// It undoes what the case did.
    Cleanup,
}

impl Part {
    /// All parts, in the order in which they run.
    pub const ALL: [Self; 3] = [Self::Setup, Self::Step, Self::Cleanup];

    /// The word in reports and on screen.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Setup => "set-up",
            Self::Step => "step",
            Self::Cleanup => "clean-up",
        }
    }
}

/// A request without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRequest {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Headers in the order of sending.
    pub headers: Vec<(String, String)>,
    /// The body, if one was sent.
    pub body: Option<ShownBody>,
}

/// An answer without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAnswer {
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// Headers in wire order.
    pub headers: Vec<(String, String)>,
    /// The body after removal of the transfer coding.
    pub body: ShownBody,
    /// How the body ended.
    pub ending: Ending,
}

/// A body, as far as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownBody {
    /// How many bytes the whole body has.
    pub length: usize,
    /// What is shown of it.
    pub content: Content,
}

impl ShownBody {
    fn weight(&self) -> usize {
        match &self.content {
            Content::Whole(text) | Content::Beginning(text) => text.len(),
            Content::Binary | Content::Withheld => 0,
        }
    }
}

/// What is shown of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// All of its text.
    Whole(String),
    /// The beginning of its text.
    Beginning(String),
    /// Nothing: its bytes are no text.
    Binary,
    /// Nothing: it shows a secret in a way in which it can't be masked.
    Withheld,
}
