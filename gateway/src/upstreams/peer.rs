//! What pingora needs to know to connect to an upstream, made once for a pool.
//!
//! Three traps of pingora's rustls connector are dealt with here. An empty server name switches
//! verification off: it is refused. Which authorities and which protocol a connection was made with
//! is no part of the key by which idle connections are found again: both go into the group key, so
//! that no pool gets a connection that was verified by the rules of another. And the trust store is
//! built anew for each connection where a pool has authorities of its own: connections are kept and
//! used again, which makes that rare.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use config::Problem;
use config::snapshot::{Pool, Protocol, UpstreamTls};
use pingora::protocols::l4::socket;
use pingora::protocols::{ALPN, TcpKeepalive};
use pingora::upstreams::peer::HttpPeer;
use pingora::utils::tls::{WrappedX509, parse_x509};
use rustls::pki_types::ServerName;

use super::problem;

/// Requests at the same time on one HTTP/2 connection.
const STREAMS_PER_CONNECTION: usize = 128;
/// So much of a response may wait in memory for a slow reader: for one stream, for one connection.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 2 * 1024 * 1024;

/// A peer that lacks only its address.
pub struct PeerTemplate(HttpPeer);

impl PeerTemplate {
    /// # Errors
    /// If the server name or the authorities cannot be read.
    pub fn new(pool: &Pool) -> Result<Self, Problem> {
        let server_name = pool.tls.as_ref().map(server_name).transpose()?;
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut peer = HttpPeer::new(nowhere, pool.tls.is_some(), server_name.unwrap_or_default());
        peer.group_key = group_key(pool);

        let options = &mut peer.options;
        options.alpn = match pool.protocol {
            Protocol::Http2 => ALPN::H2,
            Protocol::Either if pool.tls.is_some() => ALPN::H2H1,
            // Without TLS the two have no way to agree on HTTP/2.
            Protocol::Http1 | Protocol::Either => ALPN::H1,
        };
        if let Some(pem) = pool.tls.as_ref().and_then(|tls| tls.ca_pem.as_deref()) {
            options.ca = Some(authorities(pem)?);
        }
        let timeouts = &pool.timeouts;
        options.connection_timeout = Some(Duration::from_millis(timeouts.connect));
        options.total_connection_timeout = options.connection_timeout;
        options.read_timeout = Some(Duration::from_millis(timeouts.read));
        options.write_timeout = Some(Duration::from_millis(timeouts.write));
        options.idle_timeout = Some(Duration::from_millis(timeouts.idle));
        options.tcp_keepalive = Some(TcpKeepalive {
            idle: Duration::from_mins(1),
            interval: Duration::from_secs(10),
            count: 6,
            #[cfg(target_os = "linux")]
            user_timeout: Duration::ZERO,
        });
        options.max_h2_streams = STREAMS_PER_CONNECTION;
        options.h2_stream_window_size = Some(STREAM_WINDOW);
        options.h2_connection_window_size = Some(CONNECTION_WINDOW);
        Ok(Self(peer))
    }

    /// The peer at `address`. HTTP/2 knows no upgrade, so that a request for one asks for HTTP/1.1 where
    /// the pool leaves the choice.
    pub fn at(&self, address: SocketAddr, upgrade: bool) -> HttpPeer {
        let mut peer = self.0.clone();
        peer._address = socket::SocketAddr::Inet(address);
        if upgrade && peer.options.alpn == ALPN::H2H1 {
            peer.options.alpn = ALPN::H1;
        }
        peer
    }
}

fn server_name(tls: &UpstreamTls) -> Result<String, Problem> {
    match ServerName::try_from(tls.server_name.as_str()) {
        Ok(_) => Ok(tls.server_name.clone()),
        Err(_) => Err(problem(
            "tls.server_name",
            format!(
                "\"{}\" is not a name that a certificate can carry",
                tls.server_name
            ),
            "write the host name or IP address in the upstream's certificate",
        )),
    }
}

fn authorities(pem: &str) -> Result<Arc<[WrappedX509]>, Problem> {
    let certificates = config::snapshot::authorities::read(pem).map_err(|what| Problem {
        source: "pool".into(),
        key: "tls.ca_pem".into(),
        what,
        allowed: config::snapshot::authorities::ALLOWED.into(),
    })?;
    let wrapped = certificates.into_iter();
    Ok(wrapped
        .map(|certificate| WrappedX509::new(certificate.to_vec(), parse_x509))
        .collect())
}

fn group_key(pool: &Pool) -> u64 {
    let mut hasher = DefaultHasher::new();
    pool.tls.as_ref().map(|tls| &tls.ca_pem).hash(&mut hasher);
    (pool.protocol as u8).hash(&mut hasher);
    hasher.finish()
}
