//! Exchanges as they stand in a report.

use std::time::Duration;

use serde::Deserialize;

use super::word;
use crate::model::exchange::Ending;
use crate::model::shown::{Content, Part, ShownAnswer, ShownBody, ShownExchange, ShownRequest};

#[derive(Deserialize)]
pub(super) struct ExchangeForm {
    #[serde(deserialize_with = "word::part")]
    part: Part,
    step: usize,
    name: Option<String>,
    persona: String,
    #[serde(rename = "began_ms", deserialize_with = "word::milliseconds")]
    began: Duration,
    #[serde(rename = "head_ms", default, deserialize_with = "word::maybe_milliseconds")]
    to_head: Option<Duration>,
    #[serde(rename = "duration_ms", deserialize_with = "word::milliseconds")]
    duration: Duration,
    request: RequestForm,
    answer: Option<AnswerForm>,
    failure: Option<String>,
    #[serde(default)]
    findings: Vec<usize>,
}

#[derive(Deserialize)]
struct RequestForm {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<BodyForm>,
}

#[derive(Deserialize)]
struct AnswerForm {
    status: u16,
    reason: String,
    headers: Vec<(String, String)>,
    body: BodyForm,
    ending: EndingForm,
    surplus: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum EndingForm {
    Complete,
    Short,
    Long,
}

#[derive(Deserialize)]
struct BodyForm {
    length: usize,
    shown: ShownForm,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ShownForm {
    Whole,
    Beginning,
    Binary,
    Withheld,
}

impl ExchangeForm {
    pub(super) fn exchange(self) -> ShownExchange {
        let RequestForm { method, url, headers, body } = self.request;
        let failure = self.failure.unwrap_or_else(|| "there is no answer".into());
        ShownExchange {
            part: self.part,
            step: self.step,
            name: self.name,
            persona: self.persona,
            request: ShownRequest { method, url, headers, body: body.map(BodyForm::body) },
            answer: self.answer.map(AnswerForm::answer).ok_or(failure),
            began: self.began,
            to_head: self.to_head,
            duration: self.duration,
            findings: self
                .findings
                .first()
                .zip(self.findings.last())
                .map_or(0..0, |(first, last)| *first..last.saturating_add(1)),
        }
    }
}

impl AnswerForm {
    fn answer(self) -> ShownAnswer {
        ShownAnswer {
            status: self.status,
            reason: self.reason,
            headers: self.headers,
            body: self.body.body(),
            ending: match self.ending {
                EndingForm::Complete => Ending::Complete,
                EndingForm::Short => Ending::Short,
                EndingForm::Long => Ending::Long { surplus: self.surplus.unwrap_or(0) },
            },
        }
    }
}

impl BodyForm {
    fn body(self) -> ShownBody {
        let content = match self.shown {
            ShownForm::Whole => Content::Whole(self.text),
            ShownForm::Beginning => Content::Beginning(self.text),
            ShownForm::Binary => Content::Binary,
            ShownForm::Withheld => Content::Withheld,
        };
        ShownBody { length: self.length, content }
    }
}
