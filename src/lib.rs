//! Probity.
pub mod diagnostic;
pub mod load;
pub mod model;
pub mod plan;
pub mod reference;
