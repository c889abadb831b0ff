//! Row 19: certificates, keys and authorities that are missing, wrong or expired.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::end_to_end::harness::{Application, Certificates, Gatehouse, Starting, Upstream};

/// An address that was free a moment ago.
fn free() -> String {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    held.local_addr().unwrap().to_string()
}

/// One more listener, with these lines under `[listener.tls]`.
fn with_listener(starting: Starting, address: &str, tls: &str) -> Starting {
    starting.with_settings(&format!(
        "[[listener]]\naddress = \"{address}\"\n[listener.tls]\n{tls}"
    ))
}

const PAIR: &str = r#"certificates = [{ certificate = "corp.test.pem", key = "corp.test.key" }]"#;

#[tokio::test]
async fn attack_19_what_cannot_be_used_stops_the_start_and_is_named() {
    let other = |certificate: &str, key: &str| {
        format!(r#"certificates = [{{ certificate = "{certificate}", key = "{key}" }}]"#)
    };
    for (tls, sentence) in [
        (
            format!("{PAIR}\nclient_authority = \"nowhere.pem\""),
            "nowhere.pem cannot be read",
        ),
        (format!("{PAIR}\nclient_authority = \"junk\""), "junk"),
        (
            other("corp.test.pem", "nowhere.key"),
            "nowhere.key cannot be read",
        ),
        (other("corp.test.pem", "junk"), "junk holds no private key"),
        (other("corp.test.pem", "foreign.key"), "is not the key of"),
        (other("junk", "corp.test.key"), "junk holds no certificate"),
        (other("corp.test.pem", "."), "cannot be read"),
    ] {
        let starting = with_listener(Gatehouse::start(), &free(), &tls);
        let (code, said) = starting
            .prepared(|folder, _| {
                std::fs::write(folder.join("junk"), "neither key nor certificate").unwrap();
                let foreign = tempfile::tempdir().unwrap();
                let foreign = Certificates::make(foreign.path());
                std::fs::copy(&foreign.key, folder.join("foreign.key")).unwrap();
            })
            .refused()
            .await;
        assert_eq!(code, 1, "{tls}: {said}");
        assert!(said.contains(sentence), "{tls}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

/// What a client with this configuration reads at the address; nothing if it is not let in.
async fn read_as(address: &str, config: Arc<rustls::ClientConfig>) -> String {
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("open.corp.test").unwrap();
    let connector = tokio_rustls::TlsConnector::from(config);
    let mut answer = Vec::new();
    if let Ok(mut stream) = connector.connect(name, stream).await {
        let asked = "GET / HTTP/1.1\r\nHost: open.corp.test\r\nConnection: close\r\n\r\n";
        // TLS 1.3 tells of a refusal only after the client believes that it is through.
        let _ = stream.write_all(asked.as_bytes()).await;
        let _ = stream.read_to_end(&mut answer).await;
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn attack_19_a_client_certificate_opens_only_where_its_authority_is_named() {
    let upstream = Upstream::start().await;
    let (address, folder) = (free(), tempfile::tempdir().unwrap());
    let staff = Certificates::make(folder.path());
    let pem = staff.authority_pem.clone();
    let tls = format!("{PAIR}\nclient_authority = \"staff.pem\"");
    let gate = with_listener(Gatehouse::start(), &address, &tls)
        .prepared(move |folder, _| std::fs::write(folder.join("staff.pem"), pem).unwrap())
        .with_application(Application::new("open", &upstream).public())
        .await;
    upstream.forget();
    let ours = gate.certificates();
    let foreign = tempfile::tempdir().unwrap();
    let foreign = Certificates::make(foreign.path());
    for (who, config) in [
        ("nobody", ours.client(&[])),
        ("a stranger", ours.client_shown_by(&foreign)),
        // The authority of the hosts is not the authority of the callers.
        ("a host", ours.client_shown_by(ours)),
    ] {
        assert_eq!(read_as(&address, config).await, "", "{who} was let in");
    }
    assert!(upstream.requests().is_empty());
    let answer = read_as(&address, ours.client_shown_by(&staff)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    // A file that is gone, or another one, changes nobody's way in until a restart.
    let file = gate.folder().join("staff.pem");
    std::fs::write(&file, &foreign.authority_pem).unwrap();
    gate.signal("HUP");
    gate.until_it_says("the authorities of client certificates have changed")
        .await;
    std::fs::remove_file(&file).unwrap();
    gate.signal("HUP");
    gate.until_it_says("staff.pem cannot be read").await;
    let stranger = read_as(&address, ours.client_shown_by(&foreign)).await;
    assert_eq!(stranger, "");
    let answer = read_as(&address, ours.client_shown_by(&staff)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// The certificate that is shown just now.
async fn shown(gate: &Gatehouse) -> CertificateDer<'static> {
    let stream = TcpStream::connect(gate.address()).await.unwrap();
    let name = ServerName::try_from("access.corp.test").unwrap();
    let connector = tokio_rustls::TlsConnector::from(gate.certificates().client(&[]));
    let stream = connector.connect(name, stream).await.unwrap();
    let chain = stream.get_ref().1.peer_certificates().unwrap();
    chain[0].clone().into_owned()
}

#[tokio::test]
async fn attack_19_a_bad_certificate_never_replaces_a_good_one() {
    let gate = Gatehouse::start().await;
    let files = gate.certificates();
    let good = shown(&gate).await;
    let key = std::fs::read(&files.key).unwrap();

    files.renew(|params| params.not_after = rcgen::date_time_ymd(2001, 1, 1));
    gate.signal("HUP");
    gate.until_it_says("the certificate expired on").await;
    assert_eq!(shown(&gate).await, good, "an expired one is shown");

    std::fs::write(&files.key, "no key").unwrap();
    gate.signal("HUP");
    gate.until_it_says("holds no private key").await;
    std::fs::write(&files.key, key).unwrap();
    gate.signal("HUP");
    gate.until_it_says("is not the key of").await;
    std::fs::remove_file(&files.key).unwrap();
    gate.signal("HUP");
    gate.until_it_says("corp.test.key cannot be read").await;
    assert_eq!(shown(&gate).await, good);

    files.renew(|_| {});
    gate.signal("HUP");
    for _ in 0..600 {
        if shown(&gate).await != good {
            assert_eq!(gate.readiness().await.0, 200);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the renewed certificate was never shown:\n{}", gate.log());
}

#[tokio::test]
async fn attack_19_an_expired_certificate_at_the_start_is_told_aloud() {
    let starting = Gatehouse::start().prepared(|_, files| {
        files.renew(|params| params.not_after = rcgen::date_time_ymd(2001, 1, 1));
    });
    let mut gate = starting.unready();
    let line = gate.until_it_says("this certificate has expired").await;
    assert!(
        line.contains("ERROR") && line.contains("corp.test"),
        "{line}"
    );
    let found = gate.until_readiness(503, "has expired").await;
    assert!(found.contains("certificates"), "{found}");
    gate.certificates().renew(|_| {});
    gate.signal("HUP");
    gate.until_ready().await;
}
