//! The matrices of a plan.

use std::sync::Arc;

use super::{Plan, Trial};
use crate::model::case::{Axis, Rows};
use crate::model::event::MatrixShape;

impl Plan {
    /// The matrices of which it has cells, in its order.
    #[must_use]
    pub fn matrices(&self) -> Vec<MatrixShape> {
        let mut shapes: Vec<MatrixShape> = Vec::new();
        for trial in self.reported() {
            let Rows::Matrix(matrix) = &trial.case.rows else { continue };
            // The cells of a matrix stand together in a plan.
            if shapes.last().is_some_and(|last| last.suite == *trial.suite && last.case == *trial.case.name) {
                continue;
            }
            let values = |axis: &Axis| axis.rows.iter().map(|row| row.name.clone()).collect();
            shapes.push(MatrixShape {
                suite: trial.suite.to_string(),
                case: trial.case.name.to_string(),
                title: trial.case.title.as_deref().map(str::to_owned),
                axes: matrix.axes.iter().map(|axis| (axis.name.clone(), values(axis))).collect(),
                position: self.first_position(trial),
            });
        }
        shapes
    }

    /// Where the first trial of the same case stands among those of all parts.
    fn first_position(&self, trial: &Trial) -> Option<usize> {
        let others = self.elsewhere.iter().filter(|other| Arc::ptr_eq(&other.case, &trial.case));
        others.filter_map(|other| other.position).chain(trial.position).min()
    }
}
