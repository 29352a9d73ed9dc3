//! Rows, axes and matrices as lists of filled-in parameters.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::case::{Axis, Cell, Row, Rows};
use super::parameters::Parameters;
use super::template::{Scope, Template, Unresolved};

/// One way in which a case is filled in.
#[derive(Debug)]
pub struct Filled<'a> {
    /// The parts of the trial's id after the case.
    pub names: Vec<&'a str>,
    /// All parameters, as written: texts may still have templates in them.
    pub parameters: Parameters,
    /// The entry of the matrix.
    pub cell: Option<&'a Cell>,
}

impl Rows {
    /// How many trials there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::One => 1,
            Self::Each(rows) => rows.len(),
            Self::Cross(axes) => size(axes),
            Self::Matrix(matrix) => matrix.cells.len(),
        }
    }

    /// Whether there is no trial.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The trial at `index`, the last axis varying fastest.
    ///
    /// # Panics
    /// When `index` isn't below [`Self::len`].
    #[must_use]
    pub fn filled(&self, index: usize) -> Filled<'_> {
        match self {
            Self::One => Filled { names: Vec::new(), parameters: Parameters::default(), cell: None },
            Self::Each(rows) => {
                let row = &rows[index];
                Filled { names: vec![&row.name], parameters: row.parameters.clone(), cell: None }
            }
            Self::Cross(axes) => combination(axes, index),
            Self::Matrix(matrix) => Filled { cell: Some(&matrix.cells[index]), ..combination(&matrix.axes, index) },
        }
    }
}

/// How many combinations the axes have.
#[must_use]
pub fn size(axes: &[Axis]) -> usize {
    axes.iter().map(|axis| axis.rows.len()).fold(1, usize::saturating_mul)
}

/// The rows of the combination at `index`, one of each axis.
#[must_use]
pub fn rows_of(axes: &[Axis], index: usize) -> Vec<&Row> {
    let mut rest = index;
    let mut rows: Vec<&Row> = axes
        .iter()
        .rev()
        .map(|axis| {
            let row = &axis.rows[rest % axis.rows.len()];
            rest /= axis.rows.len();
            row
        })
        .collect();
    rows.reverse();
    rows
}

fn combination(axes: &[Axis], index: usize) -> Filled<'_> {
    let mut names = Vec::with_capacity(axes.len());
    let rows = rows_of(axes, index);
    names.extend(rows.iter().map(|row| row.name.as_str()));
    let all = rows.iter().flat_map(|row| row.parameters.iter());
    let parameters = all.map(|(name, value)| (Arc::clone(name), value.clone()));
    Filled { names, parameters: Parameters::new(parameters.collect()), cell: None }
}

/// What the parameters of one row may become, in bytes of text and values: each may stand in the next one twice.
const LARGEST: usize = 4 << 20;

/// How much of a value is shown, in characters.
const SHOWN: usize = 80;

/// Fills in the templates inside of parameters, which may speak of other parameters.
///
/// # Errors
/// A reference that leads nowhere, or parameters that speak of each other in a circle or become too large.
pub fn resolve_parameters(parameters: Parameters, scope: &Scope<'_>) -> Result<Parameters, Unresolved> {
    let is_filled_in = !parameters.iter().any(|(_, value)| has_templates(value));
    if is_filled_in && parameters.iter().map(|(_, value)| weight(value)).sum::<usize>() <= LARGEST {
        return Ok(parameters);
    }
    let mut current = parameters;
    // Each round resolves at least one level of nesting, so more rounds than parameters mean a circle.
    for _ in 0..=current.names().count() {
        let mut changed = false;
        let mut room = LARGEST;
        let mut next = Vec::new();
        for (name, value) in current.iter() {
            let scope = Scope { parameters: &current, ..*scope };
            let resolved = resolve(value, &scope, &mut changed, &mut room)?.ok_or_else(|| Unresolved {
                reference: name.to_string(),
                missing: format!("an end of it below {LARGEST} bytes"),
                known: Vec::new(),
            });
            next.push((Arc::clone(name), resolved?));
        }
        if !changed {
            return Ok(current);
        }
        current = Parameters::new(next);
    }
    let (name, value) = current
        .iter()
        .find(|(_, value)| value.to_string().contains("{{"))
        .map_or((String::new(), String::new()), |(name, value)| {
            (name.to_string(), value.to_string().chars().take(SHOWN).collect())
        });
    Err(Unresolved { reference: name, missing: format!("the end of {value}"), known: Vec::new() })
}

/// Whether a text in it may have templates.
fn has_templates(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("{{"),
        Value::Array(items) => items.iter().any(has_templates),
        Value::Object(members) => members.values().any(has_templates),
        _ => false,
    }
}

/// The value with its templates filled in; none where there is no room for it.
fn resolve(
    value: &Value,
    scope: &Scope<'_>,
    changed: &mut bool,
    room: &mut usize,
) -> Result<Option<Value>, Unresolved> {
    let resolved = match value {
        Value::String(text) if text.contains("{{") => match Template::parse(text) {
            Ok(template) if template.references().next().is_some() => {
                *changed = true;
                let Some(filled) = template.value_within(scope, *room)? else { return Ok(None) };
                filled.into_owned()
            }
            _ => value.clone(),
        },
        Value::Array(items) => {
            let mut resolved = Vec::with_capacity(items.len());
            for item in items {
                let Some(item) = resolve(item, scope, changed, room)? else { return Ok(None) };
                resolved.push(item);
            }
            return Ok(Some(Value::Array(resolved)));
        }
        Value::Object(members) => {
            let mut resolved = Map::with_capacity(members.len());
            for (name, member) in members {
                let Some(member) = resolve(member, scope, changed, room)? else { return Ok(None) };
                resolved.insert(name.clone(), member);
            }
            return Ok(Some(Value::Object(resolved)));
        }
        other => other.clone(),
    };
    Ok(room.checked_sub(weight(&resolved)).map(|left| {
        *room = left;
        resolved
    }))
}

/// What a value takes, in bytes, near enough.
fn weight(value: &Value) -> usize {
    let inner: usize = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(members) => members.iter().map(|(name, member)| name.len() + weight(member)).sum(),
        _ => 0,
    };
    inner + size_of::<Value>()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn parameters_that_are_too_large_are_refused_whatever_is_in_them() {
        let nothing = Parameters::default();
        let scope = Scope {
            parameters: &nothing,
            captures: &Map::new(),
            personas: &BTreeMap::new(),
            world: &Value::Null,
            target: &Value::Null,
        };
        for (text, half, expected) in [
            ("x".to_owned(), "", true),
            ("x".repeat(LARGEST), "", false),
            ("x".repeat(LARGEST / 2 + 1), "{{a}}", false),
            ("x".repeat(LARGEST / 2 - 1024), "{{a}}", true),
        ] {
            let all = [("a", text), ("b", half.to_owned())].map(|(name, text)| (name.into(), Value::String(text)));
            let resolved = resolve_parameters(Parameters::new(all.into()), &scope);
            assert_eq!(resolved.is_ok(), expected, "{half}");
        }
    }
}
