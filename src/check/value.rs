//! Comparing and showing JSON values.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value;

use crate::model::beginning::beginning;
use crate::model::expectation::{Comparison, JsonType, TextComparison};
use crate::model::path::JsonPath;

/// How much of a value or body is shown, in characters.
const SHOWN: usize = 240;

/// So many comparisons are made of values that aren't the very same: a server chooses how long its lists are.
const MOST_PAIRS: usize = 4_000_000;
/// In longer lists nobody gives a partner up for another.
const MOST_MOVED: usize = 1_000;

/// A selected value and where it stands.
pub struct Node<'v> {
    /// JSON Pointer.
    pub pointer: String,
    /// The value.
    pub value: &'v Value,
}

/// The nodes that a path selects.
#[must_use]
pub fn select<'v>(path: &JsonPath, value: &'v Value) -> Vec<Node<'v>> {
    path.located(value).map(|(pointer, value)| Node { pointer, value }).collect()
}

/// The JSON Pointer of a member (RFC 6901, section 3).
pub(crate) fn pointer_below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The beginning of a body, as a person can read it.
#[must_use]
pub fn excerpt(body: &[u8]) -> String {
    if body.is_empty() {
        return "nothing".into();
    }
    // As many bytes as so many characters can have at most, and one more character.
    let beginning = String::from_utf8_lossy(&body[..body.len().min((SHOWN + 1) * 4)]);
    let shown: String = beginning.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    match shown.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &shown[..end], body.len()),
        None => shown,
    }
}

/// A value as one line of JSON, cut where it gets long.
pub(super) fn shown(value: &Value) -> String {
    beginning(value, SHOWN)
}

/// A text, cut after so many characters; then its length in bytes is told.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// Whether a value has the type.
pub(super) fn has_type(value: &Value, wanted: JsonType) -> bool {
    match wanted {
        JsonType::String => value.is_string(),
        JsonType::Number => value.is_number(),
        JsonType::Integer => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        JsonType::Boolean => value.is_boolean(),
        JsonType::Object => value.is_object(),
        JsonType::Array => value.is_array(),
        JsonType::Null => value.is_null(),
    }
}

/// The word for the type of a value.
#[must_use]
pub fn type_word(value: &Value) -> &'static str {
    JsonType::ALL.iter().find(|(wanted, _)| has_type(value, *wanted)).map_or("value", |(_, word)| word)
}

/// How values are compared.
#[derive(Clone, Copy)]
pub(super) struct Comparer<'c> {
    pub(super) comparison: &'c Comparison,
    /// Member names that the expected value is taken to be without.
    pub(super) without: &'c [String],
    /// Whether the observed objects may have more members, and arrays any order.
    pub(super) open: bool,
}

/// Where two values part.
#[derive(Debug, PartialEq)]
pub(super) struct Difference {
    pub(super) pointer: String,
    pub(super) expected: String,
    pub(super) observed: String,
}

