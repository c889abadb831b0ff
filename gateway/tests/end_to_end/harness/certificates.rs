//! A certificate authority of a test's own, and a certificate for `*.corp.test`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use rustls::client::WantsClientCert;
use rustls::pki_types::CertificateDer;

#[derive(Clone)]
pub struct Certificates {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub authority: CertificateDer<'static>,
    /// The same authority as PEM.
    pub authority_pem: String,
    issuer: Arc<Issuer<'static, KeyPair>>,
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

        let files = Self {
            certificate: folder.join("corp.test.pem"),
            key: folder.join("corp.test.key"),
            authority: authority.der().clone(),
            authority_pem: authority.pem(),
            issuer: Arc::new(issuer),
        };
        files.renew(|_| {});
        files
    }

    /// Writes another certificate with another key into the same files, with whatever `change`
    /// makes of it.
    pub fn renew(&self, change: impl FnOnce(&mut CertificateParams)) {
        let (certificate, key) = self.sign(change);
        let chain = certificate.pem() + &self.authority_pem;
        std::fs::write(&self.certificate, chain).unwrap();
        std::fs::write(&self.key, key.serialize_pem()).unwrap();
    }

    fn sign(&self, change: impl FnOnce(&mut CertificateParams)) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let names = vec!["corp.test".to_owned(), "*.corp.test".to_owned()];
        let mut leaf = CertificateParams::new(names).unwrap();
        leaf.distinguished_name = named("corp.test");
        change(&mut leaf);
        let certificate = leaf.signed_by(&key, &*self.issuer).unwrap();
        (certificate, key)
    }

    /// A TLS client that trusts this authority, and shows a certificate that `signer` has signed.
    pub fn client_shown_by(&self, signer: &Self) -> Arc<rustls::ClientConfig> {
        let (certificate, key) = signer.sign(|_| {});
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
        let chain = vec![certificate.der().clone()];
        let config = self.verifying().with_client_auth_cert(chain, key.into());
        Arc::new(config.unwrap())
    }

    /// A TLS client that trusts this authority and nobody else.
    pub fn client(&self, protocols: &[&str]) -> Arc<rustls::ClientConfig> {
        let mut config = self.verifying().with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|p| p.as_bytes().to_vec()).collect();
        Arc::new(config)
    }

    fn verifying(&self) -> rustls::ConfigBuilder<rustls::ClientConfig, WantsClientCert> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.authority.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
