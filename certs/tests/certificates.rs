//! Certificates as a real TLS client meets them: which one it is shown, and that a bad file never
//! takes the place of a good one.

#![allow(clippy::unwrap_used, reason = "what a test relies on may end it")]

mod any;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use certs::development::{self, Development};
use certs::{CertificateError, CertificateStore, Pair, client_authority};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;
const YEAR: i64 = 365 * 86_400;

fn made(folder: &Path, names: &[&str], now: i64) -> Development {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    development::certificates(folder, &names, now).unwrap()
}

fn files(made: &Development) -> (PathBuf, PathBuf) {
    (made.certificate.clone(), made.key.clone())
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn trusting(authority: &Path) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(authority).unwrap())
        .unwrap();
    Arc::new(roots)
}

/// The certificate that a client which asks for `name` is shown, whatever it thinks of it.
fn shown(store: &Arc<CertificateStore>, name: &str) -> CertificateDer<'static> {
    let server = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(store) as Arc<dyn rustls::server::ResolvesServerCert>);
    let client = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(any::AnyServer))
        .with_no_client_auth();
    let client = handshake(client, server, name).unwrap();
    client.peer_certificates().unwrap()[0].clone().into_owned()
}

/// Runs a handshake in memory.
fn handshake(
    client: ClientConfig,
    server: ServerConfig,
    name: &str,
) -> Result<ClientConnection, rustls::Error> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut client = ClientConnection::new(Arc::new(client), name)?;
    let mut server = ServerConnection::new(Arc::new(server))?;
    for _ in 0..8 {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets()?;
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok(client)
}

fn leaf(made: &Development) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(&made.certificate).unwrap()
}

#[test]
fn a_client_is_shown_the_certificate_of_the_name_it_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let main = made(&folder.path().join("a"), &["access.example.com"], NOW);
    let wild = made(&folder.path().join("b"), &["*.apps.example.com"], NOW);
    let exact = made(&folder.path().join("c"), &["wiki.apps.example.com"], NOW);
    let all = [files(&main), files(&wild), files(&exact)];
    let store = Arc::new(CertificateStore::load(&all, NOW).unwrap());
    assert_eq!(shown(&store, "access.example.com"), leaf(&main));
    assert_eq!(shown(&store, "WIKI.apps.example.com"), leaf(&exact));
    assert_eq!(shown(&store, "git.apps.example.com"), leaf(&wild));
    // A wildcard is for one label only; and a name that nobody has gets the first.
    assert_eq!(shown(&store, "a.b.apps.example.com"), leaf(&main));
    assert_eq!(shown(&store, "apps.example.com"), leaf(&main));
}

#[test]
fn a_renewed_certificate_is_shown_from_the_next_handshake_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = made(folder.path(), &["access.example.com"], NOW);
    let store = Arc::new(CertificateStore::load(&[files(&first)], NOW).unwrap());
    let before = shown(&store, "access.example.com");
    let renewed = made(folder.path(), &["access.example.com"], NOW + YEAR - 86_400);
    store.reload(&[files(&renewed)], NOW).unwrap_err();
    assert_eq!(
        shown(&store, "access.example.com"),
        before,
        "it is not valid yet"
    );
    store.reload(&[files(&renewed)], NOW + YEAR).unwrap();
    assert_eq!(shown(&store, "access.example.com"), leaf(&renewed));
    assert_eq!(store.expiries()[0].not_after, NOW + 2 * YEAR - 86_400);
}

