//! A certificate authority for one developer's machine, so that `make run` speaks real TLS.
//!
//! It lives in a folder that it makes git ignore, with keys that only their owner reads, and it is
//! kept between runs so that a browser needs to be told of it once. It is no way to run in
//! production: whoever has the folder can pose as any host to a browser that trusts it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use crate::Pair;

const DAY: i64 = 86_400;
/// Long enough that a browser need not be told of a new authority again.
const AUTHORITY_DAYS: i64 = 3650;
/// Apple's systems refuse certificates of more than 825 days.
const HOST_DAYS: i64 = 365;
/// What expires sooner is made anew.
const RENEW_DAYS: i64 = 30;

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Development {
    /// To be told to browsers and `curl --cacert`.
    pub authority: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Whether a browser must be told of the authority, as it was made just now.
    pub new_authority: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum DevelopmentError {
    #[error("{path} cannot be written: {why}; choose a folder that this user may write to")]
    Unwritable { path: PathBuf, why: io::Error },
    #[error("the certificate could not be made: {0}; check the names that were given")]
    Making(#[from] rcgen::Error),
}

/// Makes the authority and a certificate for `names` in `folder`, or finds those made earlier if
/// they last for another month at `now` (seconds since 1970) and cover the names.
///
/// Give each name in full: browsers refuse `*.localhost`.
///
/// # Errors
/// If the folder cannot be written, or a name is no host name or address.
pub fn certificates(
    folder: &Path,
    names: &[String],
    now: i64,
) -> Result<Development, DevelopmentError> {
    fs::create_dir_all(folder).map_err(|why| unwritable(folder, why))?;
    write(&folder.join(".gitignore"), "*\n", 0o644)?;
    let mut made = Development {
        authority: folder.join("authority.pem"),
        certificate: folder.join("hosts.pem"),
        key: folder.join("hosts.key"),
        new_authority: false,
    };
    let authority_key = folder.join("authority.key");
    let authority = if let Some(kept) = Authority::read(&made.authority, &authority_key, now) {
        kept
    } else {
        made.new_authority = true;
        Authority::make(&made.authority, &authority_key, now)?
    };
    if made.new_authority || !covers(&made, names, now) {
        authority.certify(&made, names, now)?;
    }
    Ok(made)
}

fn covers(made: &Development, names: &[String], now: i64) -> bool {
    Pair::load(&made.certificate, &made.key).is_ok_and(|pair| {
        pair.not_after > now + RENEW_DAYS * DAY
            && names
                .iter()
                .all(|name| pair.names.contains(&name.to_ascii_lowercase()))
    })
}

struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn read(certificate: &Path, key: &Path, now: i64) -> Option<Self> {
        let pem = fs::read_to_string(certificate).ok()?;
        let (_, block) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).ok()?;
        let ends = block.parse_x509().ok()?.validity().not_after.timestamp();
        let key = KeyPair::from_pem(&fs::read_to_string(key).ok()?).ok()?;
        let issuer = Issuer::from_ca_cert_pem(&pem, key).ok()?;
        (ends > now + HOST_DAYS * DAY).then_some(Self { pem, issuer })
    }

    fn make(certificate: &Path, key_file: &Path, now: i64) -> Result<Self, DevelopmentError> {
        let key = KeyPair::generate()?;
        let mut params = params(
            Vec::new(),
            "Gatehouse development authority",
            now,
            AUTHORITY_DAYS,
        )?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = params.self_signed(&key)?.pem();
        write(key_file, &key.serialize_pem(), 0o600)?;
        write(certificate, &pem, 0o644)?;
        let issuer = Issuer::new(params, key);
        Ok(Self { pem, issuer })
    }

    fn certify(
        &self,
        to: &Development,
        names: &[String],
        now: i64,
    ) -> Result<(), DevelopmentError> {
        let names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        let key = KeyPair::generate()?;
        let mut params = params(names, "Gatehouse development hosts", now, HOST_DAYS)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let chain = params.signed_by(&key, &self.issuer)?.pem() + &self.pem;
        write(&to.key, &key.serialize_pem(), 0o600)?;
        write(&to.certificate, &chain, 0o644)
    }
}

fn params(
    names: Vec<String>,
    title: &str,
    now: i64,
    days: i64,
) -> Result<CertificateParams, rcgen::Error> {
    let seconds = |at: i64| Duration::from_secs(u64::try_from(at).unwrap_or(0));
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, title);
    params.use_authority_key_identifier_extension = true;
    // A day early, for clocks that are behind.
    params.not_before = epoch + seconds(now - DAY);
    params.not_after = epoch + seconds(now + days * DAY);
    Ok(params)
}

/// Replaces a file at once: whoever reads it sees the old or the new one, never a half.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), DevelopmentError> {
    let beside = path.with_added_extension("new");
    let written = || {
        let _ = fs::remove_file(&beside);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&beside)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&beside, path)
    };
    written().map_err(|why| unwritable(path, why))
}

fn unwritable(path: &Path, why: io::Error) -> DevelopmentError {
    DevelopmentError::Unwritable {
        path: path.into(),
        why,
    }
}
