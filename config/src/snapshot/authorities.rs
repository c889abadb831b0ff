//! The authorities that an upstream's certificate is checked against, as pasted in PEM.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::clock::Timestamp;
use crate::language::{LocalText, Words};

/// What is allowed where authorities are asked for.
pub const ALLOWED: Words = (
    "paste the certificates of the authorities in PEM, one or more",
    "请粘贴一个或多个 CA 证书（PEM 格式）",
);

/// Every certificate in `pem`; at least one.
///
/// # Errors
/// What is wrong, if any of them cannot serve as an authority: pingora ends the process over a
/// certificate that it cannot parse, and every connection over one that is no authority.
pub fn read(pem: &str) -> Result<Vec<CertificateDer<'static>>, LocalText> {
    let mut anchors = rustls::RootCertStore::empty();
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate
            .map_err(|why| refused("it cannot be read as PEM", "不是可读的 PEM 格式", &why))?;
        x509_parser::parse_x509_certificate(&certificate).map_err(|why| {
            refused(
                "a certificate in it cannot be read",
                "其中有无法读取的证书",
                &why,
            )
        })?;
        anchors.add(certificate.clone()).map_err(|why| {
            refused(
                "a certificate in it cannot serve as an authority",
                "其中有不能作为 CA 使用的证书",
                &why,
            )
        })?;
        found.push(certificate);
    }
    if found.is_empty() {
        return Err(("there is no certificate in it", "其中没有证书").into());
    }
    Ok(found)
}

/// When the first of them ends; `None` where there is none that can be read.
#[must_use]
pub fn first_end(pem: &str) -> Option<Timestamp> {
    let found = CertificateDer::pem_slice_iter(pem.as_bytes());
    let ends = found.filter_map(|certificate| {
        let certificate = certificate.ok()?;
        let (_, read) = x509_parser::parse_x509_certificate(&certificate).ok()?;
        Some(Timestamp(read.validity().not_after.timestamp() * 1000))
    });
    ends.min()
}

fn refused(en: &str, zh_cn: &str, why: &dyn std::fmt::Display) -> LocalText {
    LocalText {
        en: format!("{en}: {why}"),
        zh_cn: format!("{zh_cn}：{why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_19_authorities_are_certificates_each_of_which_can_be_read() {
        let made = rcgen::generate_simple_self_signed(["ca.internal".to_owned()]).unwrap();
        let good = made.cert.pem();
        assert_eq!(read(&good).unwrap().len(), 1);
        assert_eq!(read(&format!("{good}\n{good}")).unwrap().len(), 2);
        let header = "-----BEGIN CERTIFICATE-----";
        let nonsense = format!("{header}\nAAAA\n-----END CERTIFICATE-----\n");
        let cut = &good[..good.len() / 2];
        for pem in ["", header, cut, &nonsense, &format!("{good}{nonsense}")] {
            assert!(read(pem).is_err(), "{pem}");
        }
    }
}
