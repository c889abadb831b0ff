//! One certificate with its chain and key, read and checked before any handshake sees it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};
use x509_parser::prelude::{ASN1Time, FromDer, GeneralName, X509Certificate};

use crate::CertificateError as Error;
use crate::pem::{self, Pem};

/// What the certificates of an upload are called.
const CHAIN: &str = "chain";

/// Where a pair comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Files {
        certificate: PathBuf,
        key: PathBuf,
    },
    /// Somebody uploaded it; all nodes know it by this id.
    Upload(String),
}

impl Origin {
    /// What a sentence calls the certificate.
    fn called(&self) -> PathBuf {
        match self {
            Self::Files { certificate, .. } => certificate.clone(),
            Self::Upload(_) => CHAIN.into(),
        }
    }
}

/// A usable pair. It may have expired: whether that matters is for the caller to say, see
/// [`Pair::check_time`].
#[derive(Clone, Debug)]
pub struct Pair {
    pub origin: Origin,
    /// The names that the certificate is for, lower case; `*.` begins those for one label more.
    pub names: Vec<String>,
    /// Who signed it, as the certificate writes it.
    pub issuer: String,
    /// Seconds since 1970.
    pub not_before: i64,
    /// Seconds since 1970.
    pub not_after: i64,
    pub certified: Arc<CertifiedKey>,
}

impl Pair {
    /// Loads a pair from its files.
    ///
    /// # Errors
    /// As [`Pair::read`]; and a file that cannot be read.
    pub fn load(certificate_file: &Path, key_file: &Path) -> Result<Self, Error> {
        let (chain, key) = (pem::read(certificate_file)?, pem::read(key_file)?);
        let origin = Origin::Files {
            certificate: certificate_file.into(),
            key: key_file.into(),
        };
        let named = |called, text| Pem { called, text };
        Self::read(
            origin,
            named(certificate_file, &chain),
            named(key_file, &key),
        )
    }

    /// Reads a pair that was uploaded, and is known by this id. Its parts are called `chain` and `key`.
    ///
    /// # Errors
    /// As [`Pair::read`].
    pub fn of_upload(id: &str, chain: &str, key: &str) -> Result<Self, Error> {
        let chain = Pem {
            called: Path::new(CHAIN),
            text: chain.as_bytes(),
        };
        let key = Pem {
            called: Path::new("key"),
            text: key.as_bytes(),
        };
        Self::read(Origin::Upload(id.to_owned()), chain, key)
    }

    /// Reads a pair. The first certificate must be the host's, each one below must have issued the
    /// one above, and the key must be the host's.
    ///
    /// # Errors
    /// The first thing found wrong, as a sentence.
    pub fn read(origin: Origin, chain: Pem<'_>, key: Pem<'_>) -> Result<Self, Error> {
        let certificates = pem::certificates(chain)?;
        let private = pem::key(key)?;
        let facts = Facts::of(chain.called, &certificates)?;
        let certified = CertifiedKey::from_der(certificates, private, &provider());
        let certified = certified.map_err(|error| match error {
            TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => Error::KeyOfAnother {
                certificate: chain.called.into(),
                key: key.called.into(),
            },
            other => Error::UnusableKey {
                file: key.called.into(),
                why: other.to_string(),
            },
        })?;
        Ok(Self {
            origin,
            names: facts.names,
            issuer: facts.issuer,
            not_before: facts.not_before,
            not_after: facts.not_after,
            certified: Arc::new(certified),
        })
    }

    /// Whether browsers accept it at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Expired`] or [`Error::NotYetValid`].
    pub fn check_time(&self, now: i64) -> Result<(), Error> {
        let file = self.origin.called();
        if now > self.not_after {
            let on = date(self.not_after);
            return Err(Error::Expired { file, on });
        }
        if now < self.not_before {
            let from = date(self.not_before);
            return Err(Error::NotYetValid { file, from });
        }
        Ok(())
    }

    /// The certificates alone, written anew in PEM: whatever else stood between them is left out.
    #[must_use]
    pub fn chain_pem(&self) -> String {
        self.certified
            .cert
            .iter()
            .map(|der| pem::write(der))
            .collect()
    }
}

/// The one provider of cryptography in this program.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()))
}

fn date(seconds: i64) -> String {
    ASN1Time::from_timestamp(seconds).map_or_else(
        |_| seconds.to_string(),
        |time| time.to_datetime().date().to_string(),
    )
}

/// What the first certificate says of itself.
struct Facts {
    names: Vec<String>,
    issuer: String,
    not_before: i64,
    not_after: i64,
}

impl Facts {
    fn of(file: &Path, chain: &[CertificateDer<'_>]) -> Result<Self, Error> {
        let chain: Vec<X509Certificate<'_>> = chain
            .iter()
            .map(|der| parse(file, der))
            .collect::<Result<_, _>>()?;
        let Some(leaf) = chain.first() else {
            return Err(Error::NoCertificate { file: file.into() });
        };
        // A self-signed certificate for a host may call itself an authority; with a chain below it,
        // it is in the wrong place.
        if leaf.is_ca() && chain.len() > 1 {
            return Err(Error::AuthorityFirst { file: file.into() });
        }
        let mut links = chain.windows(2).enumerate();
        let broken = links.find(|(_, pair)| pair[0].issuer() != pair[1].subject());
        if let Some((above, _)) = broken {
            return Err(Error::ChainOutOfOrder {
                file: file.into(),
                position: above + 2,
            });
        }
        let names = names_of(leaf);
        if names.is_empty() {
            return Err(Error::NoNames { file: file.into() });
        }
        Ok(Self {
            names,
            issuer: leaf.issuer().to_string(),
            not_before: leaf.validity().not_before.timestamp(),
            not_after: leaf.validity().not_after.timestamp(),
        })
    }
}

fn parse<'a>(file: &Path, der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, Error> {
    X509Certificate::from_der(der)
        .map(|(_, certificate)| certificate)
        .map_err(|error| Error::BadCertificate {
            file: file.into(),
            why: error.to_string(),
        })
}

fn names_of(leaf: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = leaf.subject_alternative_name() else {
        return Vec::new();
    };
    let names = names.value.general_names.iter();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        })
        .collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(sixteen).to_string())
}