impl Comparer<'_> {
    /// Whether `observed` is as expected.
    pub(super) fn agrees(self, expected: &Value, observed: &Value) -> bool {
        self.equal(expected, observed, self.comparison.nodes)
    }

    fn equal(self, expected: &Value, observed: &Value, texts: TextComparison) -> bool {
        match (expected, observed) {
            (Value::Object(wanted), Value::Object(seen)) => {
                let wanted_here = || wanted.iter().filter(|(name, _)| !self.without.contains(name));
                let counts = self.open || wanted_here().count() == seen.len();
                counts
                    && wanted_here().all(|(name, value)| {
                        seen.get(name).is_some_and(|other| self.equal(value, other, self.comparison.of_member(name)))
                    })
            }
            (Value::Array(wanted), Value::Array(seen)) if self.open => {
                wanted.len() == seen.len()
                    && self.unmatched(wanted, &seen.iter().collect::<Vec<_>>(), texts).0.is_empty()
            }
            (Value::Array(wanted), Value::Array(seen)) => {
                wanted.len() == seen.len() && wanted.iter().zip(seen).all(|(a, b)| self.equal(a, b, texts))
            }
            (Value::Number(wanted), Value::Number(seen)) => same_number(wanted, seen),
            (Value::String(wanted), Value::String(seen)) => same_text(wanted, seen, texts),
            _ => expected == observed,
        }
    }

    /// The expected values without a partner, and the observed ones without: indexes into both.
    ///
    /// As many pairs as possible are made: an expected value gives its partner up for one that has no other.
    pub(super) fn unmatched(
        self,
        expected: &[Value],
        observed: &[&Value],
        texts: TextComparison,
    ) -> (Vec<usize>, Vec<usize>) {
        if let Some(found) = unmatched_texts(expected, observed).filter(|_| texts == TextComparison::Exact) {
            return found;
        }
        let (mut partner, without) = self.same(expected, observed, texts);
        // So many that differ are no list in which somebody lacks a member here and there.
        let hopeless = without.len().saturating_mul(observed.len()) > MOST_PAIRS;
        let mut missing = Vec::new();
        for index in without {
            if hopeless {
                missing.push(index);
                continue;
            }
            let free = |candidate: &usize| {
                partner[*candidate].is_none() && self.equal(&expected[index], observed[*candidate], texts)
            };
            if let Some(candidate) = (0..observed.len()).find(free) {
                partner[candidate] = Some(index);
            } else if observed.len() > MOST_MOVED
                || !self.augment(index, expected, observed, texts, &mut partner, &mut vec![false; observed.len()])
            {
                missing.push(index);
            }
        }
        let surplus = partner.iter().enumerate().filter(|(_, partner)| partner.is_none()).map(|(index, _)| index);
        (missing, surplus.collect())
    }

    /// Pairs what is the same on both sides, in linear time: the partners of the observed values, and the expected ones
    /// without. Whoever has the very same partner needs no other.
    fn same(self, expected: &[Value], observed: &[&Value], texts: TextComparison) -> (Vec<Option<usize>>, Vec<usize>) {
        let closed = Comparer { open: false, ..self };
        let mut free: HashMap<u64, Vec<usize>> = HashMap::new();
        for (index, value) in observed.iter().enumerate().rev() {
            free.entry(closed.digest(value, texts)).or_default().push(index);
        }
        let mut partner = vec![None; observed.len()];
        let mut without = Vec::new();
        for (index, value) in expected.iter().enumerate() {
            let candidate = free.get_mut(&closed.digest(value, texts)).and_then(Vec::pop);
            match candidate.filter(|candidate| self.equal(value, observed[*candidate], texts)) {
                Some(candidate) => partner[candidate] = Some(index),
                None => without.push(index),
            }
        }
        (partner, without)
    }

    /// A number that is the same for values that are the same by a comparison that isn't open.
    pub(super) fn digest(self, value: &Value, texts: TextComparison) -> u64 {
        let mut hasher = DefaultHasher::new();
        match value {
            Value::Null => 0_u8.hash(&mut hasher),
            Value::Bool(value) => (1_u8, value).hash(&mut hasher),
            Value::Number(number) => {
                // Both zeros are one number.
                let number = number.as_f64().filter(|number| *number != 0.0).unwrap_or_default();
                (2_u8, number.to_bits()).hash(&mut hasher);
            }
            Value::String(text) => match texts {
                TextComparison::Exact => text.hash(&mut hasher),
                TextComparison::IgnoreCase => text.to_lowercase().hash(&mut hasher),
                TextComparison::Instant => match instant(text) {
                    Some(instant) => instant.hash(&mut hasher),
                    None => text.hash(&mut hasher),
                },
            },
            Value::Array(items) => {
                (5_u8, items.len()).hash(&mut hasher);
                for item in items {
                    self.digest(item, texts).hash(&mut hasher);
                }
            }
            Value::Object(members) => {
                let kept = members.iter().filter(|(name, _)| !self.without.contains(name));
                let of_member = |(name, value): (&String, &Value)| {
                    let mut hasher = DefaultHasher::new();
                    (name, self.digest(value, self.comparison.of_member(name))).hash(&mut hasher);
                    hasher.finish()
                };
                (6_u8, kept.map(of_member).fold(0, u64::wrapping_add)).hash(&mut hasher);
            }
        }
        hasher.finish()
    }

    /// Finds a partner for `index`, moving others to another partner where they have one.
    fn augment(
        self,
        index: usize,
        expected: &[Value],
        observed: &[&Value],
        texts: TextComparison,
        partner: &mut [Option<usize>],
        tried: &mut [bool],
    ) -> bool {
        for candidate in 0..observed.len() {
            if tried[candidate] || !self.equal(&expected[index], observed[candidate], texts) {
                continue;
            }
            tried[candidate] = true;
            let free = match partner[candidate] {
                None => true,
                Some(other) => self.augment(other, expected, observed, texts, partner, tried),
            };
            if free {
                partner[candidate] = Some(index);
                return true;
            }
        }
        false
    }

    /// Every place where the two part, the deepest that can be named.
    pub(super) fn differences(self, expected: &Value, observed: &Value, pointer: &str) -> Vec<Difference> {
        let mut differences = Vec::new();
        self.collect(expected, observed, pointer, self.comparison.nodes, &mut differences);
        differences
    }

    fn collect(
        self,
        expected: &Value,
        observed: &Value,
        pointer: &str,
        texts: TextComparison,
        found: &mut Vec<Difference>,
    ) {
        match (expected, observed) {
            (Value::Object(wanted), Value::Object(seen)) => {
                for (name, value) in wanted.iter().filter(|(name, _)| !self.without.contains(name)) {
                    let below = pointer_below(pointer, name);
                    match seen.get(name) {
                        Some(other) => self.collect(value, other, &below, self.comparison.of_member(name), found),
                        None => found.push(Difference {
                            pointer: below,
                            expected: shown(value),
                            observed: "nothing".into(),
                        }),
                    }
                }
                let surplus = seen
                    .iter()
                    .filter(|(name, _)| !self.open && (!wanted.contains_key(*name) || self.without.contains(name)));
                for (name, value) in surplus {
                    let below = pointer_below(pointer, name);
                    found.push(Difference { pointer: below, expected: "nothing".into(), observed: shown(value) });
                }
            }
            (Value::Array(wanted), Value::Array(seen)) if self.open => {
                let items: Vec<&Value> = seen.iter().collect();
                let (missing, surplus) = self.unmatched(wanted, &items, texts);
                // One item on each side is most likely the same item, changed.
                if let ([one], [other]) = (missing.as_slice(), surplus.as_slice()) {
                    self.collect(&wanted[*one], items[*other], &format!("{pointer}/{other}"), texts, found);
                    return;
                }
                for index in missing {
                    found.push(Difference {
                        pointer: pointer.to_owned(),
                        expected: format!("an item {}", shown(&wanted[index])),
                        observed: "no such item".into(),
                    });
                }
                for index in surplus {
                    found.push(Difference {
                        pointer: format!("{pointer}/{index}"),
                        expected: "no such item".into(),
                        observed: shown(items[index]),
                    });
                }
            }
            (Value::Array(wanted), Value::Array(seen)) if wanted.len() == seen.len() => {
                for (index, (value, other)) in wanted.iter().zip(seen).enumerate() {
                    self.collect(value, other, &format!("{pointer}/{index}"), texts, found);
                }
            }
            _ if self.equal(expected, observed, texts) => {}
            _ => found.push(Difference {
                pointer: pointer.to_owned(),
                expected: shown(expected),
                observed: shown(observed),
            }),
        }
    }
}

