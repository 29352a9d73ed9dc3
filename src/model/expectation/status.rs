//! Status codes and classes of them (RFC 9110, section 15).

use std::fmt;

use crate::diagnostic::Place;

/// Which status codes are right.
#[derive(Clone, Debug)]
pub struct StatusRule {
    /// Codes and classes.
    pub choices: Vec<StatusChoice>,
    /// Whether the choices are the wrong ones.
    pub negated: bool,
    /// Where it is written.
    pub place: Place,
}

/// A status code or a class of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusChoice {
    /// One code.
    Code(u16),
    /// All codes with this first digit.
    Class(u16),
}

impl StatusChoice {
    /// Whether the status is meant.
    #[must_use]
    pub fn includes(self, status: u16) -> bool {
        match self {
            Self::Code(code) => code == status,
            Self::Class(class) => class == status / 100,
        }
    }
}

impl fmt::Display for StatusChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(formatter, "{code}"),
            Self::Class(class) => write!(formatter, "{class}xx"),
        }
    }
}

impl StatusRule {
    /// Whether the status is right.
    #[must_use]
    pub fn accepts(&self, status: u16) -> bool {
        self.choices.iter().any(|choice| choice.includes(status)) != self.negated
    }
}

impl fmt::Display for StatusRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            formatter.write_str("not ")?;
        }
        for (index, choice) in self.choices.iter().enumerate() {
            let joint = if index == 0 { "" } else { " or " };
            write!(formatter, "{joint}{choice}")?;
        }
        Ok(())
    }
}
