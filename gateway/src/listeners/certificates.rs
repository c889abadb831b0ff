//! The certificates of all TLS listeners, loaded at start and again when they change.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use certs::store::{Expiry, Files};
use certs::{CertificateError, CertificateStore};
use config::Timestamp;
use config::settings::{Listener, Settings};

/// Every certificate that cannot be used, each with its reason and what to do.
#[derive(Debug)]
pub struct Unusable(pub Vec<(SocketAddr, CertificateError)>);

impl std::error::Error for Unusable {}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (address, why)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}listener {address}: {why}")?;
        }
        Ok(())
    }
}

/// By listener; what a listener serves can be exchanged, which listeners there are cannot.
#[derive(Clone, Debug, Default)]
pub struct Certificates(Arc<Vec<(SocketAddr, Arc<CertificateStore>)>>);

impl Certificates {
    /// Loads the certificates of all listeners.
    ///
    /// # Errors
    /// All that cannot be used.
    pub fn load(settings: &Settings) -> Result<Self, Unusable> {
        let mut stores = Vec::new();
        let mut errors = Vec::new();
        for listener in settings.listeners.iter().filter(|l| l.tls.is_some()) {
            match CertificateStore::load(&files(listener)) {
                Ok(store) => stores.push((listener.address, Arc::new(store))),
                Err(why) => errors.extend(why.into_iter().map(|why| (listener.address, why))),
            }
        }
        if errors.is_empty() {
            Ok(Self(Arc::new(stores)))
        } else {
            Err(Unusable(errors))
        }
    }

    /// Loads what the settings now name. A listener one of whose certificates cannot be used keeps
    /// all that it served before.
    ///
    /// # Errors
    /// All that cannot be used.
    pub fn reload(&self, settings: &Settings, now: Timestamp) -> Result<(), Unusable> {
        let mut errors = Vec::new();
        for listener in settings.listeners.iter().filter(|l| l.tls.is_some()) {
            let Some(store) = self.of(listener) else {
                continue;
            };
            if let Err(why) = store.reload(&files(listener), now.as_seconds()) {
                errors.extend(why.into_iter().map(|why| (listener.address, why)));
            }
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Unusable(errors))
        }
    }

    #[must_use]
    pub fn of(&self, listener: &Listener) -> Option<Arc<CertificateStore>> {
        self.0
            .iter()
            .find(|(address, _)| *address == listener.address)
            .map(|(_, store)| Arc::clone(store))
    }

    /// When each certificate that is being served expires.
    #[must_use]
    pub fn expiries(&self) -> Vec<Expiry> {
        self.0
            .iter()
            .flat_map(|(_, store)| store.expiries())
            .collect()
    }
}

fn files(listener: &Listener) -> Vec<Files> {
    let certificates = listener.tls.iter().flat_map(|tls| &tls.certificates);
    certificates
        .map(|files| -> (PathBuf, PathBuf) { (files.certificate.clone(), files.key.clone()) })
        .collect()
}
