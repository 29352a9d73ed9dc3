//! Defects of the presence service.

mod activity;
mod ask;
mod callers;
mod levels;
mod privacy;
mod records;
mod state;
mod titles;
mod wire;
mod withheld;
mod xuids;

use super::Defect;

pub(super) const DEFECTS: &[&[Defect]] = &[
    callers::DEFECTS,
    xuids::DEFECTS,
    privacy::DEFECTS,
    withheld::DEFECTS,
    levels::DEFECTS,
    activity::DEFECTS,
    records::DEFECTS,
    titles::DEFECTS,
    state::DEFECTS,
    wire::DEFECTS,
];
