//! Answers altered in memory: one module for each part of an answer.

mod body;
mod header;
pub(super) mod leak;
mod respelling;
mod status;
pub(super) mod value;

use std::rc::Rc;

use bytes::Bytes;
use serde_json::Value;

use super::anatomy::{Anatomy, Site};
use crate::check::{Original, Reading};
use crate::model::exchange::{Answer, Ending, Wire};
use crate::model::mutant::Operator;

/// An altered answer.
pub(super) struct Altered {
    pub(super) answer: Answer,
    /// Its body as JSON, where the alteration knows it, so that it needn't be parsed again.
    pub(super) json: Option<Value>,
    /// What the body says that it didn't say before, where the alteration knows it.
    news: Option<String>,
}

impl Altered {
    /// The altered answer, and what is known of it, so that only what differs is read again.
    pub(super) fn read(self, original: &Rc<Original>) -> (Answer, Reading) {
        let reading = Reading::of_altered(&self.answer, self.json, self.news.as_deref(), original);
        (self.answer, reading)
    }
}

/// Calls `found` with the operator, the index and the variant of every site of an answer.
pub(super) fn sites(anatomy: &Anatomy<'_>, method: &str, found: &mut dyn FnMut(Operator, usize, u16)) {
    status::sites(anatomy, found);
    header::sites(anatomy, found);
    header::forbidden(anatomy, found);
    if method != "HEAD" {
        body::sites(anatomy, found);
    }
    value::sites(anatomy, found);
    respelling::sites(anatomy, found);
    leak::sites(anatomy, method, found);
    for index in 0..anatomy.misframings.len() {
        found(Operator::Misframe, index, 0);
    }
    for index in 0..anatomy.others.len() {
        found(Operator::OtherAnswer, index, 0);
    }
}

/// The answer, altered at a site.
pub(super) fn alter(anatomy: &Anatomy<'_>, site: Site) -> Altered {
    use Operator as Op;
    let index = site.index as usize;
    match site.operator {
        Op::OtherClassStatus | Op::SameClassStatus => plain(status::alter(anatomy, site)),
        Op::AddHeader | Op::RecaseHeader | Op::ReorderHeaders => plain(respelling::headers(anatomy, site.operator)),
        Op::RespaceJson | Op::EscapeJson | Op::ReorderMembers => respelling::json(anatomy, site.operator),
        Op::ForbiddenHeader => {
            let mut answer = anatomy.answer.clone();
            answer.headers.push((anatomy.forbidden[index].clone(), Bytes::from_static(b"1")));
            plain(answer)
        }
        operator if operator.alters_a_header() => plain(header::alter(anatomy, site)),
        operator if operator.alters_a_value() => value::alter(anatomy, site),
        Op::InsertCanary => leak::alter(anatomy, &anatomy.canaries[index], site.variant),
        Op::Misframe => {
            let mut answer = anatomy.answer.clone();
            let fault = anatomy.misframings[index];
            answer.wire.framing.get_or_insert_default().note(fault, fault.slug());
            plain(answer)
        }
        Op::OtherAnswer => {
            let mut answer = anatomy.others[index].clone();
            // Perhaps it came over the transport that doesn't see how it is framed.
            answer.wire.framing.clone_from(&anatomy.answer.wire.framing);
            plain(answer)
        }
        _ => plain(body::alter(anatomy, site)),
    }
}

fn plain(answer: Answer) -> Altered {
    Altered { answer, json: None, news: None }
}

/// The answer with another body, its length told rightly.
fn with_body(answer: &Answer, body: impl Into<Bytes>) -> Answer {
    let body = body.into();
    let length = Bytes::from(body.len().to_string());
    let relengthened = |(name, value): &(String, Bytes)| {
        let is_length = name.eq_ignore_ascii_case("content-length");
        (name.clone(), if is_length { length.clone() } else { value.clone() })
    };
    Answer {
        status: answer.status,
        reason: answer.reason.clone(),
        headers: answer.headers.iter().map(relengthened).collect(),
        body,
        ending: Ending::Complete,
        wire: Wire { encoded: None, ..answer.wire.clone() },
    }
}

/// The answer with another JSON body, of which `news` is all that is new.
fn with_json(answer: &Answer, json: Value, news: String) -> Altered {
    let written = serde_json::to_vec(&json).unwrap_or_default();
    let answer = with_body(answer, written);
    Altered { answer, json: Some(json), news: Some(news) }
}
