//! Bodies as JSON, with everything that makes them less than strict JSON.

mod count;

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use super::value::{pointer_below, shortened};
use super::{Subject, Words, excerpt};
use crate::diagnostic::Place;
use crate::model::limits::{Limit, Limits};
use crate::model::requirement::RequirementId;
use crate::model::verdict::{Finding, Rule};

/// How many names that stand twice are told one by one; the rest is counted.
const MOST_DUPLICATES: usize = 12;

/// How much of such a name is told, in characters.
const LONGEST_NAME: usize = 100;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A body read as JSON.
pub(super) struct Parsed {
    /// The value, if there is one at all.
    pub(super) value: Option<Value>,
    /// What RFC 8259 forbids or RFC 7493 calls unpredictable.
    pub(super) faults: Vec<Fault>,
    /// The limit that was reached, so that nothing can be said of the value.
    pub(super) reached: Option<String>,
}

impl Parsed {
    /// A body that isn't what its content coding says.
    pub(super) fn miscoded(cause: &str) -> Self {
        Self { value: None, faults: vec![Fault { message: cause.to_owned(), pointer: None }], reached: None }
    }
}

/// One way in which a body is less than strict JSON.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) pointer: Option<String>,
}

/// Reads a body; a byte order mark, duplicate names and trailing bytes don't keep the value from being read.
pub(super) fn parse(body: &[u8], limits: &Limits) -> Parsed {
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
        return Parsed { value: None, faults, reached: None };
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            faults.push(fault(format!("the body isn't UTF-8 from byte {}", error.valid_up_to())));
            return Parsed { value: None, faults, reached: None };
        }
    };
    let mut state = State::new(limits);
    let strict = Strict { at: &At::Root, depth: 0, state: &mut state };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // What is too much isn't built first: to count it takes a fifth of the time.
    if may_have_more_nodes(text, limits.nodes)
        && let Err(reached) = count::counted(text, limits)
    {
        return Parsed { value: None, faults, reached: Some(reached) };
    }
    let value = match strict.deserialize(&mut deserializer) {
        Ok(value) => {
            if deserializer.end().is_err() {
                faults.push(fault("more follows after the JSON value".into()));
            }
            Some(value)
        }
        Err(error) => {
            // The parser's own bound is the largest limit that can be set.
            let too_deep = || error.to_string().starts_with("recursion limit exceeded").then_some(Limit::Depth);
            if let Some(limit) = state.reached.or_else(too_deep) {
                return Parsed { value: None, faults, reached: Some(reached(limit, limits, &error)) };
            }
            faults.push(fault(format!("not JSON: {error}")));
            None
        }
    };
    faults.extend(state.duplicates);
    if state.further_duplicates > 0 {
        faults.push(fault(format!("{} more names stand twice in one object", state.further_duplicates)));
    }
    Parsed { value, faults, reached: None }
}

