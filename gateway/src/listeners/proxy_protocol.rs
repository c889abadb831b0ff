//! The PROXY protocol, versions 1 and 2 (HAProxy, `proxy-protocol.txt`): a load balancer says first
//! who is really at the other end.
//!
//! It is believed only from trusted peers; from anybody else, and where it is missing or malformed,
//! the connection is closed, because guessing would let a client choose its own address. The
//! address takes the place of the peer's, so the request path needs to know nothing of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use pingora::listeners::PreTlsProcess;
use pingora::protocols::l4::socket::SocketAddr as PeerAddr;
use pingora::protocols::l4::stream::Stream as L4Stream;
use pingora::protocols::{GetSocketDigest, SocketDigest, Stream, UniqueID};
use pingora::{ErrorType, OrErr};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::gate::Gate;
use crate::listeners::door::PROXY_HEADER_WITHIN;

const V2_SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// The longest first line of version 1, its end included.
const V1_LONGEST: usize = 107;
/// Version 2 allows 64 KiB; addresses and the usual extensions need far less.
const V2_LONGEST: usize = 2048;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHeader {
    #[error("the peer is not in trust.proxies")]
    Untrusted,
    #[error("it did not come in time")]
    Late,
    #[error("the connection ended in the middle of it")]
    Cut,
    #[error("it is not a PROXY header: {0}")]
    Malformed(&'static str),
}

/// Reads the header of the connections of one listener.
#[derive(Clone)]
pub struct ProxyProtocol {
    gate: Arc<Gate>,
}

impl ProxyProtocol {
    #[must_use]
    pub fn new(gate: Arc<Gate>) -> Self {
        Self { gate }
    }

    /// Reads it from a connection in plain text.
    pub async fn read_plain(&self, stream: &mut Stream) -> Result<(), BadHeader> {
        self.check(stream.get_socket_digest().as_deref())?;
        let (fd, client) = (stream.id(), self.read(stream).await?);
        if let Some(client) = client {
            stream.set_socket_digest(digest(fd, client));
        }
        Ok(())
    }

    fn check(&self, digest: Option<&SocketDigest>) -> Result<(), BadHeader> {
        let peer = digest
            .and_then(SocketDigest::peer_addr)
            .and_then(PeerAddr::as_inet)
            .ok_or(BadHeader::Untrusted)?;
        if self.gate.trusted_proxies.load().contains(peer.ip()) {
            Ok(())
        } else {
            Err(BadHeader::Untrusted)
        }
    }

    async fn read(
        &self,
        stream: &mut (impl AsyncRead + Unpin + Send + ?Sized),
    ) -> Result<Option<SocketAddr>, BadHeader> {
        pingora::time::timeout(PROXY_HEADER_WITHIN, read_header(stream))
            .await
            .map_err(|_| BadHeader::Late)?
    }
}

#[async_trait]
impl PreTlsProcess for ProxyProtocol {
    async fn process(&self, stream: &mut L4Stream) -> pingora::Result<()> {
        let read = async {
            self.check(stream.get_socket_digest().as_deref())?;
            self.read(stream).await
        };
        let client = read
            .await
            .or_err(ErrorType::HandshakeError, "no good PROXY header")?;
        if let Some(client) = client {
            let fd = stream.id();
            stream.set_socket_digest(digest(fd, client));
        }
        Ok(())
    }
}

/// The facts of the socket with another peer.
fn digest(fd: pingora::protocols::UniqueIDType, client: SocketAddr) -> SocketDigest {
    let digest = SocketDigest::from_raw_fd(fd);
    let _ = digest.peer_addr.set(Some(PeerAddr::Inet(client)));
    digest
}

/// Reads no byte more than the header. `None`: the proxy speaks for itself (`LOCAL`, `UNKNOWN`).
async fn read_header(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
) -> Result<Option<SocketAddr>, BadHeader> {
    let mut start = [0; 12];
    read_exact(stream, &mut start).await?;
    if start == V2_SIGNATURE {
        read_v2(stream).await
    } else if start.starts_with(b"PROXY ") {
        read_v1(stream, &start).await
    } else {
        Err(BadHeader::Malformed("unknown signature"))
    }
}

async fn read_exact(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    into: &mut [u8],
) -> Result<(), BadHeader> {
    stream
        .read_exact(into)
        .await
        .map(|_| ())
        .map_err(|_| BadHeader::Cut)
}

async fn read_v1(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    start: &[u8],
) -> Result<Option<SocketAddr>, BadHeader> {
    let mut line = start.to_vec();
    while !line.ends_with(b"\r\n") {
        if line.len() >= V1_LONGEST {
            return Err(BadHeader::Malformed("the line does not end"));
        }
        let mut byte = [0];
        read_exact(stream, &mut byte).await?;
        line.extend(byte);
    }
    parse_v1(&line[..line.len() - 2])
}

fn parse_v1(line: &[u8]) -> Result<Option<SocketAddr>, BadHeader> {
    let text = std::str::from_utf8(line).map_err(|_| BadHeader::Malformed("not text"))?;
    let mut words = text.split(' ').skip(1);
    let family = words.next();
    if family == Some("UNKNOWN") {
        return Ok(None);
    }
    let (Some(source), Some(_), Some(port), Some(_), None) = (
        words.next(),
        words.next(),
        words.next(),
        words.next(),
        words.next(),
    ) else {
        return Err(BadHeader::Malformed("not six words"));
    };
    let address: IpAddr = match family {
        Some("TCP4") => source.parse::<Ipv4Addr>().map(IpAddr::V4).ok(),
        Some("TCP6") => source.parse::<Ipv6Addr>().map(IpAddr::V6).ok(),
        _ => return Err(BadHeader::Malformed("unknown family")),
    }
    .ok_or(BadHeader::Malformed("the source is not an address"))?;
    let port = port
        .parse()
        .map_err(|_| BadHeader::Malformed("the port is not a port"))?;
    Ok(Some(SocketAddr::new(address, port)))
}

async fn read_v2(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
) -> Result<Option<SocketAddr>, BadHeader> {
    let mut rest = [0; 4];
    read_exact(stream, &mut rest).await?;
    let [version_command, family, high, low] = rest;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if version_command >> 4 != 2 {
        return Err(BadHeader::Malformed("unknown version"));
    }
    if length > V2_LONGEST {
        return Err(BadHeader::Malformed("too long"));
    }
    let mut body = vec![0; length];
    read_exact(stream, &mut body).await?;
    match version_command & 0x0f {
        0 => Ok(None),
        1 => parse_v2(family, &body).map(Some),
        _ => Err(BadHeader::Malformed("unknown command")),
    }
}

fn parse_v2(family: u8, body: &[u8]) -> Result<SocketAddr, BadHeader> {
    const SHORT: BadHeader = BadHeader::Malformed("the addresses are cut short");
    let port = |at: usize| match body.get(at..at + 2) {
        Some(&[high, low]) => Ok(u16::from_be_bytes([high, low])),
        _ => Err(SHORT),
    };
    match family {
        0x11 => {
            let octets: [u8; 4] = body.get(..4).and_then(|b| b.try_into().ok()).ok_or(SHORT)?;
            Ok(SocketAddr::new(Ipv4Addr::from(octets).into(), port(8)?))
        }
        0x21 => {
            let octets: [u8; 16] = body
                .get(..16)
                .and_then(|b| b.try_into().ok())
                .ok_or(SHORT)?;
            Ok(SocketAddr::new(Ipv6Addr::from(octets).into(), port(32)?))
        }
        _ => Err(BadHeader::Malformed("not TCP over IPv4 or IPv6")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(mut bytes: &[u8]) -> (Result<Option<SocketAddr>, BadHeader>, Vec<u8>) {
        let header = read_header(&mut bytes).await;
        (header, bytes.to_vec())
    }

    #[tokio::test]
    async fn version_1_names_the_client_and_nothing_after_it_is_touched() {
        let (header, rest) = read(b"PROXY TCP4 198.51.100.7 192.0.2.1 5000 443\r\nGET /").await;
        assert_eq!(header.unwrap().unwrap().to_string(), "198.51.100.7:5000");
        assert_eq!(rest, b"GET /");
        let (header, _) = read(b"PROXY TCP6 2001:db8::7 2001:db8::1 5000 443\r\n").await;
        assert_eq!(header.unwrap().unwrap().to_string(), "[2001:db8::7]:5000");
        let (header, rest) = read(b"PROXY UNKNOWN\r\nG").await;
        assert_eq!((header, rest.as_slice()), (Ok(None), b"G".as_slice()));
    }

    #[tokio::test]
    async fn version_2_names_the_client_and_extensions_are_passed_over() {
        let mut bytes = V2_SIGNATURE.to_vec();
        bytes.extend([0x21, 0x11, 0, 15]);
        bytes.extend([198, 51, 100, 7, 192, 0, 2, 1, 0x13, 0x88, 1, 0xbb]);
        bytes.extend([4, 0, 0]);
        bytes.extend(b"GET /");
        let (header, rest) = read(&bytes).await;
        assert_eq!(header.unwrap().unwrap().to_string(), "198.51.100.7:5000");
        assert_eq!(rest, b"GET /");
    }

    #[tokio::test]
    async fn the_health_check_of_a_balancer_stands_for_itself() {
        let mut bytes = V2_SIGNATURE.to_vec();
        bytes.extend([0x20, 0, 0, 0]);
        assert_eq!(read(&bytes).await.0, Ok(None));
    }

    #[tokio::test]
    async fn attack_05_what_is_no_proxy_header_is_refused() {
        let mut cut = V2_SIGNATURE.to_vec();
        cut.extend([0x21, 0x11, 0, 4, 1, 2, 3, 4]);
        let mut huge = V2_SIGNATURE.to_vec();
        huge.extend([0x21, 0x11, 0xff, 0xff]);
        let endless = format!("PROXY TCP4 {}", "1".repeat(200));
        for bad in [
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".as_slice(),
            b"PROXY TCP4 198.51.100.7 192.0.2.1 5000\r\n",
            b"PROXY TCP4 2001:db8::7 2001:db8::1 5000 443\r\n",
            b"PROXY TCP4 198.51.100.7 192.0.2.1 99999 443\r\n",
            b"PROXY TCP4  198.51.100.7 192.0.2.1 5000 443\r\n",
            endless.as_bytes(),
            &cut,
            &huge,
        ] {
            assert!(read(bad).await.0.is_err(), "{}", bad.escape_ascii());
        }
    }
}
