//! Where a node stands while its file is read.

use std::sync::Arc;

use crate::diagnostic::{Place, SourceFile};

/// A place that nobody counts as one who needs the file: most nodes never become part of a contract, and threads that
/// read and convert the same file would wait for each other at its counter.
#[derive(Clone, Copy, Debug)]
pub(in crate::load) struct Spot<'f> {
    file: &'f Arc<SourceFile>,
    start: u32,
    end: u32,
}

impl<'f> Spot<'f> {
    pub(super) fn new(file: &'f Arc<SourceFile>, start: usize, end: usize) -> Self {
        let counted = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, start: counted(start), end: counted(end) }
    }

    pub(super) fn of(file: &'f Arc<SourceFile>, place: &Place) -> Self {
        Self::new(file, place.start(), place.end())
    }

    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    /// The place, for what outlives the reading.
    pub(in crate::load) fn place(self) -> Place {
        Place::new(self.file, self.start as usize, self.end as usize)
    }
}
