//! Rows, axes and matrices as lists of filled-in parameters.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::case::{Axis, Cell, Parameters, Row, Rows};
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
            Self::One => Filled { names: Vec::new(), parameters: Arc::default(), cell: None },
            Self::Each(rows) => {
                let row = &rows[index];
                Filled { names: vec![&row.name], parameters: Arc::clone(&row.parameters), cell: None }
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
    let mut parameters = Map::new();
    for row in rows_of(axes, index) {
        names.push(row.name.as_str());
        parameters.extend(row.parameters.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    Filled { names, parameters: Arc::new(parameters), cell: None }
}

/// Fills in the templates inside of parameters, which may speak of other parameters.
///
/// # Errors
/// A reference that leads nowhere, or parameters that speak of each other in a circle.
pub fn resolve_parameters(parameters: Parameters, scope: &Scope<'_>) -> Result<Parameters, Unresolved> {
    let mut current = parameters;
    // Each round resolves at least one level of nesting, so more rounds than parameters mean a circle.
    for _ in 0..=current.len() {
        let mut changed = false;
        let mut next = Map::with_capacity(current.len());
        for (name, value) in current.iter() {
            let scope = Scope { parameters: &current, ..*scope };
            next.insert(name.clone(), resolve(value, &scope, &mut changed)?);
        }
        if !changed {
            return Ok(current);
        }
        current = Arc::new(next);
    }
    let (name, value) = current
        .iter()
        .find(|(_, value)| value.to_string().contains("{{"))
        .map_or((String::new(), String::new()), |(name, value)| (name.clone(), value.to_string()));
    Err(Unresolved { reference: name, missing: format!("the end of {value}"), known: Vec::new() })
}

fn resolve(value: &Value, scope: &Scope<'_>, changed: &mut bool) -> Result<Value, Unresolved> {
    match value {
        Value::String(text) if text.contains("{{") => {
            let Ok(template) = Template::parse(text) else { return Ok(value.clone()) };
            if template.references().next().is_none() {
                return Ok(value.clone());
            }
            *changed = true;
            template.value(scope).map(Cow::into_owned)
        }
        Value::Array(items) => items.iter().map(|item| resolve(item, scope, changed)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| Ok((name.clone(), resolve(member, scope, changed)?)))
            .collect::<Result<Map<_, _>, _>>()
            .map(Value::Object),
        other => Ok(other.clone()),
    }
}