#[test]
fn attack_19_a_bad_pair_never_replaces_a_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let good = made(&folder.path().join("a"), &["access.example.com"], NOW);
    let other = made(&folder.path().join("b"), &["wiki.example.com"], NOW);
    let expired = made(
        &folder.path().join("c"),
        &["access.example.com"],
        NOW - 2 * YEAR,
    );
    let store = Arc::new(CertificateStore::load(&[files(&good)], NOW).unwrap());
    let missing = folder.path().join("missing.pem");
    let cut = folder.path().join("cut.pem");
    fs::write(&cut, &fs::read_to_string(&good.key).unwrap()[..60]).unwrap();
    for (bad, sentence) in [
        (
            (missing, good.key.clone()),
            "give this user the right to read it",
        ),
        ((good.certificate.clone(), cut), "the file is cut short"),
        (
            (good.certificate.clone(), other.key.clone()),
            "is not the key of",
        ),
        ((good.key.clone(), good.key.clone()), "holds no certificate"),
        (
            (good.certificate.clone(), good.certificate.clone()),
            "holds no private key",
        ),
        (files(&expired), "put a renewed one in its place"),
    ] {
        // A good one beside the bad one does not come into force by itself.
        let errors = store.reload(&[files(&other), bad], NOW).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert!(errors[0].to_string().contains(sentence), "{}", errors[0]);
        assert_eq!(shown(&store, "wiki.example.com"), leaf(&good));
    }
    assert!(store.reload(&[], NOW).is_err(), "no certificate at all");
    assert_eq!(shown(&store, "access.example.com"), leaf(&good));
}

#[test]
fn attack_19_nothing_is_served_where_a_pair_is_bad_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let good = made(folder.path(), &["access.example.com"], NOW);
    let missing = folder.path().join("missing.key");
    let pairs = [files(&good), (good.certificate.clone(), missing)];
    let errors = CertificateStore::load(&pairs, NOW).unwrap_err();
    assert!(matches!(errors[0], CertificateError::Unreadable { .. }));
}

/// The same certificate as somebody would upload it.
fn uploaded(made: &Development) -> Arc<Pair> {
    let read = |file: &Path| fs::read_to_string(file).unwrap();
    let pair = Pair::of_upload("one", &read(&made.certificate), &read(&made.key));
    Arc::new(pair.unwrap())
}

#[test]
fn an_upload_goes_before_a_file_while_it_is_valid_and_the_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let file = made(&at("a"), &["access.example.com", "wiki.example.com"], NOW);
    let older = made(&at("b"), &["access.example.com"], NOW - YEAR / 2);
    let newer = made(&at("c"), &["*.example.com", "access.example.com"], NOW);
    let store = Arc::new(CertificateStore::load(&[files(&file)], NOW).unwrap());
    let (old, new) = (uploaded(&older), uploaded(&newer));
    store.set_uploads(&[Arc::clone(&new), Arc::clone(&old)], NOW);
    assert_eq!(shown(&store, "access.example.com"), leaf(&newer));
    assert_eq!(shown(&store, "git.example.com"), leaf(&newer));
    // An exact name goes before a wildcard, wherever it comes from.
    assert_eq!(shown(&store, "wiki.example.com"), leaf(&file));
    // Without a name that anybody has, what the first file is for.
    assert_eq!(shown(&store, "nowhere.test"), leaf(&newer));
    let superseded: Vec<bool> = store.pairs().iter().map(|(_, is)| *is).collect();
    assert_eq!(superseded, [false, true, false]);
    // A reload of files leaves uploads where they are, and the other way round.
    store.reload(&[files(&file)], NOW).unwrap();
    assert_eq!(shown(&store, "access.example.com"), leaf(&newer));
    store.set_uploads(&[old], NOW);
    assert_eq!(shown(&store, "access.example.com"), leaf(&older));
    store.set_uploads(&[uploaded(&older)], NOW + 3 * YEAR / 4);
    assert_eq!(
        shown(&store, "access.example.com"),
        leaf(&file),
        "it has expired"
    );
    store.set_uploads(&[], NOW);
    assert_eq!(shown(&store, "access.example.com"), leaf(&file));
}

#[test]
fn a_store_without_files_serves_what_is_uploaded_and_is_not_emptied_by_a_reload() {
    let folder = tempfile::tempdir().unwrap();
    let made = made(folder.path(), &["access.example.com"], NOW);
    let store = Arc::new(CertificateStore::load(&[], NOW).unwrap());
    // It waits for the first one: nothing is wrong with its files.
    store.reload(&[], NOW).unwrap();
    store.set_uploads(&[uploaded(&made)], NOW);
    store.reload(&[], NOW).unwrap();
    assert_eq!(shown(&store, "access.example.com"), leaf(&made));
    assert!(store.expiries()[0].is_upload);
}

