//! Where the gateway takes connections: one pingora service for each listener of the settings.
//!
//! The sockets are bound here rather than by pingora, because pingora panics in a background task
//! where a port is taken; handed to it in the table that it also uses for inherited sockets.

pub mod certificate_problem;
pub mod certificates;
pub mod connections;
pub mod door;
pub mod h2;
pub mod observed;
pub(crate) mod patience;
pub mod proxy_protocol;
pub mod redirect;
pub mod sparing;
pub mod unread;
pub mod uploads;

use std::collections::HashSet;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::IntoRawFd;
use std::sync::Arc;

use certs::{CertificateStore, client_authority};
use config::Timestamp;
use config::settings::{Listener, Settings};
use parking_lot::Mutex;
use pingora::apps::ServerApp;
use pingora::listeners::tls::TlsSettings;
use pingora::listeners::{ALPN, L4BufferSettings, ListenerConfig, TlsAccept};
use pingora::server::Fds;
use pingora::services::listening::Service;
use tokio::net::TcpSocket;

use self::certificates::Certificates;
use self::proxy_protocol::ProxyProtocol;

#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("cannot listen on {address}: {why}; free the address or change [[listener]] address")]
    Bind {
        address: SocketAddr,
        why: std::io::Error,
    },
    #[error("TLS cannot be set up for {address}: {why}")]
    Tls { address: SocketAddr, why: String },
    #[error(transparent)]
    Certificates(#[from] certificates::Unusable),
}

/// The sockets that the listeners of this process use, by address.
pub type Sockets = Arc<Mutex<Fds>>;

/// Whether everything that the listeners need for TLS can be used.
pub(crate) fn check(settings: &Settings, now: Timestamp) -> Result<(), ListenError> {
    let certificates = Certificates::load(settings, now)?;
    for listener in &settings.listeners {
        endpoint(listener, certificates.of(listener))?;
    }
    Ok(())
}

/// Binds all addresses that are not in `sockets` already (inherited from a process that is being
/// replaced). Must be called on a runtime.
pub fn bind(listeners: &[Listener], sockets: &Sockets) -> Result<(), ListenError> {
    let wanted: HashSet<String> = listeners.iter().map(|l| l.address.to_string()).collect();
    for address in sockets.lock().close_unclaimed(&wanted) {
        tracing::info!(address, "no longer listening");
    }
    for listener in listeners {
        let key = listener.address.to_string();
        if sockets.lock().get(&key).is_some() {
            continue;
        }
        let socket = open(listener.address).map_err(|why| ListenError::Bind {
            address: listener.address,
            why,
        })?;
        sockets.lock().add(key, socket.into_raw_fd());
    }
    Ok(())
}

/// Where the operating system's limit allows, so many connections may wait to be accepted: those of
/// the seconds in which one process takes the place of another.
const WAITING: u32 = 4096;

/// As [`std::net::TcpListener::bind`], in whose queue 128 may wait. Must be called on a runtime.
fn open(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)?.into_std()
}

/// Each connection has such a buffer for as long as it is open, idle or not; pingora's own is 64 KiB.
/// Bodies are read into larger ones past it.
const READ_BUFFER: usize = 8 << 10;

/// What a listener without TLS, or with the certificates in `certificates`, listens on.
pub(crate) fn endpoint(
    listener: &Listener,
    certificates: Option<Arc<CertificateStore>>,
) -> Result<ListenerConfig, ListenError> {
    let buffer = L4BufferSettings::default().read(READ_BUFFER);
    let endpoint = ListenerConfig::tcp(listener.address.to_string()).l4_buffer(buffer);
    let (Some(tls), Some(certificates)) = (&listener.tls, certificates) else {
        return Ok(endpoint);
    };
    let mut settings =
        TlsSettings::with_callbacks(Box::new(NoCallbacks)).map_err(|why| ListenError::Tls {
            address: listener.address,
            why: why.to_string(),
        })?;
    settings.set_cert_resolver(certificates);
    if let Some(file) = &tls.client_authority {
        let verifier = client_authority::load(file)
            .map_err(|why| certificates::Unusable(vec![(listener.address, why)]))?;
        settings.set_client_cert_verifier(verifier);
    }
    settings.set_alpn(if tls.http2 { ALPN::H2H1 } else { ALPN::H1 });
    Ok(endpoint.tls(settings))
}

/// pingora offers no constructor without callbacks that takes no files.
struct NoCallbacks;

impl TlsAccept for NoCallbacks {}

/// The service of one listener.
pub(crate) fn service<A: ServerApp + Send + Sync + 'static>(
    listener: &Listener,
    endpoint: ListenerConfig,
    before_tls: Option<ProxyProtocol>,
    app: A,
) -> Service<A> {
    let mut service = Service::new(format!("listener {}", listener.address), app);
    if let (Some(_), Some(header)) = (&listener.tls, before_tls) {
        service.endpoints().set_pre_tls_callback(Arc::new(header));
    }
    service.add_listener(endpoint);
    service
}
