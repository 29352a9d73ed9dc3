//! What `cargo fuzz` tries.

pub mod targets;
