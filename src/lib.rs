//! Probity.
pub mod diagnostic;
pub mod model;
