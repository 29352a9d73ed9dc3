//! Defects of the console service.

use super::{super::route::Service, Defect};

pub(super) const DEFECTS: &[Defect] = &[];
