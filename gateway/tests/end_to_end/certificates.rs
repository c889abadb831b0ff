//! Certificates that are uploaded, as a browser meets them: from the next handshake on, and no longer
//! than they are there.

use std::net::SocketAddr;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;

use super::harness::{Certificates, Gatehouse};

/// Another certificate of the same authority for the same names, in files of its own.
fn another(gate: &Gatehouse, name: &str) -> Certificates {
    let mut other = gate.certificates().clone();
    other.certificate = gate.folder().join(format!("{name}.pem"));
    other.key = gate.folder().join(format!("{name}.key"));
    other.renew(|_| {});
    other
}

fn leaf(of: &Certificates) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(&of.certificate).unwrap()
}

/// The certificate that is shown just now to whoever asks for this name, if there is one.
async fn shown(gate: &Gatehouse, at: SocketAddr) -> Option<CertificateDer<'static>> {
    let stream = TcpStream::connect(at).await.unwrap();
    let name = ServerName::try_from("wiki.corp.test").unwrap();
    let connector = tokio_rustls::TlsConnector::from(gate.certificates().client(&[]));
    let stream = connector.connect(name, stream).await.ok()?;
    let chain = stream.get_ref().1.peer_certificates()?;
    Some(chain[0].clone().into_owned())
}

async fn until_shown(gate: &Gatehouse, at: SocketAddr, wanted: Option<&Certificates>) {
    let wanted = wanted.map(leaf);
    for _ in 0..600 {
        if shown(gate, at).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it was never shown:\n{}", gate.log());
}

async fn add(gate: &Gatehouse, files: &Certificates) -> String {
    let (chain, key) = (
        files.certificate.to_str().unwrap(),
        files.key.to_str().unwrap(),
    );
    let add = [
        "certificates",
        "add",
        "--chain",
        chain,
        "--key",
        key,
        "--json",
    ];
    let made: serde_json::Value = serde_json::from_str(&gate.command(&add).await).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_upload_is_shown_from_the_next_handshake_on_and_the_file_again_after_it() {
    let gate = Gatehouse::start().await;
    let at = gate.address();
    until_shown(&gate, at, Some(gate.certificates())).await;
    let (first, second) = (another(&gate, "first"), another(&gate, "second"));
    let first_id = add(&gate, &first).await;
    until_shown(&gate, at, Some(&first)).await;
    let second_id = add(&gate, &second).await;
    until_shown(&gate, at, Some(&second)).await;
    let listed = gate.command(&["certificates", "list"]).await;
    assert!(listed.contains(&first_id) && listed.contains(&second_id));
    assert!(listed.contains("corp.test.pem"), "{listed}");
    assert!(!listed.contains("PRIVATE"));

    gate.command(&["certificates", "remove", &second_id]).await;
    until_shown(&gate, at, Some(&first)).await;
    gate.command(&["certificates", "remove", &first_id]).await;
    until_shown(&gate, at, Some(gate.certificates())).await;
    let key = std::fs::read_to_string(&first.key).unwrap();
    assert!(!gate.log().contains(key.lines().nth(1).unwrap()));
}

#[tokio::test]
async fn a_listener_without_files_waits_for_an_upload_and_says_so() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = held.local_addr().unwrap();
    drop(held);
    let listener = format!("[[listener]]\naddress = \"{at}\"\ntls.certificates = []");
    let mut gate = Gatehouse::start().with_settings(&listener).unready();
    let why = gate.until_readiness(503, "no certificate to show").await;
    assert!(why.contains("certificates"), "{why}");
    assert_eq!(shown(&gate, at).await, None);
    add(&gate, gate.certificates()).await;
    until_shown(&gate, at, Some(gate.certificates())).await;
    gate.until_ready().await;
}

#[tokio::test]
async fn attack_19_what_could_not_be_served_is_not_taken() {
    let gate = Gatehouse::start().await;
    let (good, other) = (another(&gate, "good"), another(&gate, "other"));
    let old = another(&gate, "old");
    old.renew(|params| params.not_after = rcgen::date_time_ymd(2001, 1, 1));
    let encrypted = gate.folder().join("encrypted.key");
    let block =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    std::fs::write(&encrypted, block).unwrap();
    for (chain, key, sentence) in [
        (
            &good.certificate,
            &other.key,
            "key: this is not the key of the certificate",
        ),
        (
            &old.certificate,
            &old.key,
            "chain: the certificate has expired: 2001-01-01",
        ),
        (
            &good.certificate,
            &encrypted,
            "key: this key is encrypted with a passphrase",
        ),
        (&good.key, &good.key, "chain: there is no certificate in it"),
    ] {
        let (chain, key) = (chain.to_str().unwrap(), key.to_str().unwrap());
        let add = ["certificates", "add", "--chain", chain, "--key", key];
        let refused = gate.try_command(&add).await;
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(
            !refused.status.success() && said.contains(sentence),
            "{said}"
        );
    }
    assert_eq!(
        shown(&gate, gate.address()).await,
        Some(leaf(gate.certificates()))
    );
}

#[tokio::test]
async fn files_are_read_again_when_told_and_what_is_wrong_with_one_is_told() {
    let gate = Gatehouse::start().await;
    let files = gate.certificates();
    gate.command(&["certificates", "reload"]).await;
    let good = std::fs::read(&files.certificate).unwrap();
    std::fs::write(&files.certificate, "nothing").unwrap();
    let refused = gate.try_command(&["certificates", "reload"]).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        said.contains("corp.test.pem: there is no certificate in it"),
        "{said}"
    );
    std::fs::write(&files.certificate, good).unwrap();
    until_shown(&gate, gate.address(), Some(files)).await;
}
