//! Where the gateway takes connections: one pingora service for each listener of the settings.
//!
//! The sockets are bound here rather than by pingora, because pingora panics in a background task
//! where a port is taken; handed to it in the table that it also uses for inherited sockets.

pub mod door;
pub mod h2;

use std::net::SocketAddr;
use std::os::fd::IntoRawFd;
use std::sync::Arc;

use config::settings::Listener;
use parking_lot::Mutex;
use pingora::listeners::ListenerConfig;
use pingora::listeners::tls::TlsSettings;
use pingora::server::Fds;
use pingora::services::listening::Service;

use self::door::Door;

#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("cannot listen on {address}: {why}; free the address or change [[listener]] address")]
    Bind {
        address: SocketAddr,
        why: std::io::Error,
    },
    #[error("the certificate of {address} cannot be used: {why}")]
    Tls { address: SocketAddr, why: String },
}

/// The sockets that the listeners of this process use, by address.
pub type Sockets = Arc<Mutex<Fds>>;

/// Binds all addresses that are not in `sockets` already (inherited from a process that is being
/// replaced).
pub fn bind(listeners: &[Listener], sockets: &Sockets) -> Result<(), ListenError> {
    for listener in listeners {
        let key = listener.address.to_string();
        if sockets.lock().get(&key).is_some() {
            continue;
        }
        let socket =
            std::net::TcpListener::bind(listener.address).map_err(|why| ListenError::Bind {
                address: listener.address,
                why,
            })?;
        sockets.lock().add(key, socket.into_raw_fd());
    }
    Ok(())
}

/// The service of one listener.
pub fn service(listener: &Listener, door: Door) -> Result<Service<Door>, ListenError> {
    let mut service = Service::new(format!("listener {}", listener.address), door);
    let mut endpoint = ListenerConfig::tcp(listener.address.to_string());
    if let Some(tls) = &listener.tls {
        let failed = |why: String| ListenError::Tls {
            address: listener.address,
            why,
        };
        let files = tls
            .certificates
            .first()
            .ok_or_else(|| failed("no certificate is given".into()))?;
        let mut settings = TlsSettings::intermediate(
            &files.certificate.to_string_lossy(),
            &files.key.to_string_lossy(),
        )
        .map_err(|e| failed(e.to_string()))?;
        settings.enable_h2();
        endpoint = endpoint.tls(settings);
    }
    service.add_listener(endpoint);
    Ok(service)
}
