//! Client certificates: a listener that names an authority takes connections only from those that
//! it has certified.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use crate::pair::provider;
use crate::{CertificateError, pem};

/// Loads the authorities in a PEM file. A caller without a certificate from one of them is refused
/// in the handshake.
///
/// # Errors
/// If the file cannot be read, or holds nothing that can be an authority.
pub fn load(file: &Path) -> Result<Arc<dyn ClientCertVerifier>, CertificateError> {
    let bad = |why: String| CertificateError::BadAuthority {
        file: file.into(),
        why,
    };
    let mut roots = RootCertStore::empty();
    for certificate in pem::certificates(pem::Pem {
        called: file,
        text: &pem::read(file)?,
    })? {
        roots
            .add(certificate)
            .map_err(|error| bad(error.to_string()))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| bad(error.to_string()))
}
