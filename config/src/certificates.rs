//! Certificates that an administrator uploads: read by the gateway's TLS, kept by the admin plane,
//! served by every node.
//!
//! A private key is in here in the open, as in the snapshot's signing keys: none of these types shows it.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::problem::Problem;

/// One that every node serves, with its key. What an id stands for never changes.
#[derive(Clone, PartialEq, Eq)]
pub struct UploadedCertificate {
    pub id: String,
    /// PEM, the host's certificate first, then those above it.
    pub chain: Arc<str>,
    /// PEM.
    pub key: Arc<str>,
}

impl fmt::Debug for UploadedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadedCertificate")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateFacts {
    /// What it is for, in lower case; `*.` begins those for one label more.
    pub names: Vec<String>,
    /// Who signed it, as the certificate writes it.
    pub issuer: String,
    /// SHA-256 of the host's certificate, in hexadecimal digits.
    pub fingerprint: String,
    /// Milliseconds since 1970.
    pub not_before: Timestamp,
    /// Milliseconds since 1970.
    pub not_after: Timestamp,
}

/// What an upload turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadCertificate {
    pub facts: CertificateFacts,
    /// The certificates alone, in PEM: whatever else was pasted with them is left out.
    pub chain: String,
}

/// The TLS of this node, asked by whoever keeps certificates, so that what is kept can be served.
pub trait ServesCertificates: Send + Sync {
    /// Reads a chain and its key as a listener would. It must be valid at `now`.
    ///
    /// # Errors
    /// What is wrong with it; the key of the problem is `chain` or `key`.
    fn read(&self, chain: &str, key: &str, now: Timestamp) -> Result<ReadCertificate, Problem>;

    /// Reads the certificates again that this node has from files. A listener one of whose files
    /// cannot be used goes on with those that it had.
    ///
    /// # Errors
    /// What is wrong with each; the key of a problem is the file.
    fn reload(&self) -> BoxFuture<'_, Result<(), Vec<Problem>>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_an_upload_is_not_shown() {
        let upload = UploadedCertificate {
            id: "one".into(),
            chain: "a chain".into(),
            key: "hunter2".into(),
        };
        assert!(!format!("{upload:?}").contains("hunter2"));
    }
}
