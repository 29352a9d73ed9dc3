//! `probity serve`: the embedded reference server.

use std::net::SocketAddr;

use clap::Args;

use super::{Exit, Failure, Output};
use crate::load::{self, Origin};
use crate::model::contract::Contract;
use crate::reference::{Server, World};

#[derive(Args, Debug)]
pub(super) struct ServeArgs {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "HOST:PORT")]
    addr: SocketAddr,
}

pub(super) fn serve(arguments: &ServeArgs) -> Result<Exit, Failure> {
    let contract = load::contract(&Origin::Shipped)?;
    let server = start(&contract, arguments.addr)?;
    Output::print(&format!("listening on {}\n", server.url()))?;
    server.wait();
    Ok(Exit::Conforms)
}

/// The reference server in the world of the shipped contract.
pub(super) fn start(contract: &Contract, address: SocketAddr) -> Result<Server, Failure> {
    let world = World::from_json(&contract.world).map_err(|error| Failure::Wrong(error.to_string()))?;
    Server::start(world, address).map_err(|error| Failure::Wrong(format!("can't listen on {address}: {error}")))
}
