//! The certificates that a listener serves: the right one in each handshake, swapped whole while
//! the gateway runs, and never a bad one for a good one.
//!
//! Some come from files and are read again; some are uploaded and handed in. Neither side waits for
//! the other.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::served::Served;
use crate::{CertificateError, Origin, Pair};

/// A certificate file and its key file.
pub type Files = (PathBuf, PathBuf);

/// Chooses by SNI: the exact name, then the wildcard above it, then the first pair. Handshakes read
/// it without a lock.
#[derive(Debug)]
pub struct CertificateStore {
    served: ArcSwap<Served>,
}

/// When a certificate that is being served expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The first name of the certificate.
    pub name: String,
    /// Seconds since 1970.
    pub not_after: i64,
    pub is_upload: bool,
}

impl CertificateStore {
    /// Loads all pairs. An expired one is served nonetheless: refusing it would shut out the hosts
    /// of all others as well. [`CertificateStore::expiries`] shows it. Without any, there is none to
    /// serve until one is uploaded.
    ///
    /// # Errors
    /// Every pair that cannot be used, each with its reason.
    pub fn load(files: &[Files], now: i64) -> Result<Self, Vec<CertificateError>> {
        let pairs = files
            .iter()
            .map(|(certificate, key)| Pair::load(certificate, key));
        let served = Served::new(all_good(pairs)?, Vec::new(), now);
        Ok(Self {
            served: ArcSwap::from_pointee(served),
        })
    }

    /// Loads the pairs again, or others. All of them come into force, or none: after an error the
    /// earlier ones are still served. One that has expired at `now` (seconds since 1970) is an error
    /// unless it is what is served already. Where there was none to begin with, none is no error.
    ///
    /// # Errors
    /// Every pair that cannot be used, each with its reason.
    pub fn reload(&self, files: &[Files], now: i64) -> Result<(), Vec<CertificateError>> {
        let served = self.served.load();
        let had_files = !served.files.is_empty();
        if files.is_empty() && had_files && served.uploads.is_empty() {
            return Err(vec![CertificateError::NoneLeft]);
        }
        let pairs = files.iter().map(|(certificate, key)| {
            let pair = Pair::load(certificate, key)?;
            if !served.has(&pair) {
                pair.check_time(now)?;
            }
            Ok(pair)
        });
        let files = all_good(pairs)?;
        self.served
            .rcu(|served| Served::new(files.clone(), served.uploads.clone(), now));
        Ok(())
    }

    /// Serves these uploads, the newest first, and no others.
    pub fn set_uploads(&self, uploads: &[Arc<Pair>], now: i64) {
        self.served
            .rcu(|served| Served::new(served.files.clone(), uploads.to_vec(), now));
    }

    /// What there is to serve just now, and whether others take its place in every handshake that browsers
    /// begin.
    #[must_use]
    pub fn pairs(&self) -> Vec<(Arc<Pair>, bool)> {
        self.served.load().superseded()
    }

    /// Of each certificate that browsers may be shown, for metrics and warnings.
    #[must_use]
    pub fn expiries(&self) -> Vec<Expiry> {
        let pairs = self.pairs().into_iter();
        let shown = pairs.filter(|(_, superseded)| !superseded);
        let expiries = shown.map(|(pair, _)| Expiry {
            name: pair.names.first().cloned().unwrap_or_default(),
            not_after: pair.not_after,
            is_upload: matches!(pair.origin, Origin::Upload(_)),
        });
        expiries.collect()
    }
}

impl ResolvesServerCert for CertificateStore {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let served = self.served.load();
        let pair = served.choose(hello.server_name(), |pair| {
            let key = &pair.certified.key;
            key.choose_scheme(hello.signature_schemes()).is_some()
        })?;
        Some(Arc::clone(&pair.certified))
    }
}

fn all_good(
    pairs: impl Iterator<Item = Result<Pair, CertificateError>>,
) -> Result<Vec<Arc<Pair>>, Vec<CertificateError>> {
    let mut good = Vec::new();
    let mut bad = Vec::new();
    for pair in pairs {
        match pair {
            Ok(pair) => good.push(Arc::new(pair)),
            Err(error) => bad.push(error),
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad) }
}
