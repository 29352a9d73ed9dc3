//! The files of a new contract, as texts: a scaffold to start from, or what other sources tell.
//!
//! Nothing is guessed. What a source doesn't say is left out, and a comment that begins with `TODO:` says so.

mod scaffold;
mod slug;

pub use self::scaffold::scaffold;

/// A file of a new contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Relative to the folder of the contract, with `/` between the parts.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// What it is for, in a few words.
    pub about: &'static str,
}

impl NewFile {
    fn new(path: impl Into<String>, text: impl Into<String>, about: &'static str) -> Self {
        Self { path: path.into(), text: text.into(), about }
    }
}
