//! What was sent and received, as it may be shown.

use serde::Serialize;

use super::trial::milliseconds;
use crate::model::exchange::Ending;
use crate::model::shown::{Content, ShownAnswer, ShownBody, ShownExchange};

#[derive(Serialize)]
pub(super) struct ExchangePart<'a> {
    part: &'static str,
    step: usize,
    name: Option<&'a str>,
    persona: &'a str,
    began_ms: f64,
    head_ms: Option<f64>,
    duration_ms: f64,
    request: RequestPart<'a>,
    answer: Option<AnswerPart<'a>>,
    failure: Option<&'a str>,
    findings: Vec<usize>,
}

#[derive(Serialize)]
struct RequestPart<'a> {
    method: &'a str,
    url: &'a str,
    headers: &'a [(String, String)],
    body: Option<BodyPart<'a>>,
}

#[derive(Serialize)]
struct AnswerPart<'a> {
    status: u16,
    reason: &'a str,
    headers: &'a [(String, String)],
    body: BodyPart<'a>,
    ending: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    surplus: Option<usize>,
}

#[derive(Serialize)]
struct BodyPart<'a> {
    length: usize,
    shown: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

impl<'a> ExchangePart<'a> {
    pub(super) fn of(exchange: &'a ShownExchange) -> Self {
        let request = &exchange.request;
        Self {
            part: exchange.part.word(),
            step: exchange.step,
            name: exchange.name.as_deref(),
            persona: &exchange.persona,
            began_ms: milliseconds(exchange.began),
            head_ms: exchange.to_head.map(milliseconds),
            duration_ms: milliseconds(exchange.duration),
            request: RequestPart {
                method: &request.method,
                url: &request.url,
                headers: &request.headers,
                body: request.body.as_ref().map(BodyPart::of),
            },
            answer: exchange.answer.as_ref().ok().map(AnswerPart::of),
            failure: exchange.answer.as_ref().err().map(String::as_str),
            findings: exchange.findings.clone().collect(),
        }
    }
}

impl<'a> AnswerPart<'a> {
    fn of(answer: &'a ShownAnswer) -> Self {
        let (ending, surplus) = match answer.ending {
            Ending::Complete => ("complete", None),
            Ending::Short => ("short", None),
            Ending::Long { surplus } => ("long", Some(surplus)),
        };
        Self {
            status: answer.status,
            reason: &answer.reason,
            headers: &answer.headers,
            body: BodyPart::of(&answer.body),
            ending,
            surplus,
        }
    }
}

impl<'a> BodyPart<'a> {
    fn of(body: &'a ShownBody) -> Self {
        let (shown, text) = match &body.content {
            Content::Whole(text) => ("whole", Some(text.as_str())),
            Content::Beginning(text) => ("beginning", Some(text.as_str())),
            Content::Binary => ("binary", None),
            Content::Withheld => ("withheld", None),
        };
        Self { length: body.length, shown, text }
    }
}
