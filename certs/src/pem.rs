//! Reading PEM files, with the reasons that an operator can act on.

use std::path::Path;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::CertificateError as Error;

pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let text = read(file)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|error| not_pem(file, &error))?;
    if certificates.is_empty() {
        return Err(Error::NoCertificate { file: file.into() });
    }
    Ok(certificates)
}

pub(crate) fn key(file: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let text = read(file)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        pem::Error::NoItemsFound if is_encrypted(&text) => {
            Error::EncryptedKey { file: file.into() }
        }
        pem::Error::NoItemsFound => Error::NoKey { file: file.into() },
        error => not_pem(file, &error),
    })
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(file).map_err(|why| Error::Unreadable {
        file: file.into(),
        why,
    })
}

fn is_encrypted(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")
}

/// The library's own words may repeat a line of the file, which may be a part of a key.
fn not_pem(file: &Path, error: &pem::Error) -> Error {
    let why = match error {
        pem::Error::MissingSectionEnd { .. } => "a block has no END line; the file is cut short",
        pem::Error::IllegalSectionStart { .. } => "a BEGIN line is malformed",
        pem::Error::Base64Decode(_) => "a block is not base64",
        pem::Error::SectionTooLarge => "a block is too large",
        _ => "it could not be parsed",
    };
    Error::NotPem {
        file: file.into(),
        why: why.into(),
    }
}
