//! Time in which nobody could read what servers said, since one answer took all of it: a large body that is judged, or a
//! report that isn't written yet.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// What takes less holds nobody up.
const STALL: Duration = Duration::from_millis(20);

/// All such time of a run so far.
#[derive(Clone, Default)]
pub(super) struct Stalls(Rc<Cell<Duration>>);

impl Stalls {
    /// Something took so long without a rest.
    pub(super) fn note(&self, taken: Duration) {
        if taken >= STALL {
            self.0.set(self.0.get() + taken);
        }
    }

    pub(super) fn time(&self) -> Duration {
        self.0.get()
    }
}
