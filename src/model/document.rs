//! The documents that a contract was drawn from.

use crate::diagnostic::Place;

/// A document, as it was when the requirements were written.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its name, which is what requirements cite, and the path of its file in a folder of documents.
    pub name: String,
    /// What it is called.
    pub title: Option<String>,
    /// Where it can be read.
    pub link: Option<String>,
    /// What it is known again by.
    pub pin: Pin,
    /// Where it is declared.
    pub place: Place,
}

/// Whether a document is held to what it was.
#[derive(Clone, Debug)]
pub enum Pin {
    /// The SHA-256 of its bytes, 64 hexadecimal digits in lower case, and where that is written.
    Sha256(String, Place),
    /// It isn't, for this reason.
    Not(String),
}
