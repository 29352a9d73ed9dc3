//! Defects of the presence service.

use super::{super::route::Service, Defect};

pub(super) const DEFECTS: &[Defect] = &[];
