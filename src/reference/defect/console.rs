//! Defects of the console service.

mod accounts;
mod again;
mod answers;
mod bodies;
mod changes;
mod listing;
mod put;
mod whole;

use super::Defect;

pub(super) const DEFECTS: &[&[Defect]] = &[
    listing::DEFECTS,
    again::DEFECTS,
    answers::DEFECTS,
    bodies::DEFECTS,
    whole::DEFECTS,
    changes::DEFECTS,
    accounts::DEFECTS,
];
