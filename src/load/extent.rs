//! How much of a contract is read. The shipped one is known to be sound, so that suites that nobody wants needn't be:
//! of one trial's 50 ms, 40 went into those.

use std::collections::BTreeSet;

use super::source::FileKind;
use crate::model::outline::{Outline, OutlinedCase};

/// The shipped contract's outline. A test of the plan says that it is, and writes it anew.
static OUTLINE: &str = include_str!("outline.txt");

/// How much of a contract is read.
pub(super) enum Extent {
    Whole,
    Part(Part),
}

/// Some suites of a contract, and what they need of it.
pub(super) struct Part {
    suites: BTreeSet<&'static str>,
    files: BTreeSet<&'static str>,
    services: BTreeSet<&'static str>,
    /// What is left unread.
    pub(super) unread: Vec<OutlinedCase<'static>>,
    /// The digest that the contract must have.
    pub(super) digest: &'static str,
}

impl Part {
    /// These suites of the shipped contract, if the outline can be read and there are others. `choose` names them.
    pub(super) fn chosen(choose: impl FnOnce(&Outline<'static>) -> Option<BTreeSet<&'static str>>) -> Option<Self> {
        let outline = Outline::read(OUTLINE)?;
        let suites = choose(&outline)?;
        let (read, unread): (Vec<_>, Vec<_>) = outline.cases.into_iter().partition(|case| suites.contains(case.suite));
        let (files, services) = read.iter().map(|case| (case.file, case.service)).unzip();
        (!read.is_empty() && !unread.is_empty()).then_some(Self {
            suites,
            files,
            services,
            unread,
            digest: outline.digest,
        })
    }
}

impl Extent {
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Whole)
    }

    pub(super) fn has_file(&self, kind: FileKind, path: &str) -> bool {
        match self {
            Self::Part(part) if kind == FileKind::Suite => part.files.contains(path),
            _ => true,
        }
    }

    pub(super) fn has_service(&self, name: &str) -> bool {
        match self {
            Self::Part(part) => part.services.contains(name),
            Self::Whole => true,
        }
    }

    pub(super) fn has_suite(&self, name: &str) -> bool {
        match self {
            Self::Part(part) => part.suites.contains(name),
            Self::Whole => true,
        }
    }
}
