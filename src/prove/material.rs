//! What can be put into an answer: texts that must not be shown there, and the answers of others.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use serde_json::Value;

use super::Exhibit;
use crate::check::{self, Moment};
use crate::model::exchange::{Answer, Evidence};
use crate::model::expectation::{Expectation, HeaderTest};
use crate::model::framing::FramingFault;

/// So many of the texts of one expectation, and so many that only others were shown, are tried.
const MOST_TEXTS: usize = 3;

/// So many other answers of each kind are tried, and of all kinds.
const MOST_ANSWERS: usize = 2;
const MOST_OF_ALL: usize = 6;

/// Shorter texts are found in innocent places.
const SHORTEST: usize = 6;

/// What a request asks for, whoever sends it.
type Question<'e> = (&'e str, &'e str, Option<&'e Bytes>);

/// An answer that tells something, and to whom.
struct Told<'e> {
    persona: &'e str,
    answer: &'e Answer,
    texts: BTreeSet<String>,
}

/// All answers by what they answer.
pub(super) struct Material<'e> {
    /// Everything that was answered to a question, by whom it was asked.
    by_question: HashMap<Question<'e>, Vec<Told<'e>>>,
    /// Everything that was answered to a step of a case.
    by_step: HashMap<(usize, usize), Vec<&'e Evidence>>,
    /// Every text that a persona was shown by any answer: it is no news to it.
    shown: HashMap<&'e str, BTreeSet<String>>,
}

fn question(evidence: &Evidence) -> Question<'_> {
    (&evidence.request.method, &evidence.request.url, evidence.request.body.as_ref())
}

fn succeeded(answer: &Answer) -> bool {
    answer.status / 100 == 2 && !answer.body.is_empty()
}

