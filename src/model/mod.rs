//! The vocabulary: pure data, no I/O.

pub mod case;
pub mod choice;
pub mod contract;
pub mod document;
pub mod event;
pub mod exchange;
pub mod expectation;
pub mod fingerprint;
pub mod limits;
pub mod link;
pub mod mutant;
pub mod path;
pub mod persona;
pub mod proof;
pub mod requirement;
pub mod rows;
pub mod schema;
pub mod secret;
pub mod shard;
pub mod shell;
pub mod shown;
pub mod snapshot;
pub mod target;
pub mod template;
pub mod verdict;
pub mod waiver;
