//! The certificates that a listener serves: the right one in each handshake, swapped whole while
//! the gateway runs, and never a bad one for a good one.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::{CertificateError, Pair};

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
}

impl CertificateStore {
    /// Loads all pairs. An expired one is served nonetheless: refusing it would shut out the hosts
    /// of all others as well. [`CertificateStore::expiries`] shows it.
    ///
    /// # Errors
    /// Every pair that cannot be used, each with its reason.
    pub fn load(files: &[Files]) -> Result<Self, Vec<CertificateError>> {
        let pairs = files
            .iter()
            .map(|(certificate, key)| Pair::load(certificate, key));
        let (pairs, errors) = part(pairs);
        match Served::new(pairs) {
            Some(served) if errors.is_empty() => Ok(Self {
                served: ArcSwap::from_pointee(served),
            }),
            _ => Err(errors),
        }
    }

    /// Loads the pairs again, or others. All of them come into force, or none: after an error the
    /// earlier ones are still served. One that has expired at `now` (seconds since 1970) is an error
    /// unless it is what is served already.
    ///
    /// # Errors
    /// Every pair that cannot be used, each with its reason.
    pub fn reload(&self, files: &[Files], now: i64) -> Result<(), Vec<CertificateError>> {
        let served = self.served.load();
        let pairs = files.iter().map(|(certificate, key)| {
            let pair = Pair::load(certificate, key)?;
            if !served.has(&pair) {
                pair.check_time(now)?;
            }
            Ok(pair)
        });
        let (pairs, errors) = part(pairs);
        match Served::new(pairs) {
            Some(new) if errors.is_empty() => {
                self.served.store(Arc::new(new));
                Ok(())
            }
            _ => Err(errors),
        }
    }

    /// What is being served just now.
    #[must_use]
    pub fn pairs(&self) -> Vec<Arc<Pair>> {
        self.served.load().pairs.clone()
    }

    /// Of each certificate that is being served, for metrics and warnings.
    #[must_use]
    pub fn expiries(&self) -> Vec<Expiry> {
        let served = self.served.load();
        let expiries = served.pairs.iter().map(|pair| Expiry {
            name: pair.names.first().cloned().unwrap_or_default(),
            not_after: pair.not_after,
        });
        expiries.collect()
    }
}

impl ResolvesServerCert for CertificateStore {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let served = self.served.load();
        let usable = |pair: &&Arc<Pair>| {
            let key = &pair.certified.key;
            key.choose_scheme(hello.signature_schemes()).is_some()
        };
        let named = hello.server_name().map(|name| served.named(name));
        let pair = named
            .and_then(|pairs| pairs.iter().find(usable))
            .or_else(|| served.pairs.iter().find(usable))
            .or_else(|| served.pairs.first())?;
        Some(Arc::clone(&pair.certified))
    }
}

fn part(
    pairs: impl Iterator<Item = Result<Pair, CertificateError>>,
) -> (Vec<Pair>, Vec<CertificateError>) {
    let mut good = Vec::new();
    let mut bad = Vec::new();
    for pair in pairs {
        match pair {
            Ok(pair) => good.push(pair),
            Err(error) => bad.push(error),
        }
    }
    (good, bad)
}

#[derive(Debug)]
struct Served {
    /// As they were named; the first is the default.
    pairs: Vec<Arc<Pair>>,
    /// By name, several where there are certificates of different kinds of keys for it.
    exact: HashMap<String, Vec<Arc<Pair>>>,
    /// By what follows `*.`.
    wildcard: HashMap<String, Vec<Arc<Pair>>>,
}

impl Served {
    /// `None` if there are no pairs.
    fn new(pairs: Vec<Pair>) -> Option<Self> {
        let pairs: Vec<_> = pairs.into_iter().map(Arc::new).collect();
        let mut exact: HashMap<String, Vec<_>> = HashMap::new();
        let mut wildcard: HashMap<String, Vec<_>> = HashMap::new();
        for pair in &pairs {
            for name in &pair.names {
                let (names, name) = match name.strip_prefix("*.") {
                    Some(suffix) => (&mut wildcard, suffix),
                    None => (&mut exact, name.as_str()),
                };
                names
                    .entry(name.to_owned())
                    .or_default()
                    .push(Arc::clone(pair));
            }
        }
        (!pairs.is_empty()).then_some(Self {
            pairs,
            exact,
            wildcard,
        })
    }

    /// `name` is in lower case, as rustls hands it over.
    fn named(&self, name: &str) -> &[Arc<Pair>] {
        let exact = self.exact.get(name);
        exact
            .or_else(|| self.wildcard.get(name.split_once('.')?.1))
            .map_or(&[], Vec::as_slice)
    }

    fn has(&self, pair: &Pair) -> bool {
        self.pairs
            .iter()
            .any(|served| served.certified.cert == pair.certified.cert)
    }
}
