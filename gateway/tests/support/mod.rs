//! What the tests of the gateway are built from: a gateway whose link is made by hand, people who
//! are signed in, upstreams that record what reached them, and clients that send any bytes.
#![allow(dead_code, reason = "each module of tests uses its own part")]

pub mod applications;
pub mod authority;
pub mod client;
pub mod frames;
pub mod gatehouse;
pub mod modern;
pub mod origin;
pub mod people;
pub mod streams;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// An address at which nobody listens.
pub fn free_address() -> SocketAddr {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.local_addr().unwrap()
}
