//! A server that keeps the shipped contract: profile batch, people, presence and console users.
//!
//! Give it a [`World`] and an address; it listens until it is dropped. It is what the suites are
//! tried on, so it decides everything from the contract's documents and imports nothing from the
//! rest of the crate: a mistake in the harness can't hide on both sides.
//!
//! It does not speak TLS, limit rates, require the console's CSRF token, negotiate content or route
//! by version: the documents ask for none of these, or call them hints. Nothing it learns outlives
//! the process.
//!
//! Read it in this order: [`World`] is the state, `route` says which service answers which address,
//! then one file for each service. A service is a plain function from the world and a `Call` to an
//! `Answer` or a `Refusal`, which becomes a `Reply`. A [`Defect`] stands in front of a service and
//! breaks one clause on purpose.

mod answer;
mod auth;
mod call;
mod change;
mod console;
mod defect;
mod people;
mod place;
mod presence;
mod profile;
mod reply;
mod roster;
mod route;
mod seed;
mod world;
mod xuid;

#[cfg(test)]
mod tests;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    thread::{self, JoinHandle},
};

use axum::serve::ListenerExt;
use tokio::{runtime, sync::oneshot};

pub use self::{
    defect::{Defect, defects},
    seed::WorldError,
    world::World,
};

/// A running reference server, with a thread of its own; dropping it stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts serving `world`, with these defects. The address is bound when this returns; port 0
    /// picks a free one.
    ///
    /// # Errors
    ///
    /// When the address can't be bound, or the thread or its runtime can't be made.
    pub fn start(world: World, address: SocketAddr, defects: &[&'static Defect]) -> io::Result<Server> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _entered = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let router = route::router(world, defects);
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("reference-server".to_owned())
            .spawn(move || runtime.block_on(serve(listener, router, stopped)))?;
        Ok(Server { address, stop: Some(stop), thread: Some(thread) })
    }

    /// The address it listens on, with the port that was really bound.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL of every service: `http://HOST:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Blocks for as long as the server runs, which is until the process ends.
    pub fn wait(mut self) {
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread fails only by a panic, which the panic hook has already reported.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The receiver is gone only when the server has already stopped.
            let _ = stop.send(());
        }
        self.join();
    }
}

/// Serves until told to stop. Connections that are still open then end with the runtime, so a
/// client that keeps one open can't keep the server alive.
async fn serve(listener: tokio::net::TcpListener, router: axum::Router, stopped: oneshot::Receiver<()>) {
    let listener = listener.tap_io(|connection| {
        // Without it answers may arrive later, but they arrive.
        let _ = connection.set_nodelay(true);
    });
    tokio::select! {
        _ = axum::serve(listener, router) => {}
        _ = stopped => {}
    }
}
