//! Names that are connected to elsewhere.

use std::error::Error;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::connection::Detour;

/// Resolves one name to what the target file says, and every other as the machine does.
pub(super) struct Resolver(Detour);

impl Resolver {
    pub(super) fn new(detour: Detour) -> Self {
        Self(detour)
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let detour = self.0.clone();
        Box::pin(async move {
            let (host, port) = if name.as_str().eq_ignore_ascii_case(&detour.host) {
                (detour.to.host.as_str(), detour.to.port)
            } else {
                // Zero leaves the port to the URL.
                (name.as_str(), 0)
            };
            let found = tokio::net::lookup_host((host, port)).await;
            let found: Vec<SocketAddr> =
                found.map_err(|error| -> Box<dyn Error + Send + Sync> { Box::new(error) })?.collect();
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
