//! Stage 1: who is really calling?

use std::net::SocketAddr;

use pingora::http::RequestHeader;

use crate::gate::Gate;
use crate::path::denial::Denial;
use crate::path::visit::Visit;

/// Records the peer and the client's address.
pub fn find(
    _gate: &Gate,
    peer: Option<SocketAddr>,
    _request: &RequestHeader,
    visit: &mut Visit,
) -> Result<(), Denial> {
    visit.peer = peer;
    visit.client_address = peer.map(|p| p.ip().to_canonical());
    Ok(())
}
