//! How many values a body has, without building any.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{State, reached};
use crate::model::limits::Limits;

/// Counts the values of a text; one that is no JSON is counted as far as it is.
///
/// # Errors
/// They are more than the limit lets in: which, and where.
pub(super) fn counted(text: &str, limits: &Limits) -> Result<(), String> {
    let mut state = State::new(limits);
    let counted = Counted { depth: 0, state: &mut state }.deserialize(&mut serde_json::Deserializer::from_str(text));
    match (counted, state.reached) {
        (Err(error), Some(limit)) => Err(reached(limit, limits, &error)),
        _ => Ok(()),
    }
}

struct Counted<'s> {
    depth: usize,
    state: &'s mut State,
}

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.state.next()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counted<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let depth = self.state.deeper(self.depth)?;
        while access.next_element_seed(Counted { depth, state: &mut *self.state })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let depth = self.state.deeper(self.depth)?;
        while access.next_key::<IgnoredAny>()?.is_some() {
            access.next_value_seed(Counted { depth, state: &mut *self.state })?;
        }
        Ok(())
    }
}
