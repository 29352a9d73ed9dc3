//! The shipped contract against the reference server, each trial a test of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use probity::load::{Origin, contract};
use probity::reference::{Server, World};

fn main() -> ExitCode {
    let contract = contract(&Origin::Shipped).expect("the shipped contract loads");
    let world = World::from_json(&contract.world).expect("the world can be served");
    let server = Server::start(world, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &[]).expect("a free port");
    probity::trial::main(Ok(contract), &server.url())
}
