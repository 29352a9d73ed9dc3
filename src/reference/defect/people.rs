//! Defects of the people service.

use super::{super::route::Service, Defect};

pub(super) const DEFECTS: &[Defect] = &[];
