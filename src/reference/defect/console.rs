//! Defects of the console service.

use super::Defect;

pub(super) const DEFECTS: &[&[Defect]] = &[];
