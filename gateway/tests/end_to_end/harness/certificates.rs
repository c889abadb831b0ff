//! A certificate authority of a test's own, and a certificate for `*.corp.test`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use rustls::pki_types::CertificateDer;

#[derive(Clone)]
pub struct Certificates {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub authority: CertificateDer<'static>,
}

impl Certificates {
    /// Makes an authority and writes a certificate that it signed, with its key, into `folder`.
    pub fn make(folder: &Path) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = named("Gatehouse test authority");
        let authority = params.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(params, authority_key);

        let key = KeyPair::generate().unwrap();
        let names = vec!["corp.test".to_owned(), "*.corp.test".to_owned()];
        let mut leaf = CertificateParams::new(names).unwrap();
        leaf.distinguished_name = named("corp.test");
        let certificate = leaf.signed_by(&key, &issuer).unwrap();

        let files = Self {
            certificate: folder.join("corp.test.pem"),
            key: folder.join("corp.test.key"),
            authority: authority.der().clone(),
        };
        let chain = certificate.pem() + &authority.pem();
        std::fs::write(&files.certificate, chain).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
        files
    }

    /// A TLS client that trusts this authority and nobody else.
    pub fn client(&self, protocols: &[&str]) -> Arc<rustls::ClientConfig> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.authority.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|p| p.as_bytes().to_vec()).collect();
        Arc::new(config)
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
