//! The connection of an exchange that is over, until nobody doubts its answer any more.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::http1::Connection;
use super::message::Origin;
use super::pool::Pool;

/// A connection that goes back to its pool when it is dropped.
pub struct Line {
    held: RefCell<Option<(Rc<Origin>, Box<Connection>)>>,
    pool: Rc<Pool>,
    /// Whether other exchanges went over it before.
    kept: bool,
}

impl Line {
    pub(super) fn new(pool: &Rc<Pool>, origin: &Rc<Origin>, connection: Box<Connection>, kept: bool) -> Self {
        Self { held: RefCell::new(Some((Rc::clone(origin), connection))), pool: Rc::clone(pool), kept }
    }

    /// Whether other exchanges went over the connection before.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.kept
    }

    /// Whether the answer may be one that an earlier exchange left behind. The real one would follow it: then the
    /// connection has more to say, within `patience`.
    ///
    /// What was found out of step is never used again, and no connection of the service is kept from then on.
    pub async fn is_out_of_step(&self, patience: Duration) -> bool {
        if !self.kept || self.pool.is_trusted() {
            return false;
        }
        let Some((origin, mut connection)) = self.held.take() else { return false };
        if connection.says_more(patience).await {
            self.pool.distrust();
            return true;
        }
        self.pool.trust();
        self.held.replace(Some((origin, connection)));
        false
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some((origin, connection)) = self.held.take() {
            self.pool.give_back(origin, connection);
        }
    }
}
