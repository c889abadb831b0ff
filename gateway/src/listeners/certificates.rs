//! The certificates of all TLS listeners: those of files, loaded at start and again when they change,
//! and beside them those that are uploaded.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use certs::store::{Expiry, Files};
use certs::{CertificateError, CertificateStore, Origin, client_authority};
use config::Timestamp;
use config::settings::{Listener, Settings};
use config::surroundings::CertificateSeen;
use parking_lot::Mutex;

use super::uploads::Uploads;

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
pub struct Certificates {
    stores: Arc<Vec<(SocketAddr, Arc<CertificateStore>)>>,
    /// What each listener was last told to load, whether or not that could be done. Held as long as a
    /// reload takes, so that of two the later one counts.
    wanted: Arc<Mutex<HashMap<SocketAddr, Vec<Files>>>>,
    /// The files that say whose client certificates are taken, as they were at the start.
    authorities: Arc<Vec<(SocketAddr, Vec<u8>)>>,
    pub(super) uploads: Arc<Uploads>,
}

impl Certificates {
    /// Loads the certificates of all listeners.
    ///
    /// # Errors
    /// All that cannot be used.
    pub fn load(settings: &Settings, now: Timestamp) -> Result<Self, Unusable> {
        let (mut stores, mut authorities) = (Vec::new(), Vec::new());
        let mut errors = Vec::new();
        let mut wanted = HashMap::new();
        for listener in settings.listeners.iter().filter(|l| l.tls.is_some()) {
            wanted.insert(listener.address, files(listener));
            match CertificateStore::load(&files(listener), now.as_seconds()) {
                Ok(store) => stores.push((listener.address, Arc::new(store))),
                Err(why) => errors.extend(why.into_iter().map(|why| (listener.address, why))),
            }
            match authority(listener) {
                Ok(Some(bytes)) => authorities.push((listener.address, bytes)),
                Ok(None) => {}
                Err(why) => errors.push((listener.address, why)),
            }
        }
        if errors.is_empty() {
            Ok(Self {
                stores: Arc::new(stores),
                wanted: Arc::new(Mutex::new(wanted)),
                authorities: Arc::new(authorities),
                uploads: Arc::default(),
            })
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
        let mut wanted = self.wanted.lock();
        for listener in settings.listeners.iter().filter(|l| l.tls.is_some()) {
            let Some(store) = self.of(listener) else {
                continue;
            };
            wanted.insert(listener.address, files(listener));
            if let Err(why) = store.reload(&files(listener), now.as_seconds()) {
                errors.extend(why.into_iter().map(|why| (listener.address, why)));
            }
            if let Err(why) = self.compare_authority(listener) {
                errors.push((listener.address, why));
            }
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Unusable(errors))
        }
    }

    /// Loads the files again that the settings named last. A listener one of whose certificates cannot
    /// be used keeps all that it served before.
    ///
    /// # Errors
    /// All that cannot be used.
    pub fn reload_same(&self, now: Timestamp) -> Result<(), Unusable> {
        let mut errors = Vec::new();
        let wanted = self.wanted.lock();
        for (address, store) in self.stores.iter() {
            let files = wanted.get(address).map_or(&[][..], Vec::as_slice);
            if let Err(why) = store.reload(files, now.as_seconds()) {
                errors.extend(why.into_iter().map(|why| (*address, why)));
            }
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Unusable(errors))
        }
    }

    /// TLS sessions that were begun with an authority could be resumed after it was taken out of
    /// its file, so a change comes into force with a new process only.
    fn compare_authority(&self, listener: &Listener) -> Result<(), CertificateError> {
        let Some(now) = authority(listener)? else {
            return Ok(());
        };
        let mut then = self.authorities.iter();
        let then = then.find(|(address, _)| *address == listener.address);
        if then.is_some_and(|(_, then)| *then != now) {
            tracing::warn!(
                listener = %listener.address,
                "the authorities of client certificates have changed: this change needs a restart"
            );
        }
        Ok(())
    }

    /// An expired certificate is served nonetheless, for the sake of the other hosts: say so aloud.
    pub fn tell_of_expired(&self, now: Timestamp) {
        for expiry in self.expiries() {
            if expiry.not_after <= now.as_seconds() {
                tracing::error!(
                    name = expiry.name,
                    "this certificate has expired, and browsers refuse it: put a renewed one in its \
                     place, which is served at once"
                );
            }
        }
    }

    #[must_use]
    pub fn of(&self, listener: &Listener) -> Option<Arc<CertificateStore>> {
        self.stores
            .iter()
            .find(|(address, _)| *address == listener.address)
            .map(|(_, store)| Arc::clone(store))
    }

    pub(super) fn stores(&self) -> impl Iterator<Item = &Arc<CertificateStore>> {
        self.stores.iter().map(|(_, store)| store)
    }

    /// The listeners that have no certificate to show, so that nobody gets through them.
    #[must_use]
    pub fn bare(&self) -> Vec<SocketAddr> {
        let stores = self.stores.iter();
        stores
            .filter(|(_, store)| store.pairs().is_empty())
            .map(|(address, _)| *address)
            .collect()
    }

    /// When each certificate that is being served expires.
    #[must_use]
    pub fn expiries(&self) -> Vec<Expiry> {
        self.stores
            .iter()
            .flat_map(|(_, store)| store.expiries())
            .collect()
    }
}

impl Certificates {
    /// Each certificate that is being served, and where.
    #[must_use]
    pub fn seen(&self) -> Vec<CertificateSeen> {
        let moment = |seconds: i64| Timestamp(seconds.saturating_mul(1000));
        let stores = self.stores.iter();
        stores
            .flat_map(|(listener, store)| {
                let pairs = store.pairs().into_iter();
                pairs.map(|(pair, superseded)| {
                    let (file, upload) = match &pair.origin {
                        Origin::Files { certificate, .. } => {
                            (Some(certificate.display().to_string()), None)
                        }
                        Origin::Upload(id) => (None, Some(id.clone())),
                    };
                    CertificateSeen {
                        listener: *listener,
                        names: pair.names.clone(),
                        issuer: pair.issuer.clone(),
                        not_before: moment(pair.not_before),
                        not_after: moment(pair.not_after),
                        file,
                        upload,
                        superseded,
                    }
                })
            })
            .collect()
    }
}

/// What the file holds that names the authorities of client certificates, if it can be used.
fn authority(listener: &Listener) -> Result<Option<Vec<u8>>, CertificateError> {
    let tls = listener.tls.as_ref();
    let Some(file) = tls.and_then(|tls| tls.client_authority.as_ref()) else {
        return Ok(None);
    };
    client_authority::load(file)?;
    let unreadable = |why| CertificateError::Unreadable {
        file: file.clone(),
        why,
    };
    std::fs::read(file).map(Some).map_err(unreadable)
}

fn files(listener: &Listener) -> Vec<Files> {
    let certificates = listener.tls.iter().flat_map(|tls| &tls.certificates);
    certificates
        .map(|files| -> (PathBuf, PathBuf) { (files.certificate.clone(), files.key.clone()) })
        .collect()
}
