//! Reading PEM, with the reasons that an operator can act on.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::CertificateError as Error;

/// PEM, and what it is called in a sentence that complains of it: its file, where it has one.
#[derive(Clone, Copy)]
pub struct Pem<'a> {
    pub called: &'a Path,
    pub text: &'a [u8],
}

pub(crate) fn certificates(pem: Pem<'_>) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.text)
        .collect::<Result<_, _>>()
        .map_err(|error| not_pem(pem.called, &error))?;
    if certificates.is_empty() {
        let file = pem.called.into();
        return Err(Error::NoCertificate { file });
    }
    Ok(certificates)
}

pub(crate) fn key(pem: Pem<'_>) -> Result<PrivateKeyDer<'static>, Error> {
    let file = || pem.called.into();
    PrivateKeyDer::from_pem_slice(pem.text).map_err(|error| match error {
        _ if is_encrypted(pem.text) => Error::EncryptedKey { file: file() },
        pem::Error::NoItemsFound => Error::NoKey { file: file() },
        error => not_pem(pem.called, &error),
    })
}

pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(file).map_err(|why| Error::Unreadable {
        file: file.into(),
        why,
    })
}

/// A certificate in PEM (RFC 7468 §5).
pub(crate) fn write(certificate: &CertificateDer<'_>) -> String {
    let text = STANDARD.encode(certificate);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for (index, letter) in text.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str("\n-----END CERTIFICATE-----\n");
    pem
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
