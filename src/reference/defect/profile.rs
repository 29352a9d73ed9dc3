//! Defects of the profile service.

use super::{super::route::Service, Defect};

pub(super) const DEFECTS: &[Defect] = &[];