impl<'e> Material<'e> {
    pub(super) fn of(exhibits: &'e [Exhibit<'e>]) -> Self {
        let (mut by_question, mut by_step) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        let mut shown: HashMap<_, BTreeSet<String>> = HashMap::new();
        for exhibit in exhibits {
            for evidence in &exhibit.result.evidence {
                if succeeded(&evidence.answer) {
                    let asked = by_question.entry(question(evidence)).or_default();
                    let persona = evidence.request.persona.as_str();
                    let texts = texts_of(&evidence.answer);
                    shown.entry(persona).or_default().extend(texts.iter().cloned());
                    asked.push(Told { persona, answer: &evidence.answer, texts });
                    by_step.entry((exhibit.case, evidence.step)).or_default().push(evidence);
                }
            }
        }
        Self { by_question, by_step, shown }
    }

    /// Answers that somebody else got to the same question, or that answer the same step of another trial, besides those
    /// that are known already.
    pub(super) fn others(
        &self,
        exhibit: &Exhibit<'e>,
        evidence: &Evidence,
        key: u64,
        mut others: Vec<&'e Answer>,
    ) -> Vec<&'e Answer> {
        let mut add = |answers: Vec<&'e Answer>| {
            let mut found = 0;
            let start = usize::try_from(key).unwrap_or_default().checked_rem(answers.len()).unwrap_or_default();
            for answer in answers[start..].iter().chain(&answers[..start]).copied() {
                let new = answer.body != evidence.answer.body && !others.iter().any(|known| known.body == answer.body);
                if new && found < MOST_ANSWERS && others.len() < MOST_OF_ALL {
                    others.push(answer);
                    found += 1;
                }
            }
        };
        let asked = self.by_question.get(&question(evidence)).into_iter().flatten();
        let persona = evidence.request.persona.as_str();
        add(asked.filter(|told| told.persona != persona).map(|told| told.answer).collect());
        if succeeded(&evidence.answer) {
            let alike = self.by_step.get(&(exhibit.case, evidence.step)).into_iter().flatten();
            add(alike.map(|other| &*other.answer).collect());
        }
        others
    }

    /// Headers that an expectation says must be absent.
    pub(super) fn forbidden(moment: &Moment<'_>, evidence: &Evidence) -> Vec<String> {
        let spoken = spoken(moment, evidence);
        let rules = spoken.iter().flat_map(|expect| &expect.headers);
        let absent = rules.filter(|rule| rule.tests.iter().any(|test| matches!(test, HeaderTest::Absent)));
        absent.map(|rule| rule.name.clone()).collect()
    }

    /// Faults of framing that an expectation says the answer doesn't have.
    pub(super) fn misframings(moment: &Moment<'_>, evidence: &Evidence) -> Vec<FramingFault> {
        let spoken = spoken(moment, evidence);
        spoken.iter().filter_map(|expect| expect.framing.as_ref()).flat_map(|rule| rule.without.clone()).collect()
    }

    /// Texts that must not stand in the answer: those that the contract looks for, and those that somebody else was
    /// shown by a fuller answer to the same question.
    pub(super) fn canaries(&self, moment: &Moment<'_>, evidence: &Evidence, key: u64) -> Vec<String> {
        let mut texts = BTreeSet::new();
        for expect in spoken(moment, evidence) {
            if let Some(canaries) = &expect.lacks {
                // A trial that conforms has filled in all of its templates.
                let looked_for = check::looked_for(canaries, &moment.scope()).unwrap_or_default();
                texts.extend(some(&looked_for, key));
            }
        }
        texts.extend(self.shown_to_others(evidence));
        let answer = &evidence.answer;
        let shown = String::from_utf8_lossy(&answer.body).to_lowercase();
        let headers: Vec<String> =
            answer.headers.iter().map(|(_, value)| String::from_utf8_lossy(value).to_lowercase()).collect();
        texts.retain(|text: &String| {
            let text = text.to_lowercase();
            !text.is_empty() && !shown.contains(&text) && !headers.iter().any(|value| value.contains(&text))
        });
        texts.into_iter().collect()
    }

    /// The longest texts of a fuller answer that somebody else got.
    fn shown_to_others(&self, evidence: &Evidence) -> Vec<String> {
        let persona = evidence.request.persona.as_str();
        let asked = self.by_question.get(&question(evidence)).into_iter().flatten();
        let own = texts_of(&evidence.answer);
        let fuller = asked
            .filter(|told| told.persona != persona)
            .map(|told| &told.texts)
            .find(|theirs| !succeeded(&evidence.answer) || (theirs.len() > 2 * own.len() && !own.is_disjoint(theirs)));
        let mut private: Vec<String> = fuller.into_iter().flat_map(|theirs| theirs.difference(&own)).cloned().collect();
        let body = evidence.request.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        let asked_for = |text: &str| evidence.request.url.contains(text) || body.contains(text);
        let news = |text: &String| !self.shown.get(persona).is_some_and(|shown| shown.contains(text));
        private.retain(|text| text.len() >= SHORTEST && !asked_for(text) && news(text));
        private.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        private.truncate(MOST_TEXTS);
        private
    }
}

/// Every expectation that speaks of an answer.
fn spoken<'m>(moment: &Moment<'m>, evidence: &Evidence) -> Vec<&'m Expectation> {
    moment.expected(evidence.step, &moment.subject(evidence.step, &evidence.answer))
}

/// A few of them, others for another key.
fn some(texts: &[Cow<'_, str>], key: u64) -> Vec<String> {
    let start = usize::try_from(key).unwrap_or_default().checked_rem(texts.len()).unwrap_or_default();
    texts[start..].iter().chain(&texts[..start]).take(MOST_TEXTS).map(|text| text.clone().into_owned()).collect()
}

fn texts_of(answer: &Answer) -> BTreeSet<String> {
    fn collect(value: &Value, texts: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => drop(texts.insert(text.clone())),
            Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
            Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
            _ => {}
        }
    }
    let mut texts = BTreeSet::new();
    if let Ok(json) = serde_json::from_slice::<Value>(&answer.body) {
        collect(&json, &mut texts);
    }
    texts
}
