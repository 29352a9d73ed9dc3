//! The open connections to a service.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::http1::Connection;
use super::http2::Sender;
use super::message::Origin;
use super::socket::Heard;

/// Connections that wait for the next exchange.
#[derive(Default)]
pub(super) struct Pool {
    idle: RefCell<Vec<(Rc<Origin>, Box<Connection>)>>,
    shared: RefCell<Vec<(Rc<Origin>, Sender)>>,
    /// Whether a connection waited while another was kept, so that none is kept.
    crowded: Cell<bool>,
    /// How many connections were given back.
    returns: Cell<usize>,
    /// How many doubtful answers turned out to be in step with their requests.
    in_step: Cell<usize>,
    /// Whether a connection said more than it was asked, so that none is used twice.
    distrusted: Cell<bool>,
}

/// After so many doubts that came to nothing, none is followed.
const TRUSTED: usize = 20;

impl Pool {
    /// A connection over which an exchange went already, if one is as good as new.
    ///
    /// The last one that was given back comes first, so that the others may time out at the server in peace.
    pub(super) fn take(&self, origin: &Origin) -> Option<Box<Connection>> {
        let mut idle = self.idle.borrow_mut();
        while let Some(at) = idle.iter().rposition(|(known, _)| known.is(origin)) {
            let (_, connection) = idle.remove(at);
            match connection.heard() {
                Heard::Nothing => return Some(connection),
                Heard::End => {}
                Heard::More => self.distrust(),
            }
        }
        None
    }

    /// Keeps a connection whose exchange is over, if another one may follow.
    pub(super) fn give_back(&self, origin: Rc<Origin>, mut connection: Box<Connection>) {
        self.returns.set(self.returns.get() + 1);
        let open = connection.is_open();
        // What the peer says after this is seen before the next exchange begins.
        if connection.is_overrun() {
            self.distrust();
        } else if open && !self.distrusted.get() && !self.crowded.get() {
            self.idle.borrow_mut().push((origin, connection));
        }
    }

    /// How many connections were given back since the beginning.
    pub(super) fn returns(&self) -> usize {
        self.returns.get()
    }

    /// Keeps no connection any more: the server seems to serve one after the other, and a kept one blocks the rest.
    pub(super) fn crowd(&self) {
        self.crowded.set(true);
        self.idle.borrow_mut().clear();
    }

    /// Whether answers over kept connections were right so often that they needn't be doubted.
    pub(super) fn is_trusted(&self) -> bool {
        self.in_step.get() >= TRUSTED
    }

    /// A doubtful answer was in step.
    pub(super) fn trust(&self) {
        self.in_step.set(self.in_step.get() + 1);
    }

    /// A connection said what nobody asked for: the next answer over one like it might be another's.
    pub(super) fn distrust(&self) {
        self.distrusted.set(true);
        self.in_step.set(0);
    }

    /// Whether a connection said what nobody asked for.
    pub(super) fn is_distrusted(&self) -> bool {
        self.distrusted.get() || self.idle.borrow().iter().any(|(_, connection)| connection.heard() == Heard::More)
    }

    /// The connection that all exchanges over HTTP/2 share, if it is open.
    pub(super) fn shared(&self, origin: &Origin) -> Option<Sender> {
        let mut shared = self.shared.borrow_mut();
        shared.retain(|(_, sender)| !sender.is_closed());
        shared.iter().find(|(known, _)| known.is(origin)).map(|(_, sender)| sender.clone())
    }

    /// Shares a connection.
    pub(super) fn share(&self, origin: &Rc<Origin>, sender: &Sender) {
        self.shared.borrow_mut().push((Rc::clone(origin), sender.clone()));
    }

    /// Shares no connection any more that was shared until now.
    pub(super) fn forget(&self) {
        self.shared.borrow_mut().clear();
    }
}
