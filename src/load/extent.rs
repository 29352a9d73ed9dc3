//! How much of a contract is read. The shipped one is known to be sound, so that cases that nobody wants needn't be: of
//! one trial's 50 ms, 40 went into those.

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

/// Some cases of a contract, and what they need of it.
pub(super) struct Part {
    /// With the suites that they stand in.
    cases: BTreeSet<(&'static str, &'static str)>,
    files: BTreeSet<&'static str>,
    services: BTreeSet<&'static str>,
    /// What is left unread.
    pub(super) unread: Vec<OutlinedCase<'static>>,
    /// The digest that the contract must have.
    pub(super) digest: &'static str,
}

impl Part {
    /// These cases of the shipped contract, if the outline can be read and there are others. `choose` names them, behind
    /// their suites.
    pub(super) fn chosen(
        choose: impl FnOnce(&Outline<'static>) -> Option<BTreeSet<(&'static str, &'static str)>>,
    ) -> Option<Self> {
        let outline = Outline::read(OUTLINE)?;
        let cases = choose(&outline)?;
        let is_chosen = |case: &OutlinedCase<'static>| cases.contains(&(case.suite, case.case));
        let (read, unread): (Vec<_>, Vec<_>) = outline.cases.into_iter().partition(is_chosen);
        let (files, services) = read.iter().map(|case| (case.file, case.service)).unzip();
        (!read.is_empty() && !unread.is_empty()).then_some(Self {
            cases,
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
            Self::Part(part) => part.cases.iter().any(|(suite, _)| *suite == name),
            Self::Whole => true,
        }
    }

    /// Whether a suite is read with the case of this name.
    pub(super) fn has_case(&self, suite: &str, name: &str) -> bool {
        match self {
            Self::Part(part) => part.cases.contains(&(suite, name)),
            Self::Whole => true,
        }
    }
}
