//! Probity.
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod execute;
pub mod load;
pub mod model;
pub mod plan;
pub mod reference;
pub mod report;
pub mod run;
