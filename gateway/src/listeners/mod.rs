//! Where the gateway takes connections: one pingora service for each listener of the settings.
//!
//! The sockets are bound here rather than by pingora, because pingora panics in a background task
//! where a port is taken; handed to it in the table that it also uses for inherited sockets.

pub mod certificates;
pub mod connections;
pub mod door;
pub mod h2;
pub mod proxy_protocol;
pub mod redirect;

use std::collections::HashSet;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::IntoRawFd;
use std::sync::Arc;

use certs::{CertificateStore, client_authority};
use config::settings::Listener;
use parking_lot::Mutex;
use pingora::apps::ServerApp;
use pingora::listeners::tls::TlsSettings;
use pingora::listeners::{ALPN, ListenerConfig, TlsAccept};
use pingora::server::Fds;
use pingora::services::listening::Service;

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

/// Binds all addresses that are not in `sockets` already (inherited from a process that is being
/// replaced).
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
        let bound = TcpListener::bind(listener.address).and_then(|socket| {
            // pingora takes the socket as it is, and its accepting must not block.
            socket.set_nonblocking(true)?;
            Ok(socket)
        });
        let socket = bound.map_err(|why| ListenError::Bind {
            address: listener.address,
            why,
        })?;
        sockets.lock().add(key, socket.into_raw_fd());
    }
    Ok(())
}

/// What a listener without TLS, or with the certificates in `certificates`, listens on.
pub(crate) fn endpoint(
    listener: &Listener,
    certificates: Option<Arc<CertificateStore>>,
) -> Result<ListenerConfig, ListenError> {
    let endpoint = ListenerConfig::tcp(listener.address.to_string());
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
