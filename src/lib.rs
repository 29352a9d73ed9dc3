//! Probity tells whether a server keeps its contract: it sends the requests that the contract describes, judges every
//! answer, and says which clause was kept, broken or could not be judged, and where in the suite that is written.
//!
//! # The way of the data
//!
//! `model ← load ← import ← plan ← execute ← check ← snapshot ← prove ← run ← compare ← report ← cli`: each module uses what stands to its left, never what
//! stands to its right; `tests/tidy.rs` holds it. Each stage leaves a value that can be printed: a contract, a plan,
//! an exchange, findings, events.
//!
//! * [`diagnostic`]: faults in our own files, with their place.
//! * [`model`]: the vocabulary. Pure data.
//! * [`load`]: files to a [`model::contract::Contract`], strictly, with every problem at once.
//! * [`import`]: other descriptions of an API to the texts of a new contract.
//! * [`plan`]: the ordered list of trials, fixed before the first request.
//! * [`execute`]: one step to one exchange. The only module that speaks to a target.
//! * [`check`]: expectations and an answer to findings. Plain functions.
//! * [`prove`]: answers that conform, altered in memory and judged again.
//! * [`run`]: trials to events, in plan order. The only place that joins `execute` and `check`.
//! * [`compare`]: two runs, trial by trial where they part.
//! * [`report`]: events to bytes. Reporters decide nothing.
//! * [`trial`]: the trials as tests of `cargo test` and `cargo nextest`.
//! * [`mod@reference`]: the embedded reference server. It imports nothing from the rest, so that a mistake can't hide on
//!   both sides.
//! * [`cli`]: commands, options, exit codes.
//!
//! # What always holds
//!
//! * A run of nothing is never a pass, and neither is a must that could not be judged.
//! * A denial counts only where somebody was shown what is withheld.
//! * Events come in plan order, whatever the concurrency.
//! * A secret of the contract never reaches an event.

pub mod check;
pub mod cli;
pub mod compare;
pub mod diagnostic;
pub mod execute;
pub mod import;
pub mod load;
pub mod model;
pub mod plan;
pub mod prove;
pub mod reference;
pub mod report;
pub mod run;
pub mod snapshot;
pub mod trial;
