//! Paths of `JSONPath` (RFC 9535).

mod walk;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use self::walk::Walk;

/// How deep filters may stand in each other. The parser reads each of them twice, so that its time doubles with every one.
const DEEPEST_FILTER: usize = 12;
/// How deep parentheses may stand in each other, each of which takes some of the stack.
const DEEPEST_GROUP: usize = 32;

/// A path, compiled, and shown as it was written. A copy costs nothing.
#[derive(Clone)]
pub struct JsonPath(Arc<Compiled>);

struct Compiled {
    text: String,
    /// How most of them are followed.
    walk: Option<Walk>,
    /// Of a walk, made when it is asked where things are.
    path: OnceLock<serde_json_path::JsonPath>,
}

impl Compiled {
    fn path(&self) -> Option<&serde_json_path::JsonPath> {
        if let Some(path) = self.path.get() {
            return Some(path);
        }
        let path = serde_json_path::JsonPath::parse(&self.text).ok()?;
        Some(self.path.get_or_init(|| path))
    }
}

/// What a value is known by in the object or list that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// The name of a member.
    Name(Cow<'a, str>),
    /// The position of an item, from 0.
    Index(usize),
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// One line.
    pub message: String,
    /// Bytes from the start of the text.
    pub offset: usize,
}

impl JsonPath {
    /// Reads a path.
    ///
    /// # Errors
    /// It is none, or nested deeper than anybody writes.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let of = |walk, path| Self(Arc::new(Compiled { text: text.to_owned(), walk, path }));
        if let Some(walk) = Walk::parse(text) {
            return Ok(of(Some(walk), OnceLock::new()));
        }
        bounded(text)?;
        match serde_json_path::JsonPath::parse(text) {
            Ok(path) => Ok(of(None, OnceLock::from(path))),
            Err(error) => Err(PathError { message: error.message().to_owned(), offset: error.position() }),
        }
    }

    /// The values that it selects, in the order of RFC 9535.
    #[must_use]
    pub fn values<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match &self.0.walk {
            Some(walk) => walk.values(value),
            None => self.0.path().map(|path| path.query(value).all()).unwrap_or_default(),
        }
    }

    /// Whether it could select something else, or something that differs, where a value alone is another one, or comes or
    /// goes: the value that all these keys lead to. If not, it selects the same; of what isn't known, it could.
    #[must_use]
    pub fn could_see(&self, place: &[Key<'_>]) -> bool {
        self.0.walk.as_ref().is_none_or(|walk| walk.could_see(place))
    }

    /// The same with where they are, as JSON Pointers (RFC 6901). It costs far more than the values alone.
    pub fn located<'v>(&self, value: &'v Value) -> impl Iterator<Item = (String, &'v Value)> {
        let found = self.0.path().map(|path| path.query_located(value));
        found.into_iter().flatten().map(|node| (node.location().to_json_pointer(), node.node()))
    }
}

/// Refuses what the parser takes for ever for, or fails at.
fn bounded(text: &str) -> Result<(), PathError> {
    let (mut quote, mut escaped, mut filters, mut groups) = (None, false, 0_usize, 0_usize);
    for (offset, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some((open, _)), _) if byte == open && !escaped => quote = None,
            (None, b'\'' | b'"') => quote = Some((byte, offset)),
            (None, b'[') => filters += 1,
            (None, b']') => filters = filters.saturating_sub(1),
            (None, b'(') => groups += 1,
            (None, b')') => groups = groups.saturating_sub(1),
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
        if filters > DEEPEST_FILTER || groups > DEEPEST_GROUP {
            return Err(PathError { message: "it is nested too deep".into(), offset });
        }
    }
    // The parser panics where a text ends within an escape.
    quote.map_or(Ok(()), |(_, offset)| Err(PathError { message: "this quote is never closed".into(), offset }))
}

