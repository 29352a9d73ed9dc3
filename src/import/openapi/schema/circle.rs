//! Schemas that lead back to themselves without going into the value: to judge by them would never end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::forget;

/// Keywords whose schemas judge the same value.
const SAME_VALUE: [&str; 8] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/// Breaks each circle at one reference, and names the files that it led to.
pub(super) fn without_circles(files: &mut BTreeMap<String, Value>) -> BTreeSet<String> {
    let edges: BTreeMap<String, BTreeSet<String>> = files
        .iter()
        .map(|(name, schema)| {
            let mut leads = BTreeSet::new();
            same_value(schema, &mut leads);
            (name.clone(), leads)
        })
        .collect();
    let broken = back_edges(&edges);
    for (from, to) in &broken {
        if let Some(schema) = files.get_mut(from) {
            forget(schema, &|name| name == to);
        }
    }
    broken.into_iter().map(|(_, to)| to).collect()
}

fn same_value(schema: &Value, leads: &mut BTreeSet<String>) {
    let Some(members) = schema.as_object() else { return };
    let name = members.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_suffix(".json"));
    leads.extend(name.map(str::to_owned));
    for (keyword, value) in members.iter().filter(|(name, _)| SAME_VALUE.contains(&name.as_str())) {
        match value {
            Value::Array(all) => all.iter().for_each(|one| same_value(one, leads)),
            Value::Object(all) if keyword == "dependentSchemas" => all.values().for_each(|one| same_value(one, leads)),
            one => same_value(one, leads),
        }
    }
}

/// The edges that close a circle, found by walking each way once; the way is kept in a list, since it may be long.
fn back_edges(edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<(String, String)> {
    let mut closed: BTreeSet<&str> = BTreeSet::new();
    let mut broken = Vec::new();
    for start in edges.keys() {
        if closed.contains(start.as_str()) {
            continue;
        }
        let mut open: BTreeSet<&str> = BTreeSet::from([start.as_str()]);
        let mut way = vec![(start.as_str(), edges[start].iter())];
        while let Some((name, rest)) = way.last_mut() {
            let name = *name;
            match rest.next() {
                Some(next) if open.contains(next.as_str()) => broken.push((name.to_owned(), next.clone())),
                Some(next) if closed.contains(next.as_str()) => {}
                Some(next) => {
                    if let Some(leads) = edges.get(next) {
                        open.insert(next);
                        way.push((next, leads.iter()));
                    }
                }
                None => {
                    open.remove(name);
                    closed.insert(name);
                    way.pop();
                }
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn circles_are_broken_and_recursion_is_left() {
        let mut files = BTreeMap::from([
            ("a".to_owned(), json!({"$ref": "b.json"})),
            ("b".to_owned(), json!({"allOf": [{"$ref": "a.json"}, {"type": "object"}]})),
            ("tree".to_owned(), json!({"properties": {"left": {"$ref": "tree.json"}}})),
        ]);
        assert_eq!(without_circles(&mut files), BTreeSet::from(["a".to_owned()]));
        assert_eq!(files["b"], json!({"allOf": [{}, {"type": "object"}]}));
        assert_eq!(files["tree"], json!({"properties": {"left": {"$ref": "tree.json"}}}));
    }
}
