//! Stage 1: who is really calling?
//!
//! What a request says of itself is believed only as far as trusted proxies vouch for it: beginning
//! with the peer and going from right to left, each trusted address vouches for the one before it.
//! The first address that nobody vouches to be a proxy is the client. An entry that cannot be read
//! ends the request; to skip it would believe what stands further left.

use std::net::{IpAddr, SocketAddr};

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};
use pingora::http::RequestHeader;

use crate::gate::Gate;
use crate::path::addresses::AddressSet;
use crate::path::denial::Denial;
use crate::path::visit::Visit;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// More hops than any honest chain has.
const MOST_HOPS: usize = 64;

/// Records the peer and the client's address.
pub fn find(
    gate: &Gate,
    peer: Option<SocketAddr>,
    request: &RequestHeader,
    visit: &mut Visit,
) -> Result<(), Denial> {
    visit.peer = peer;
    let peer = peer.ok_or(Denial::ClientAddressUnreadable)?;
    visit.client_address = Some(client_behind(
        peer.ip().to_canonical(),
        &request.headers,
        &gate.trusted_proxies.load(),
    )?);
    Ok(())
}

/// The first address from the right that is no trusted proxy.
pub(crate) fn client_behind(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &AddressSet,
) -> Result<IpAddr, Denial> {
    if !trusted.contains(peer) {
        return Ok(peer);
    }
    let said = hops(headers, &X_FORWARDED_FOR, &bare_hop)?;
    let standard = hops(headers, &FORWARDED, &forwarded_hop)?;
    let chain = match (said.is_empty(), standard.is_empty()) {
        (_, true) => said,
        (true, false) => standard,
        // A client may have sent the one that its proxy does not write: they must tell the same.
        (false, false) if said == standard => said,
        (false, false) => return Err(Denial::ClientAddressUnreadable),
    };
    let mut client = peer;
    for hop in chain.into_iter().rev() {
        client = hop?;
        if !trusted.contains(client) {
            break;
        }
    }
    Ok(client)
}

type Hop = Result<IpAddr, Denial>;

/// The entries of a list header, in order, over all lines of it.
fn hops(
    headers: &HeaderMap,
    name: &HeaderName,
    read: &dyn Fn(&str) -> Option<IpAddr>,
) -> Result<Vec<Hop>, Denial> {
    let mut found = Vec::new();
    for line in headers.get_all(name) {
        let Ok(line) = line.to_str() else {
            found.push(Err(Denial::ClientAddressUnreadable));
            continue;
        };
        let items = line.split(',');
        found.extend(items.map(|item| read(item.trim()).ok_or(Denial::ClientAddressUnreadable)));
        if found.len() > MOST_HOPS {
            return Err(Denial::ClientAddressUnreadable);
        }
    }
    Ok(found)
}

/// An address as X-Forwarded-For has it: `192.0.2.1`, `2001:db8::1`, with a port also
/// `192.0.2.1:4711` and `[2001:db8::1]:4711`. No names, no zone ids.
fn bare_hop(text: &str) -> Option<IpAddr> {
    let address: IpAddr = if let Some(rest) = text.strip_prefix('[') {
        let (inside, port) = rest.split_once(']')?;
        let port_is_good = port.is_empty()
            || port
                .strip_prefix(':')
                .is_some_and(|p| p.parse::<u16>().is_ok());
        IpAddr::V6(inside.parse().ok().filter(|_| port_is_good)?)
    } else {
        let bare = text.parse().ok();
        bare.or_else(|| {
            text.parse::<std::net::SocketAddrV4>()
                .ok()
                .map(|a| (*a.ip()).into())
        })?
    };
    Some(address.to_canonical())
}

/// The `for` of one element of Forwarded (RFC 7239 §4): `for=192.0.2.1;proto=https`. An IPv6
/// address or a port must be quoted. Obfuscated and unknown ones name nobody.
fn forwarded_hop(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in element.split(';') {
        let (name, value) = pair.trim().split_once('=')?;
        if !name.eq_ignore_ascii_case("for") {
            continue;
        }
        let quoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
        let address = match quoted {
            Some(node) if node.starts_with('[') || !node.contains("::") => bare_hop(node)?,
            Some(_) => return None,
            None => IpAddr::V4(value.parse().ok()?),
        };
        if found.replace(address).is_some() {
            return None;
        }
    }
    found
}

#[cfg(test)]
mod tests;
