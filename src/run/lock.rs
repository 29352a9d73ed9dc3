//! Who may touch shared state at the same time: many readers, or one that changes it.

use std::collections::BTreeMap;

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A lock for each resource of a contract.
pub(super) struct Locks {
    locks: BTreeMap<String, RwLock<()>>,
}

/// Held while a trial runs.
pub(super) enum Guard<'a> {
    Shared { _guard: RwLockReadGuard<'a, ()> },
    Alone { _guard: RwLockWriteGuard<'a, ()> },
}

impl Locks {
    pub(super) fn new(resources: &[String]) -> Self {
        Self { locks: resources.iter().map(|name| (name.clone(), RwLock::new(()))).collect() }
    }

    /// Whether nobody changes these resources, or waits to.
    pub(super) fn are_open(&self, reads: &[String]) -> bool {
        reads.iter().filter_map(|name| self.locks.get(name)).all(|lock| lock.try_read().is_ok())
    }

    /// Waits for all resources. They are taken in the order of their names, so that nobody waits in a circle.
    pub(super) async fn acquire(&self, reads: &[String], changes: &[String]) -> Vec<Guard<'_>> {
        let mut guards = Vec::new();
        for (name, lock) in &self.locks {
            if changes.contains(name) {
                guards.push(Guard::Alone { _guard: lock.write().await });
            } else if reads.contains(name) {
                guards.push(Guard::Shared { _guard: lock.read().await });
            }
        }
        guards
    }
}
