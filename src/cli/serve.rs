//! `probity serve`: the embedded reference server.

use std::net::SocketAddr;

use clap::Args;

use super::{Exit, Failure, Output};
use crate::diagnostic::nearest;
use crate::load::{self, Origin};
use crate::model::contract::Contract;
use crate::reference::{Defect, Server, World, defects};

#[derive(Args, Debug)]
pub(super) struct ServeArgs {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "HOST:PORT")]
    addr: SocketAddr,
    /// Break one clause on purpose; can be given several times. `probity list --defects` shows all.
    #[arg(long = "defect", value_name = "NAME", value_parser = defect)]
    defects: Vec<&'static Defect>,
}

fn defect(name: &str) -> Result<&'static Defect, String> {
    if let Some(defect) = defects().find(|defect| defect.name == name) {
        return Ok(defect);
    }
    let known: Vec<&str> = defects().map(|defect| defect.name).collect();
    Err(match nearest(name, &known) {
        Some(near) => format!("there is no such defect; did you mean `{near}`?"),
        None => "there is no such defect; `probity list --defects` shows all".into(),
    })
}

pub(super) fn serve(arguments: &ServeArgs) -> Result<Exit, Failure> {
    let contract = load::contract(&Origin::Shipped)?;
    let server = start(&contract, arguments.addr, &arguments.defects)?;
    Output::print(&format!("listening on {}\n", server.url()))?;
    server.wait();
    Ok(Exit::Conforms)
}

/// The reference server in the world of the shipped contract, with these defects.
pub(super) fn start(contract: &Contract, address: SocketAddr, defects: &[&'static Defect]) -> Result<Server, Failure> {
    let world = World::from_json(&contract.world).map_err(|error| Failure::Wrong(error.to_string()))?;
    Server::start(world, address, defects)
        .map_err(|error| Failure::Wrong(format!("can't listen on {address}: {error}")))
}
