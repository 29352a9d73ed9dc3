//! Bodies as JSON, with everything that makes them less than strict JSON.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::value::pointer_below;
use super::{Subject, Words, excerpt};
use crate::diagnostic::Place;
use crate::model::requirement::RequirementId;
use crate::model::verdict::{Finding, Rule};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A body read as JSON.
pub(super) struct Parsed {
    /// The value, if there is one at all.
    pub(super) value: Option<Value>,
    /// What RFC 8259 forbids or RFC 7493 calls unpredictable.
    pub(super) faults: Vec<Fault>,
}

/// One way in which a body is less than strict JSON.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) pointer: Option<String>,
}

/// Reads a body; a byte order mark, duplicate names and trailing bytes don't keep the value from being read.
pub(super) fn parse(body: &[u8]) -> Parsed {
    let mut faults = Vec::new();
    let fault = |message: String| Fault { message, pointer: None };
    let bytes = match body.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => {
            faults.push(fault("the body begins with a byte order mark".into()));
            rest
        }
        None => body,
    };
    if bytes.is_empty() {
        faults.push(fault("the body is empty".into()));
        return Parsed { value: None, faults };
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            faults.push(fault(format!("the body isn't UTF-8 from byte {}", error.valid_up_to())));
            return Parsed { value: None, faults };
        }
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut duplicates = Vec::new();
    let seed = Strict { pointer: String::new(), duplicates: &mut duplicates };
    let value = match seed.deserialize(&mut deserializer) {
        Ok(value) => {
            if deserializer.end().is_err() {
                faults.push(fault("more follows after the JSON value".into()));
            }
            Some(value)
        }
        Err(error) => {
            faults.push(fault(format!("not JSON: {error}")));
            None
        }
    };
    faults.extend(duplicates);
    Parsed { value, faults }
}

/// The faults of the body as findings.
pub(super) fn findings(subject: &Subject<'_>, blame: &RequirementId, place: &Place) -> Vec<Finding> {
    let faults = &subject.parsed().faults;
    faults
        .iter()
        .map(|fault| {
            subject.finding(Rule::Json, blame, place, || Words {
                message: fault.message.clone(),
                expected: "one JSON text and nothing else (RFC 8259)".into(),
                observed: excerpt(&subject.answer.body),
                pointer: fault.pointer.clone(),
            })
        })
        .collect()
}

/// Builds a value and notes names that an object has twice; the last one counts, as with most parsers.
struct Strict<'d> {
    pointer: String,
    duplicates: &'d mut Vec<Fault>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let pointer = format!("{}/{}", self.pointer, items.len());
            match access.next_element_seed(Strict { pointer, duplicates: self.duplicates })? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let pointer = pointer_below(&self.pointer, &name);
            if members.contains_key(&name) {
                let message = format!("the name `{name}` stands twice in one object");
                self.duplicates.push(Fault { message, pointer: Some(pointer.clone()) });
            }
            let value = access.next_value_seed(Strict { pointer, duplicates: self.duplicates })?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_sloppy_is_found_and_the_value_is_read_where_it_can_be() {
        for (body, value, fault) in [
            (&b"{\"a\":1}"[..], Some(json!({"a": 1})), None),
            (b" [1, 2]\n", Some(json!([1, 2])), None),
            (b"\xEF\xBB\xBF{}", Some(json!({})), Some("byte order mark")),
            (b"{\"a\":1,\"b\":[{\"c\":1,\"c\":2}]}", Some(json!({"a": 1, "b": [{"c": 2}]})), Some("`c` stands twice")),
            (b"{} {}", Some(json!({})), Some("more follows")),
            (b"{}\0", Some(json!({})), Some("more follows")),
            (b"{\"a\":NaN}", None, Some("not JSON")),
            (b"{a:1}", None, Some("not JSON")),
            (b"[1,]", None, Some("not JSON")),
            (b"{'a':1}", None, Some("not JSON")),
            (b"", None, Some("empty")),
            (b"\"\xff\"", None, Some("UTF-8")),
            (b"\"\\ud800\"", None, Some("not JSON")),
            (b"01", None, Some("")),
        ] {
            let parsed = parse(body);
            let shown = String::from_utf8_lossy(body);
            if fault != Some("") {
                assert_eq!(parsed.value, value, "{shown}");
            }
            match fault {
                None => assert_eq!(parsed.faults, [], "{shown}"),
                Some(fault) => assert!(parsed.faults[0].message.contains(fault), "{shown}: {:?}", parsed.faults),
            }
        }
    }

    #[test]
    fn duplicates_are_pointed_at() {
        let parsed = parse(b"{\"a\":[{},{\"x/y\":1,\"x/y\":1}]}");
        assert_eq!(parsed.faults[0].pointer.as_deref(), Some("/a/1/x~1y"));
    }
}