/// [`Comparer::unmatched`] for lists of texts, in linear time; none for anything else.
fn unmatched_texts(expected: &[Value], observed: &[&Value]) -> Option<(Vec<usize>, Vec<usize>)> {
    let mut free: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, value) in observed.iter().enumerate().rev() {
        free.entry(value.as_str()?).or_default().push(index);
    }
    let mut missing = Vec::new();
    for (index, value) in expected.iter().enumerate() {
        if free.get_mut(value.as_str()?).and_then(Vec::pop).is_none() {
            missing.push(index);
        }
    }
    let mut surplus: Vec<usize> = free.into_values().flatten().collect();
    surplus.sort_unstable();
    Some((missing, surplus))
}

fn same_number(wanted: &serde_json::Number, seen: &serde_json::Number) -> bool {
    wanted == seen
        || match (wanted.as_i64(), seen.as_i64(), wanted.as_u64(), seen.as_u64()) {
            (Some(a), Some(b), _, _) => a == b,
            (_, _, Some(a), Some(b)) => a == b,
            // An integer and a float are equal only where the float can tell them apart.
            _ => wanted.as_f64().zip(seen.as_f64()).is_some_and(|(a, b)| {
                a.abs() < 9_007_199_254_740_992.0 && a.partial_cmp(&b) == Some(std::cmp::Ordering::Equal)
            }),
        }
}

fn same_text(wanted: &str, seen: &str, texts: TextComparison) -> bool {
    match texts {
        TextComparison::Exact => wanted == seen,
        TextComparison::IgnoreCase => wanted.to_lowercase() == seen.to_lowercase(),
        TextComparison::Instant => match (instant(wanted), instant(seen)) {
            (Some(a), Some(b)) => a == b,
            _ => wanted == seen,
        },
    }
}

