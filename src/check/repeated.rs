//! Which values of a list stand in it again.

use std::collections::HashMap;

use serde_json::Value;

use super::value::Comparer;

/// So few values are compared one by one: to digest them takes longer.
const FEW: usize = 12;

/// The values that equal an earlier one, each with the first such; at most `most`. In linear time: a server may send as
/// many as it likes. The comparison must not be open.
pub(super) fn repeated(comparer: Comparer<'_>, values: &[&Value], most: usize) -> Vec<(usize, usize)> {
    if values.len() <= FEW {
        let earlier = |at: usize| (0..at).find(|first| comparer.agrees(values[*first], values[at]));
        return (0..values.len()).filter_map(|at| earlier(at).map(|first| (first, at))).take(most).collect();
    }
    let mut known: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut found = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let alike = known.entry(comparer.digest(value, comparer.comparison.nodes)).or_default();
        let earlier = alike.iter().copied().find(|first| comparer.agrees(values[*first], value));
        // What is the same as an earlier value adds nothing.
        if earlier.is_none() {
            alike.push(index);
        }
        found.extend(earlier.map(|first| (first, index)));
        if found.len() == most {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::expectation::Comparison;

    #[test]
    fn repeated_values_are_found_with_the_first_of_them() {
        let comparison = Comparison::default();
        let comparer = Comparer { comparison: &comparison, without: &[], open: false };
        let values = [json!("a"), json!(1), json!("b"), json!("a"), json!(1.0), json!("a")];
        let values: Vec<&Value> = values.iter().collect();
        assert_eq!(repeated(comparer, &values, 9), [(0, 3), (1, 4), (0, 5)]);
        assert_eq!(repeated(comparer, &values, 1), [(0, 3)]);
        let many: Vec<Value> = (0..FEW).map(|number| json!(number + 5)).collect();
        let values: Vec<&Value> = values.into_iter().chain(&many).collect();
        assert_eq!(repeated(comparer, &values, 9), [(0, 3), (1, 4), (0, 5)]);
        assert_eq!(repeated(comparer, &values, 1), [(0, 3)]);
    }
}
