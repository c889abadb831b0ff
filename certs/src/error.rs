//! What can be wrong with a certificate or its key, in sentences that say what to do.

use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error(
        "{file} cannot be read: {why}; give this user the right to read it, or correct the path"
    )]
    Unreadable { file: PathBuf, why: std::io::Error },
    #[error("{file} is not valid PEM: {why}; write the file again from where it was issued")]
    NotPem { file: PathBuf, why: String },
    #[error(
        "{file} holds no certificate; it must have the host's certificate first and its chain below"
    )]
    NoCertificate { file: PathBuf },
    #[error(
        "{file} holds no private key; it must have a PEM block BEGIN PRIVATE KEY (PKCS #8), BEGIN \
         RSA PRIVATE KEY or BEGIN EC PRIVATE KEY"
    )]
    NoKey { file: PathBuf },
    #[error(
        "{file} is encrypted with a passphrase; decrypt it with `openssl pkey -in {file} -out PLAIN` \
         and keep it readable by this user alone"
    )]
    EncryptedKey { file: PathBuf },
    #[error(
        "{file} holds a key that cannot be used: {why}; use RSA of 2048 bits or more, or ECDSA P-256"
    )]
    UnusableKey { file: PathBuf, why: String },
    #[error("{file} holds a certificate that cannot be read: {why}; have it issued again")]
    BadCertificate { file: PathBuf, why: String },
    #[error("{key} is not the key of {certificate}; name the pair that was issued together")]
    KeyOfAnother { certificate: PathBuf, key: PathBuf },
    #[error(
        "{file}: certificate {position} did not issue the one above it; put the host's certificate \
         first, then the one that issued it, and so on"
    )]
    ChainOutOfOrder { file: PathBuf, position: usize },
    #[error(
        "{file}: the first certificate belongs to an authority, not to a host; put the host's \
         certificate first"
    )]
    AuthorityFirst { file: PathBuf },
    #[error(
        "{file}: the certificate names no host (subjectAltName); have it issued for its host names"
    )]
    NoNames { file: PathBuf },
    #[error("{file}: the certificate expired on {on}; put a renewed one in its place")]
    Expired { file: PathBuf, on: String },
    #[error(
        "{file}: the certificate is not valid before {from}; check this machine's clock, or use an \
         earlier one until then"
    )]
    NotYetValid { file: PathBuf, from: String },
    #[error("no certificate would be left to serve; name one, or upload one")]
    NoneLeft,
    #[error("{file} holds no usable authority for client certificates: {why}")]
    BadAuthority { file: PathBuf, why: String },
}

impl CertificateError {
    /// The file that it is about, or what an upload is called by.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::NoneLeft => None,
            Self::KeyOfAnother { key, .. } => Some(key),
            Self::Unreadable { file, .. }
            | Self::NotPem { file, .. }
            | Self::NoCertificate { file }
            | Self::NoKey { file }
            | Self::EncryptedKey { file }
            | Self::UnusableKey { file, .. }
            | Self::BadCertificate { file, .. }
            | Self::ChainOutOfOrder { file, .. }
            | Self::AuthorityFirst { file }
            | Self::NoNames { file }
            | Self::Expired { file, .. }
            | Self::NotYetValid { file, .. }
            | Self::BadAuthority { file, .. } => Some(file),
        }
    }
}