/// A point in time: RFC 3339, with any number of digits; UTC when no zone is given.
fn instant(text: &str) -> Option<jiff::Timestamp> {
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::repeated::repeated;
    use super::*;

    #[test]
    fn open_comparison_allows_more_members_and_any_order() {
        let comparison = Comparison {
            nodes: TextComparison::Exact,
            members: vec![("state".into(), TextComparison::IgnoreCase), ("at".into(), TextComparison::Instant)],
        };
        let without = ["activity".to_owned()];
        let open = Comparer { comparison: &comparison, without: &without, open: true };
        for (expected, observed, agrees) in [
            (json!({"a": 1}), json!({"a": 1, "b": 2}), true),
            (json!({"a": 1, "activity": 3}), json!({"a": 1}), true),
            (json!({"a": 1}), json!({"a": "1"}), false),
            (json!([1, 2]), json!([2, 1]), true),
            (json!([1, 2]), json!([2, 1, 1]), false),
            (json!([1, 1]), json!([1, 2]), false),
            (json!([{"a": 1}, {"a": 1, "b": 2}]), json!([{"a": 1, "b": 2}, {"a": 1}]), true),
            (json!({"state": "Online"}), json!({"state": "online"}), true),
            (json!({"name": "Online"}), json!({"name": "online"}), false),
            (json!({"at": "2018-03-28T00:26:51.390Z"}), json!({"at": "2018-03-28T00:26:51.39"}), true),
            (json!({"at": "2018-03-28T00:26:51.390Z"}), json!({"at": "2018-03-28T02:26:51.39+02:00"}), true),
            (json!({"at": "2018-03-28T00:26:51.390Z"}), json!({"at": "2018-03-28T00:26:52Z"}), false),
            (json!(1), json!(1.0), true),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992.0), false),
            (json!(null), json!(0), false),
        ] {
            assert_eq!(open.agrees(&expected, &observed), agrees, "{expected} {observed}");
            assert_eq!(open.differences(&expected, &observed, "").is_empty(), agrees, "{expected} {observed}");
        }
    }

    #[test]
    fn long_lists_are_compared_in_linear_time() {
        let comparison = Comparison::default();
        let [closed, open] = [false, true].map(|open| Comparer { comparison: &comparison, without: &[], open });
        let numbers: Vec<Value> = (0..200_000).map(|number| json!(number)).collect();
        let values: Vec<&Value> = numbers.iter().collect();
        assert_eq!(repeated(closed, &values, 9), []);
        let backwards: Vec<&Value> = values.iter().rev().copied().collect();
        assert_eq!(open.unmatched(&numbers, &backwards, TextComparison::Exact), (vec![], vec![]));
        let others: Vec<Value> = (0..200_000).map(|number| json!({"a": number})).collect();
        let (missing, surplus) = closed.unmatched(&numbers, &others.iter().collect::<Vec<_>>(), TextComparison::Exact);
        assert_eq!((missing.len(), surplus.len()), (200_000, 200_000));
        // Each could give its partner up for the next one, and nobody wins.
        let mut wanted = vec![json!({"a": 1}); 100_000];
        wanted.push(json!({}));
        let mut seen = vec![json!({"a": 1}); 100_000];
        seen.push(json!(5));
        let (missing, surplus) = open.unmatched(&wanted, &seen.iter().collect::<Vec<_>>(), TextComparison::Exact);
        assert_eq!((missing, surplus), (vec![100_000], vec![100_000]));
    }

    #[test]
    fn what_is_the_same_has_the_same_digest() {
        let instants = Comparison { nodes: TextComparison::Instant, ..Comparison::default() };
        let exact = Comparison::default();
        for (comparison, one, other) in [
            (&exact, json!([1, 0, 2.0]), json!([1.0, -0.0, 2])),
            (&exact, json!({"a": 1, "b": [null, true]}), json!({"b": [null, true], "a": 1.0})),
            (&instants, json!("2024-01-01T00:00:00Z"), json!("2024-01-01T00:00:00.000")),
        ] {
            let comparer = Comparer { comparison, without: &[], open: false };
            assert!(comparer.agrees(&one, &other), "{one} {other}");
            assert_eq!(comparer.digest(&one, comparison.nodes), comparer.digest(&other, comparison.nodes));
        }
    }

    #[test]
    fn sets_of_texts_compare_each_as_often() {
        let expected = [json!("a"), json!("b"), json!("a")];
        let observed = [json!("a"), json!("c"), json!("b")];
        let found = unmatched_texts(&expected, &observed.iter().collect::<Vec<_>>());
        assert_eq!(found, Some((vec![2], vec![1])));
    }

    #[test]
    fn differences_point_at_the_deepest_place() {
        let comparison = Comparison::default();
        let open = Comparer { comparison: &comparison, without: &[], open: true };
        let expected = json!({"people": [{"id": "1", "fav": true}, {"id": "2", "fav": false}]});
        let observed = json!({"people": [{"id": "2", "fav": true}, {"id": "1", "fav": true}]});
        let differences = open.differences(&expected, &observed, "");
        assert_eq!(differences[0].pointer, "/people/0/fav");
        let closed = Comparer { open: false, ..open };
        assert_eq!(closed.differences(&json!({}), &json!({"x": 1}), "")[0].pointer, "/x");
    }
}
