//! Words of a report as what they mean.

use std::borrow::Cow;
use std::time::Duration;

use serde::de::{Deserialize as _, Deserializer, Error};

use crate::model::event::State;
use crate::model::mutant::Operator;
use crate::model::requirement::Level;
use crate::model::shown::Part;
use crate::model::snapshot::UseState;
use crate::model::verdict::{Conclusion, Rule, Verdict};
use crate::model::waiver::{WaiverKind, WaiverState};

/// A word of a list, found by what it is written as.
fn one_of<'de, D, T>(deserializer: D, what: &str, known: &[T], word: fn(T) -> &'static str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Copy,
{
    let text = Cow::<str>::deserialize(deserializer)?;
    let found = known.iter().find(|one| word(**one) == text);
    found.copied().ok_or_else(|| {
        let text: String = text.chars().filter(|character| !character.is_control()).take(40).collect();
        D::Error::custom(format!("`{text}` is no {what}"))
    })
}

pub(super) fn verdict<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Verdict, D::Error> {
    one_of(deserializer, "verdict of a trial", &Verdict::ALL, Verdict::word)
}

pub(super) fn maybe_verdict<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Verdict>, D::Error> {
    struct Word(Verdict);

    impl<'de> serde::Deserialize<'de> for Word {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            verdict(deserializer).map(Self)
        }
    }

    Ok(Option::<Word>::deserialize(deserializer)?.map(|one| one.0))
}

pub(super) fn use_state<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UseState, D::Error> {
    one_of(deserializer, "state of a redaction", &UseState::ALL, UseState::word)
}

pub(super) fn conclusion<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Conclusion, D::Error> {
    one_of(deserializer, "verdict of a run", &Conclusion::ALL, Conclusion::word)
}

pub(super) fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Level, D::Error> {
    one_of(deserializer, "level", &Level::ALL, Level::word)
}

pub(super) fn state<'de, D: Deserializer<'de>>(deserializer: D) -> Result<State, D::Error> {
    one_of(deserializer, "state of a requirement", &State::ALL, State::word)
}

pub(super) fn rule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
    one_of(deserializer, "rule", Rule::ALL, Rule::slug)
}

pub(super) fn operator<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Operator, D::Error> {
    one_of(deserializer, "way of altering answers", Operator::ALL, Operator::slug)
}

pub(super) fn part<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Part, D::Error> {
    one_of(deserializer, "part of a trial", &Part::ALL, Part::word)
}

pub(super) fn waiver_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WaiverKind, D::Error> {
    one_of(deserializer, "kind of waiver", &WaiverKind::ALL, WaiverKind::word)
}

pub(super) fn waiver_state<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WaiverState, D::Error> {
    one_of(deserializer, "state of a waiver", &WaiverState::ALL, WaiverState::word)
}

/// Milliseconds, as reports write them.
pub(super) fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let milliseconds = f64::deserialize(deserializer)?;
    // Reports keep whole microseconds.
    let duration = Duration::try_from_secs_f64(milliseconds / 1000.0).map_err(D::Error::custom)?;
    let nanoseconds = u64::try_from(duration.as_nanos()).map_err(D::Error::custom)?;
    Ok(Duration::from_micros(nanoseconds.saturating_add(500) / 1000))
}

pub(super) fn maybe_milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    struct Milliseconds(Duration);

    impl<'de> serde::Deserialize<'de> for Milliseconds {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            milliseconds(deserializer).map(Self)
        }
    }

    Ok(Option::<Milliseconds>::deserialize(deserializer)?.map(|one| one.0))
}