/// In one line: a path may be written in several, and blanks between its parts mean nothing.
impl fmt::Display for JsonPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.text.split(['\n', '\r', '\t']).try_for_each(|line| formatter.write_str(line))
    }
}

impl fmt::Debug for JsonPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.text, formatter)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_nested_too_deep_is_refused_at_once() {
        for (text, is_path) in [
            ("$[?@[?@[?@.a]]]".to_owned(), true),
            (format!("$['{}', \"{}\"]", "[".repeat(99), "(".repeat(99)), true),
            ("$[0]".repeat(40).replace("]$", "]"), true),
            ("$[?".repeat(60), false),
            (format!("${}@{}", "[?@".repeat(60), "]".repeat(60)), false),
            (format!("$[?{}@.a{}]", "(".repeat(20_000), ")".repeat(20_000)), false),
        ] {
            assert_eq!(JsonPath::parse(&text).is_ok(), is_path, "{text}");
        }
    }

    #[test]
    fn what_ends_within_a_text_is_refused_where_that_begins() {
        for text in [r#"$[""#, r#"$["a"#, r#"$["\u"#, r#"$["\ud"#, r#"$["\""#, r"$['\u12"] {
            let error = JsonPath::parse(text).expect_err(text);
            assert_eq!((error.offset, error.message.as_str()), (2, "this quote is never closed"), "{text}");
        }
    }

    #[test]
    fn a_path_is_shown_as_it_was_written() {
        for text in ["$", "$.a", "$..a", "$..*", "$.a..b[0]", "$..[\"a\"]", "$['it\\'s']", "$['a...b']"] {
            assert_eq!(JsonPath::parse(text).expect(text).to_string(), text);
        }
        assert_eq!(JsonPath::parse("$[ 'a',\n\t'b' ]").expect("a path").to_string(), "$[ 'a','b' ]");
    }

    #[test]
    fn a_walk_ends_where_an_evaluator_does() {
        let documents = [
            json!({"a": {"b": [1, {"c": null}], "c": "x"}, "b": [[1, 2], {"a": [], "b": {}}], "_a1": 7, "": 0}),
            json!([{"a": 1}, {"a": [2, {"a": 3}]}, 4, null]),
            json!([{"a": "x é", "b": true}, {"a": [{"a": "x é"}, "x é"], "b": "true"}, {"b": {"a": {"b": true}, "b": false}}]),
            json!({"a": {"a": "x é", "c": 1}, "b": {"a": true, "b": true}, "c": [{"a": ""}, {"a": null}]}),
            json!("text"),
            json!(null),
        ];
        let mut walked = 0;
        let parts = [
            "",
            ".a",
            ".b",
            "[*]",
            ".*",
            ".c",
            "._a1",
            "['a']",
            "[0]",
            "..a",
            ".1",
            ".",
            ".a ",
            " .a",
            ".é",
            "[?@.a == 'x é']",
            "[?@.b == true]",
            "[?@.b == false]",
            "[?@.a == '']",
            "[?@.a=='']",
            "[?@.b == 'true']",
            "[1]",
            "[00]",
            "[-1]",
            "..['a']",
            "..['a', 'b']",
            "['b', 'a']",
            "['b','a']",
            "..[0]",
            "..*",
            "[?@.a]",
            "[?!@.a]",
            "[?@[0]]",
            "[?!@.b[0]]",
            "[?@.a[0].a == 'x é']",
            "[?@['a']]",
            "[?@.a && @.b]",
        ];
        for first in parts {
            for second in parts {
                for third in parts {
                    let text = format!("${first}{second}{third}");
                    let evaluated = serde_json_path::JsonPath::parse(&text);
                    let Some(walk) = Walk::parse(&text) else { continue };
                    let path = evaluated.unwrap_or_else(|error| panic!("{text}: {error}"));
                    for document in &documents {
                        assert_eq!(walk.values(document), path.query(document).all(), "{text}");
                    }
                    walked += 1;
                }
            }
        }
        assert!(walked >= 22 * 22 * 22, "{walked}");
    }

    /// Every value in a document, by what leads to it.
    fn places<'v>(value: &'v Value, here: &[Key<'v>], found: &mut Vec<Vec<Key<'v>>>) {
        found.push(here.to_vec());
        let below = |key| [here, &[key]].concat();
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| places(member, &below(Key::Name(name.into())), found));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| places(item, &below(Key::Index(index)), found));
            }
            _ => {}
        }
    }

    fn at<'v>(value: &'v mut Value, place: &[Key<'_>]) -> &'v mut Value {
        place.iter().fold(value, |value, key| match key {
            Key::Name(name) => &mut value[&**name],
            Key::Index(index) => &mut value[*index],
        })
    }

    #[test]
    fn what_a_path_could_not_see_changes_nothing_of_what_it_selects() {
        let document = json!({
            "a": {"b": [1, {"c": null, "a": "x"}], "c": "x"},
            "b": [{"a": "x", "b": [[{"a": 1}]]}, {"a": [], "b": {"a": true}}],
            "c": true,
        });
        let mut all = Vec::new();
        places(&document, &[], &mut all);
        let parts = [
            "",
            ".a",
            ".b",
            "[*]",
            "[0]",
            "[1]",
            "['a', 'b']",
            "..a",
            "..['a', 'c']",
            "[?@.a]",
            "[?!@.b[0]]",
            "[?@.a == 'x']",
            "[?@.b.a == true]",
            "[?length(@) > 1]",
        ];
        let (mut unseen, mut seen) = (0, 0);
        let two = || parts.iter().flat_map(|first| parts.iter().map(move |second| format!("{first}{second}")));
        let paths = two().flat_map(|two| parts.map(|third| format!("${two}{third}")));
        for path in paths.map(|text| JsonPath::parse(&text).expect("a path")) {
            let before = path.values(&document);
            for place in &all {
                if path.could_see(place) {
                    seen += 1;
                    continue;
                }
                unseen += 1;
                for other in [json!(null), json!("x"), json!({"a": "x", "b": [{"a": true}]}), json!([["x"]])] {
                    let mut altered = document.clone();
                    *at(&mut altered, place) = other;
                    assert_eq!(path.values(&altered), before, "{path} {place:?}");
                }
                if let Some((Key::Name(name), above)) = place.split_last() {
                    let mut altered = document.clone();
                    at(&mut altered, above).as_object_mut().expect("an object").remove(&**name);
                    assert_eq!(path.values(&altered), before, "{path} without {place:?}");
                }
            }
        }
        assert!(unseen > seen / 2, "{unseen} of {}", unseen + seen);
    }

    #[test]
    fn what_is_no_walk_is_left_to_an_evaluator() {
        for text in [
            "",
            "a",
            "$a",
            "$.",
            "$[",
            "$[*",
            "$.a.",
            "$.1a",
            "$.a-b",
            "$ .a",
            "$.a\n",
            "$[?@.a == 'a\\'b']",
            "$[?@.a == 'a\nb']",
            "$[?@.a == 'a]",
            "$[?@.a == 'a'",
            "$[?@.a == 1]",
            "$[?@.a == trues]",
            "$[?@.a == \"a\"]",
            "$[?@.a != 'a']",
            "$[?@.a == 'a' && @.b]",
            "$[?@ == 'a']",
            "$[?@]",
            "$[?!@]",
            "$[?!@.a == 'a']",
            "$[?@.a[*]]",
            "$[?@..a]",
            "$[1:2]",
            "$[123456789]",
            "$[]",
            "$['a'",
            "$['a', ]",
            "$..",
            "$..[",
        ] {
            assert!(Walk::parse(text).is_none(), "{text}");
        }
        assert!(Walk::parse(&format!("${}", ".a".repeat(walk::LONGEST + 1))).is_none());
    }
}
