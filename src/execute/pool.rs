//! The open connections to a service.

use std::cell::RefCell;

use super::http1::Connection;
use super::http2::Sender;
use super::message::Origin;

/// Connections that wait for the next exchange.
#[derive(Default)]
pub(super) struct Pool {
    idle: RefCell<Vec<(Origin, Connection)>>,
    shared: RefCell<Vec<(Origin, Sender)>>,
}

impl Pool {
    /// A connection over which an exchange went already, if one is as good as new.
    ///
    /// The last one that was given back comes first, so that the others may time out at the server in peace.
    pub(super) fn take(&self, origin: &Origin) -> Option<Connection> {
        let mut idle = self.idle.borrow_mut();
        while let Some(at) = idle.iter().rposition(|(known, _)| known.is(origin)) {
            let (_, connection) = idle.remove(at);
            if connection.is_quiet() {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection whose exchange is over, if another one may follow.
    pub(super) fn give_back(&self, origin: &Origin, mut connection: Connection) {
        if connection.is_open() {
            self.idle.borrow_mut().push((origin.clone(), connection));
        }
    }

    /// The connection that all exchanges over HTTP/2 share, if it is open.
    pub(super) fn shared(&self, origin: &Origin) -> Option<Sender> {
        let mut shared = self.shared.borrow_mut();
        shared.retain(|(_, sender)| !sender.is_closed());
        shared.iter().find(|(known, _)| known.is(origin)).map(|(_, sender)| sender.clone())
    }

    /// Shares a connection.
    pub(super) fn share(&self, origin: &Origin, sender: &Sender) {
        self.shared.borrow_mut().push((origin.clone(), sender.clone()));
    }

    /// Shares no connection any more that was shared until now.
    pub(super) fn forget(&self) {
        self.shared.borrow_mut().clear();
    }
}
