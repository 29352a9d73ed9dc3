//! Members, items and values of JSON bodies.

use serde_json::{Map, Value};

use super::{Altered, Anatomy, Operator, Site, with_json};
use crate::model::path::Key;
use crate::prove::anatomy::Step;

/// What a member is called that was added.
const ADDED: &str = "xAdded";

pub(super) fn sites(anatomy: &Anatomy<'_>, found: &mut dyn FnMut(Operator, usize, u16)) {
    use Operator as Op;
    for (index, (node, value)) in anatomy.nodes.iter().zip(anatomy.values()).enumerate() {
        match &node.step {
            Step::Root => {}
            Step::Name(name) => {
                found(Op::DropMember, index, 0);
                found(Op::RenameMember, index, 0);
                if recased(name).is_some() {
                    found(Op::RecaseMember, index, 0);
                }
            }
            Step::Index(_) => {
                found(Op::DropItem, index, 0);
                found(Op::DoubleItem, index, 0);
            }
        }
        if !value.is_null() {
            found(Op::NullValue, index, 0);
        }
        found(Op::RetypeValue, index, 0);
        for variant in 0..2 {
            if changed(value, variant).is_some() {
                found(Op::ChangeValue, index, variant);
            }
        }
        match value {
            Value::Object(_) => found(Op::AddMember, index, 0),
            Value::Array(items) if !items.is_empty() => {
                found(Op::EmptyArray, index, 0);
                if reordered(items) != *items {
                    found(Op::ReorderItems, index, 0);
                }
            }
            _ => {}
        }
    }
}

pub(super) fn alter(anatomy: &Anatomy<'_>, site: Site) -> Altered {
    use Operator as Op;
    let index = site.index as usize;
    let node = &anatomy.nodes[index];
    let mut json = anatomy.json.clone().unwrap_or_default();
    let parent = node.parent.map_or("", |parent| &anatomy.nodes[parent].pointer);
    let mut news = String::new();
    match (site.operator, &node.step) {
        (Op::DropMember | Op::RenameMember | Op::RecaseMember, Step::Name(name)) => {
            if let Some(members) = json.pointer_mut(parent).and_then(Value::as_object_mut) {
                news = rename(members, name, site.operator).unwrap_or_default();
            }
        }
        (Op::DropItem | Op::DoubleItem, Step::Index(at)) => {
            if let Some(items) = json.pointer_mut(parent).and_then(Value::as_array_mut) {
                let item = items.remove(*at);
                if site.operator == Op::DoubleItem {
                    items.insert(*at, item.clone());
                    items.insert(*at, item);
                }
            }
        }
        _ => {
            if let Some(value) = json.pointer_mut(&node.pointer) {
                news = replace(value, site);
            }
        }
    }
    with_json(anatomy.answer, json, news)
}

