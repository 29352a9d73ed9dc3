//! An answer to be judged, and what was read of it.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use bytes::Bytes;
use serde_json::Value;

use super::canary::Readings;
use super::json::Parsed;
use super::{Words, decoding, json};
use crate::diagnostic::Place;
use crate::model::exchange::Answer;
use crate::model::limits::Limits;
use crate::model::path::{JsonPath, PathError};
use crate::model::requirement::RequirementId;
use crate::model::template::Scope;
use crate::model::verdict::{Finding, Rule};

/// An answer to be judged, with all that expectations can speak of.
pub struct Subject<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The answer.
    pub answer: &'a Answer,
    /// What templates can speak of.
    pub scope: Scope<'a>,
    /// The answers of earlier steps, by the name of the step.
    pub earlier: &'a [(String, Answer)],
    pub(super) reading: Reading,
    pub(super) wordless: bool,
    limits: Limits,
}

/// Larger bodies are read piece by piece, and again when they come again: with every way of reading them they would
/// fill the memory. In bytes.
pub(super) const READ_WHOLE: usize = 4 << 20;

/// What was read of an answer so far: the body as JSON, and every way of reading each part as text. It is worked out
/// once, where it is needed first, and shared by all who judge the same answer.
#[derive(Clone, Default)]
pub struct Reading {
    parsed: Rc<OnceCell<Parsed>>,
    readings: Rc<OnceCell<Readings>>,
    /// What it was altered from.
    original: Option<Rc<Original>>,
    /// Every way of reading what it says that the original doesn't say, where nothing else is new.
    pub(super) news: Option<Rc<str>>,
    /// The paths that templates became so far: those of an altered answer are mostly those of the original.
    paths: Rc<RefCell<HashMap<String, JsonPath>>>,
}

/// An answer that conformed and is going to be altered, and what was read of it.
pub struct Original {
    answer: Answer,
    pub(super) reading: Reading,
}

impl Original {
    /// Whether the body of an answer is the same, byte for byte, and as readable.
    pub(super) fn has_body_of(&self, answer: &Answer) -> bool {
        self.answer.wire.miscoded == answer.wire.miscoded && same(&self.answer.body, &answer.body)
    }
}

impl Reading {
    /// What is known of an altered answer: of the parts that are as in the original, what is known of that.
    ///
    /// `json` is the altered body, where it is known to be this JSON and nothing else. `news` is all that the altered
    /// answer says and the original doesn't, besides another length, where that is known.
    #[must_use]
    pub fn of_altered(altered: &Answer, json: Option<Value>, news: Option<&str>, original: &Rc<Original>) -> Self {
        let parsed = match json {
            Some(value) => Rc::new(OnceCell::from(Parsed { value: Some(value), faults: Vec::new(), reached: None })),
            None if same(&altered.body, &original.answer.body) => Rc::clone(&original.reading.parsed),
            None => Rc::default(),
        };
        let news = news.map(|news| decoding::of_body(format!("{news}\n{}", altered.body.len()).as_bytes()));
        let paths = Rc::clone(&original.reading.paths);
        Self { parsed, readings: Rc::default(), original: Some(Rc::clone(original)), news, paths }
    }
}

/// Whether the bytes are the same; what is shared needn't be compared.
pub(super) fn same(bytes: &Bytes, others: &Bytes) -> bool {
    bytes.len() == others.len() && (bytes.as_ptr() == others.as_ptr() || bytes == others)
}

impl<'a> Subject<'a> {
    /// An answer to be judged.
    #[must_use]
    pub fn new(method: &'a str, answer: &'a Answer, scope: Scope<'a>, earlier: &'a [(String, Answer)]) -> Self {
        let limits = Limits::default();
        Self { method, answer, scope, earlier, reading: Reading::default(), wordless: false, limits }
    }

    /// The same within other limits than the usual ones.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same with what was read of the answer already; the reading must be of this answer.
    #[must_use]
    pub fn with_reading(self, reading: &Reading) -> Self {
        Self { reading: reading.clone(), ..self }
    }

    /// The same, when only the kinds of findings matter and the clauses that they blame: no finding says anything.
    #[must_use]
    pub fn wordless(self) -> Self {
        Self { wordless: true, ..self }
    }

    /// The answer with what is read of it, to be altered.
    #[must_use]
    pub fn original(&self) -> Rc<Original> {
        self.readings();
        Rc::new(Original { answer: self.answer.clone(), reading: self.reading.clone() })
    }

    /// The same with what was read of it so far, in memory of its own: room for large bodies is shared by all exchanges.
    pub(super) fn so_far(&self) -> Rc<Original> {
        let answer = Answer { body: Bytes::copy_from_slice(&self.answer.body), ..self.answer.clone() };
        Rc::new(Original { answer, reading: self.reading.clone() })
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// The body as JSON, if it can be read as such at all.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        self.parsed().value.as_ref()
    }

    /// The body as JSON, if it is one JSON text and nothing else.
    #[must_use]
    pub fn strict_json(&self) -> Option<&Value> {
        let parsed = self.parsed();
        parsed.value.as_ref().filter(|_| parsed.faults.is_empty())
    }

    /// Every way of reading the answer, for the search of canaries.
    pub(super) fn readings(&self) -> &Readings {
        self.reading.readings.get_or_init(|| {
            let original = self.reading.original.as_deref();
            let known = original.and_then(|original| Some((original.reading.readings.get()?, &original.answer)));
            match known {
                Some((known, original)) => known.of_altered(original, self.answer),
                None => Readings::of(self.answer),
            }
        })
    }

    pub(super) fn finding(
        &self,
        rule: Rule,
        blame: &RequirementId,
        place: &Place,
        words: impl FnOnce() -> Words,
    ) -> Finding {
        let Words { message, expected, observed, pointer } = if self.wordless { Words::default() } else { words() };
        Finding { requirement: blame.clone(), rule, message, expected, observed, pointer, place: place.clone() }
    }

    pub(super) fn parsed(&self) -> &Parsed {
        self.reading.parsed.get_or_init(|| match &self.answer.wire.miscoded {
            None => json::parse(&self.answer.body, &self.limits),
            Some(cause) => Parsed::miscoded(cause),
        })
    }

    /// The path that a text is, compiled once.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn path(&self, text: &str) -> Result<JsonPath, PathError> {
        if let Some(known) = self.reading.paths.borrow().get(text) {
            return Ok(known.clone());
        }
        let path = JsonPath::parse(text)?;
        self.reading.paths.borrow_mut().insert(text.to_owned(), path.clone());
        Ok(path)
    }

    /// The limit that was reached when the body was read as JSON, if one was.
    #[must_use]
    pub fn unread(&self) -> Option<&str> {
        self.parsed().reached.as_deref()
    }

    /// An earlier answer as JSON, if it can be read as such.
    pub(super) fn earlier_json(&self, answer: &Answer) -> Parsed {
        json::parse(&answer.body, &self.limits)
    }
}