#[test]
fn attack_19_a_client_certificate_of_another_authority_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ours = made(&folder.path().join("a"), &["access.example.com"], NOW);
    let ca = certs_for_clients(&folder.path().join("clients"));
    let foreign = certs_for_clients(&folder.path().join("foreign"));
    let attempt = |client: Option<&(PathBuf, PathBuf, PathBuf)>| {
        let server = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(client_authority::load(&ca.0).unwrap())
            .with_cert_resolver(Arc::new(
                CertificateStore::load(&[files(&ours)], NOW).unwrap(),
            ));
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(any::AnyServer));
        let config = match client {
            None => config.with_no_client_auth(),
            Some((_, certificate, key)) => config
                .with_client_auth_cert(
                    vec![CertificateDer::from_pem_file(certificate).unwrap()],
                    PrivateKeyDer::from_pem_file(key).unwrap(),
                )
                .unwrap(),
        };
        handshake(config, server, "access.example.com").map(|_| ())
    };
    assert!(attempt(Some(&ca)).is_ok());
    assert!(attempt(Some(&foreign)).is_err());
    assert!(attempt(None).is_err());
    assert!(client_authority::load(&folder.path().join("missing.pem")).is_err());
    assert!(client_authority::load(&ours.key).is_err());
}

#[test]
fn a_chain_in_the_wrong_order_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let good = made(folder.path(), &["access.example.com"], NOW);
    let chain = fs::read_to_string(&good.certificate).unwrap();
    let (host, authority) = chain.split_at(chain.rfind("-----BEGIN").unwrap());
    let file = folder.path().join("chain.pem");
    fs::write(&file, format!("{authority}{host}")).unwrap();
    let error = Pair::load(&file, &good.key).unwrap_err();
    assert!(
        matches!(error, CertificateError::AuthorityFirst { .. }),
        "{error}"
    );
    fs::write(&file, format!("{host}{host}{authority}")).unwrap();
    let error = Pair::load(&file, &good.key).unwrap_err();
    assert!(
        matches!(error, CertificateError::ChainOutOfOrder { position: 2, .. }),
        "{error}"
    );
}

#[test]
fn a_development_certificate_is_trusted_through_its_authority_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["access.localhost", "wiki.localhost", "127.0.0.1"];
    // The client's verifier reads the machine's clock, so this one is made for today.
    let now = config::Clock::system().now().as_seconds();
    let first = made(folder.path(), &names, now);
    assert!(first.new_authority);
    for secret in ["authority.key", "hosts.key"] {
        let mode = fs::metadata(folder.path().join(secret))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{secret}");
    }
    assert_eq!(
        fs::read_to_string(folder.path().join(".gitignore")).unwrap(),
        "*\n"
    );
    for name in names {
        let server = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(
                CertificateStore::load(&[files(&first)], NOW).unwrap(),
            ));
        let client = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(trusting(&first.authority))
            .with_no_client_auth();
        handshake(client, server, name).unwrap();
    }
    let before = leaf(&first);
    let again = made(folder.path(), &names[..2], now + 86_400);
    assert!(
        !again.new_authority && leaf(&again) == before,
        "nothing is made twice"
    );
    let more = made(folder.path(), &["access.localhost", "echo.localhost"], now);
    assert!(
        !more.new_authority && leaf(&more) != before,
        "a new name needs a new certificate"
    );
}

/// An authority with a certificate for a client: its file, the certificate, the key.
fn certs_for_clients(folder: &Path) -> (PathBuf, PathBuf, PathBuf) {
    use rcgen::{
        BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    };
    fs::create_dir_all(folder).unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let mut client = CertificateParams::new(vec!["client".to_owned()]).unwrap();
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let client_key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let client_pem = client.signed_by(&client_key, &issuer).unwrap().pem();
    let at = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name)
    };
    (
        at("ca.pem", &authority_pem),
        at("client.pem", &client_pem),
        at("client.key", &client_key.serialize_pem()),
    )
}