/// What leads to all that is another value after an alteration, or comes or goes by it.
pub(in crate::prove) fn places<'a>(anatomy: &'a Anatomy<'_>, site: Site) -> Vec<Vec<Key<'a>>> {
    let index = site.index as usize;
    let node = &anatomy.nodes[index];
    let here = anatomy.way(index);
    let of_its_name = |above: &[Key<'a>], name: String| [above, &[Key::Name(name.into())]].concat();
    match (site.operator, &node.step, here.split_last()) {
        (Operator::RenameMember | Operator::RecaseMember, Step::Name(name), Some((_, above))) => {
            let new = new_name(name, site.operator).map(|new| of_its_name(above, new));
            new.into_iter().chain([here]).collect()
        }
        // What follows in the list takes another place in it.
        (Operator::DropItem | Operator::DoubleItem, _, Some((_, above))) => vec![above.to_vec()],
        (Operator::AddMember, ..) => vec![of_its_name(&here, ADDED.into())],
        _ => vec![here],
    }
}

/// What a member is called after an alteration; none if it is left out.
fn new_name(name: &str, operator: Operator) -> Option<String> {
    match operator {
        Operator::RenameMember => Some(format!("{name}_")),
        Operator::RecaseMember => recased(name),
        _ => None,
    }
}

/// Leaves a member out or gives it another name, which it returns; the others keep their places.
fn rename(members: &mut Map<String, Value>, name: &str, operator: Operator) -> Option<String> {
    let new = new_name(name, operator);
    let old = std::mem::take(members);
    members.extend(
        old.into_iter().filter_map(
            |(key, value)| {
                if key == name { Some((new.clone()?, value)) } else { Some((key, value)) }
            },
        ),
    );
    new
}

/// Replaces a value or a part of it; returns what is new.
fn replace(value: &mut Value, site: Site) -> String {
    match (site.operator, &mut *value) {
        (Operator::NullValue, _) => *value = Value::Null,
        (Operator::RetypeValue, _) => *value = retyped(value),
        (Operator::ChangeValue, _) => *value = changed(value, site.variant).unwrap_or_default(),
        (Operator::AddMember, Value::Object(members)) => {
            members.insert(ADDED.into(), Value::String("added".into()));
            return format!("\"{ADDED}\":\"added\"");
        }
        (Operator::EmptyArray, Value::Array(items)) => {
            items.clear();
            return String::new();
        }
        (Operator::ReorderItems, Value::Array(items)) => {
            *items = reordered(items);
            return String::new();
        }
        _ => {}
    }
    value.to_string()
}

/// The name with its first letter in the other case; none if that isn't a letter.
fn recased(name: &str) -> Option<String> {
    let first = name.chars().next().filter(char::is_ascii_alphabetic)?;
    let other = if first.is_ascii_uppercase() { first.to_ascii_lowercase() } else { first.to_ascii_uppercase() };
    Some(format!("{other}{}", &name[1..]))
}

/// What a careless serialiser would write instead.
fn retyped(value: &Value) -> Value {
    match value {
        Value::Null => Value::String(String::new()),
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        Value::String(text) => match text.parse::<u64>() {
            Ok(number) => number.into(),
            Err(_) => Value::Array(vec![value.clone()]),
        },
        Value::Array(_) => Value::Object(Map::from_iter([("items".to_owned(), value.clone())])),
        Value::Object(_) => Value::Array(vec![value.clone()]),
    }
}

/// Another value of the same type; none if there is none like that.
fn changed(value: &Value, variant: u16) -> Option<Value> {
    match (value, variant) {
        (Value::Bool(value), 0) => Some(Value::Bool(!value)),
        (Value::Number(number), _) => {
            let delta = if variant == 0 { 1 } else { -1 };
            let integer = number.as_i64().and_then(|number| number.checked_add(delta)).map(Value::from);
            let unsigned = || number.as_u64().and_then(|number| number.checked_add_signed(delta)).map(Value::from);
            #[expect(clippy::cast_precision_loss, reason = "the step is one")]
            let float = || number.as_f64().map(|number| Value::from(number + delta as f64));
            integer.or_else(unsigned).or_else(float)
        }
        (Value::String(text), 0) => Some(Value::String(neighbour(text))),
        (Value::String(text), 1) if !text.is_empty() => Some(Value::String(String::new())),
        _ => None,
    }
}

/// A text that looks the same: its last letter or digit is the next one.
fn neighbour(text: &str) -> String {
    let Some((at, last)) = text.char_indices().rev().find(|(_, c)| c.is_ascii_alphanumeric()) else {
        return format!("{text}x");
    };
    let next = match last {
        '9' => '0',
        'z' => 'a',
        'Z' => 'A',
        other => char::from(other as u8 + 1),
    };
    format!("{}{next}{}", &text[..at], &text[at + 1..])
}

/// Backwards; where that is the same, with the first item last.
fn reordered(items: &[Value]) -> Vec<Value> {
    let mut reordered: Vec<Value> = items.iter().rev().cloned().collect();
    if reordered == items {
        reordered.rotate_left(1.min(items.len()));
    }
    reordered
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_changed_value_is_another_one_of_its_type() {
        for (value, variant, expected) in [
            (json!("2814613569642996"), 0, Some(json!("2814613569642997"))),
            (json!("2018-03-28T00:26:51Z"), 0, Some(json!("2018-03-28T00:26:51A"))),
            (json!("…"), 0, Some(json!("…x"))),
            (json!("a"), 1, Some(json!(""))),
            (json!(""), 1, None),
            (json!(u64::MAX), 0, Some(json!(18_446_744_073_709_551_616.0))),
            (json!(u64::MAX), 1, Some(json!(u64::MAX - 1))),
            (json!(true), 0, Some(json!(false))),
            (json!(null), 0, None),
            (json!([]), 0, None),
        ] {
            assert_eq!(changed(&value, variant), expected, "{value}");
        }
    }

    #[test]
    fn a_retyped_value_is_of_another_type() {
        for (value, expected) in [
            (json!("12"), json!(12)),
            (json!("a"), json!(["a"])),
            (json!(1.5), json!("1.5")),
            (json!([1]), json!({"items": [1]})),
            (json!({}), json!([{}])),
            (json!(null), json!("")),
        ] {
            assert_eq!(retyped(&value), expected, "{value}");
        }
    }
}