/// That a limit was reached, and where.
fn reached(limit: Limit, limits: &Limits, error: &serde_json::Error) -> String {
    format!("{} (line {}, column {} of the body)", limits.reached(limit), error.line(), error.column())
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

/// Whether a text may hold more values than this: each but the first follows one of these bytes.
fn may_have_more_nodes(text: &str, most: usize) -> bool {
    let begins = |byte: &u8| u8::from(matches!(byte, b',' | b'[' | b'{'));
    // As many at once as a byte can count, which the compiler makes wide instructions of.
    let counts = text.as_bytes().chunks(255).map(|chunk| usize::from(chunk.iter().map(begins).sum::<u8>()));
    text.len() > most && 1 + counts.sum::<usize>() > most
}

/// Builds a value and notes names that an object has twice; the last one counts, as with most parsers.
struct Strict<'p, 's> {
    at: &'p At<'p>,
    depth: usize,
    state: &'s mut State,
}

/// Where a value stands. It is put into words only where a fault is found.
enum At<'p> {
    Root,
    Member(&'p At<'p>, &'p str),
    Item(&'p At<'p>, usize),
}

impl At<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Member(parent, name) => pointer_below(&parent.pointer(), name),
            Self::Item(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}

/// What was seen of a body so far.
struct State {
    nodes: usize,
    most_nodes: usize,
    deepest: usize,
    reached: Option<Limit>,
    duplicates: Vec<Fault>,
    further_duplicates: usize,
}

impl State {
    fn new(limits: &Limits) -> Self {
        let (most_nodes, deepest) = (limits.nodes, limits.depth);
        Self { nodes: 0, most_nodes, deepest, reached: None, duplicates: Vec::new(), further_duplicates: 0 }
    }

    /// Counts a value.
    fn next<E: de::Error>(&mut self) -> Result<(), E> {
        self.nodes += 1;
        if self.nodes > self.most_nodes { Err(self.stop(Limit::Nodes)) } else { Ok(()) }
    }

    /// The depth of what stands in a value at this one.
    fn deeper<E: de::Error>(&mut self, depth: usize) -> Result<usize, E> {
        if depth >= self.deepest { Err(self.stop(Limit::Depth)) } else { Ok(depth + 1) }
    }

    fn stop<E: de::Error>(&mut self, limit: Limit) -> E {
        self.reached = Some(limit);
        E::custom(limit.slug())
    }

    /// Notes that a name stands in one object again.
    fn twice(&mut self, at: &At<'_>, name: &str) {
        if self.duplicates.len() < MOST_DUPLICATES {
            let message = format!("the name `{}` stands twice in one object", shortened(name, LONGEST_NAME));
            self.duplicates.push(Fault { message, pointer: Some(at.pointer()) });
        } else {
            self.further_duplicates += 1;
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.state.next()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_, '_> {
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
        let Self { at, depth, state } = self;
        let depth = state.deeper(depth)?;
        let mut items = Vec::new();
        loop {
            let at = At::Item(at, items.len());
            match access.next_element_seed(Strict { at: &at, depth, state: &mut *state })? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let Self { at, depth, state } = self;
        let depth = state.deeper(depth)?;
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let entry = members.entry(name);
            let at = At::Member(at, entry.key());
            if matches!(entry, Entry::Occupied(_)) {
                state.twice(&at, entry.key());
            }
            let value = access.next_value_seed(Strict { at: &at, depth, state: &mut *state })?;
            match entry {
                Entry::Occupied(mut known) => drop(known.insert(value)),
                Entry::Vacant(new) => drop(new.insert(value)),
            }
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
            let parsed = parse(body, &Limits::default());
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
        let parsed = parse(b"{\"a\":[{},{\"x/y\":1,\"x/y\":1}]}", &Limits::default());
        assert_eq!(parsed.faults[0].pointer.as_deref(), Some("/a/1/x~1y"));
    }

    #[test]
    fn many_duplicates_are_counted() {
        let body = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(99));
        let parsed = parse(body.as_bytes(), &Limits::default());
        assert_eq!(parsed.faults.len(), MOST_DUPLICATES + 1);
        assert_eq!(parsed.faults[MOST_DUPLICATES].message, "87 more names stand twice in one object");
    }

    #[test]
    fn limits_are_kept_while_the_body_is_read_and_told_with_the_place() {
        let limits = |depth, nodes| Limits { depth, nodes, ..Limits::default() };
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        for (body, limits, reached) in [
            (deep(127), limits(127, 1000), None),
            (
                deep(128),
                limits(127, 1000),
                Some("deeper than 127 levels; another limit: `--limit depth=NUMBER` (line 1, column 128"),
            ),
            ("[".repeat(10_000), limits(127, 1000), Some("deeper than 127 levels")),
            ("{\"a\":".repeat(10_000), limits(127, 1000), Some("deeper than 127 levels")),
            (deep(3), limits(3, 1000), None),
            ("{\"a\":[{}]}".into(), limits(2, 1000), Some("deeper than 2 levels")),
            ("[1,2,{\"a\":3}]".into(), limits(9, 5), None),
            (
                "[1,2,\n{\"a\":3}]".into(),
                limits(9, 4),
                Some("more than 4 values; another limit: `--limit nodes=NUMBER` (line 2, column 5"),
            ),
            (format!("[{}", "0,".repeat(1 << 20)), limits(9, 1000), Some("more than 1,000 values")),
        ] {
            let parsed = parse(body.as_bytes(), &limits);
            let start = &body[..body.len().min(30)];
            assert_eq!(parsed.value.is_some(), reached.is_none(), "{start}: {:?}", parsed.faults);
            assert!(parsed.faults.is_empty(), "{start}: {:?}", parsed.faults);
            let said = parsed.reached.unwrap_or_default();
            assert!(
                said.contains(reached.unwrap_or_default()) && said.is_empty() == reached.is_none(),
                "{start}: {said}"
            );
        }
    }
}
