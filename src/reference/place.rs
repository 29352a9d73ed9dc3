//! A place in a JSON document that knows its own pointer, so that whoever finds it wrong can say
//! where.
//!
//! Both the seeded world and the bodies of requests are read through it. What it reports names the
//! place and what was expected there, never what was found: the value may be private.

use serde_json::{Map, Value};

use super::xuid::Xuid;

/// A value inside a JSON document, with its JSON pointer (RFC 6901).
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pointer: String,
    value: &'a Value,
}

/// A value that is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("at `{pointer}`: {problem}")]
pub(super) struct Misfit {
    pointer: String,
    problem: String,
}

impl<'a> Place<'a> {
    pub(super) fn root(value: &'a Value) -> Place<'a> {
        Place { pointer: String::new(), value }
    }

    pub(super) fn misfit(&self, problem: impl Into<String>) -> Misfit {
        Misfit { pointer: self.pointer.clone(), problem: problem.into() }
    }

    pub(super) fn is_null(&self) -> bool {
        self.value.is_null()
    }

    pub(super) fn object(&self) -> Result<&'a Map<String, Value>, Misfit> {
        self.value.as_object().ok_or_else(|| self.misfit("expected an object"))
    }

    pub(super) fn text(&self) -> Result<&'a str, Misfit> {
        self.value.as_str().ok_or_else(|| self.misfit("expected a string"))
    }

    pub(super) fn boolean(&self) -> Result<bool, Misfit> {
        self.value.as_bool().ok_or_else(|| self.misfit("expected true or false"))
    }

    /// An id as the contracts write them: a string, because JSON readers round large numbers.
    pub(super) fn xuid(&self) -> Result<Xuid, Misfit> {
        self.text()?.parse().map_err(|error| self.misfit(format!("{error}, as a string")))
    }

    /// The same id as a JSON number, where a service takes that too.
    pub(super) fn xuid_or_number(&self) -> Result<Xuid, Misfit> {
        match self.value.as_u64() {
            Some(number) => Ok(Xuid::from(number)),
            None => self.xuid(),
        }
    }

    /// The id of a user of a console: a number, or the same number as a string.
    pub(super) fn user_id(&self) -> Result<u32, Misfit> {
        let number = match self.value {
            Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
            // `u32::from_str` would accept a sign.
            Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| self.misfit("expected an unsigned 32-bit number, or one as a string"))
    }

    pub(super) fn items(&self) -> Result<Vec<Place<'a>>, Misfit> {
        let items = self.value.as_array().ok_or_else(|| self.misfit("expected an array"))?;
        let places = items.iter().enumerate();
        Ok(places.map(|(index, value)| self.step(&index.to_string(), value)).collect())
    }

    pub(super) fn members(&self) -> Result<Vec<(&'a str, Place<'a>)>, Misfit> {
        let members = self.object()?.iter();
        Ok(members.map(|(name, value)| (name.as_str(), self.step(name, value))).collect())
    }

    pub(super) fn member(&self, name: &str) -> Result<Place<'a>, Misfit> {
        self.optional(name)?.ok_or_else(|| self.misfit(format!("expected a member `{name}`")))
    }

    /// The member of that name, if there is one; one that is `null` is there.
    pub(super) fn optional(&self, name: &str) -> Result<Option<Place<'a>>, Misfit> {
        Ok(self.object()?.get(name).map(|value| self.step(name, value)))
    }

    fn step(&self, token: &str, value: &'a Value) -> Place<'a> {
        let token = token.replace('~', "~0").replace('/', "~1");
        Place { pointer: format!("{}/{token}", self.pointer), value }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_misfit_names_the_place_and_what_was_expected() {
        let document = json!({"a": [{"b/c": "private"}], "n": 1.5});
        let root = Place::root(&document);
        let inner = root.member("a").unwrap().items().unwrap()[0].member("b/c").unwrap();

        let messages = [
            (root.items().unwrap_err(), "at ``: expected an array"),
            (root.member("x").unwrap_err(), "at ``: expected a member `x`"),
            (inner.boolean().unwrap_err(), "at `/a/0/b~1c`: expected true or false"),
            (inner.xuid().unwrap_err(), "at `/a/0/b~1c`: expected an unsigned 64-bit number in decimal, as a string"),
        ];
        for (misfit, message) in messages {
            assert_eq!(misfit.to_string(), message);
        }
    }

    #[test]
    fn a_console_user_id_is_a_number_or_a_string_of_one() {
        let cases = [
            (json!(20), Some(20)),
            (json!("20"), Some(20)),
            (json!(u32::MAX), Some(u32::MAX)),
            (json!(4_294_967_296_u64), None),
            (json!(-1), None),
            (json!(1.5), None),
            (json!("+1"), None),
            (json!(""), None),
            (json!(null), None),
        ];
        for (value, number) in cases {
            assert_eq!(Place::root(&value).user_id().ok(), number, "{value}");
        }
    }
}
