//! TLS, the PROXY protocol, the redirect to https, reload, stop and upgrade.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use config::certificates::UploadedCertificate;
use config::settings::{CertificateFiles, Listener, ListenerTls, Settings};
use gateway::signals::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::applications::public;
use crate::support::client::{get, parse, read_to_end, request, send};
use crate::support::free_address;
use crate::support::gatehouse::{ACCESS, Builder, Gatehouse};
use crate::support::origin::{Answer, Origin};

const WIKI: &str = "wiki.example.com";
const OTHER: &str = "other.example.com";

/// A certificate for one name, signed by itself.
fn write_pair(folder: &Path, file: &str, name: &str) -> CertificateFiles {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let path = |kind: &str| -> PathBuf { folder.join(format!("{file}.{kind}")) };
    std::fs::write(path("crt"), made.cert.pem()).unwrap();
    std::fs::write(path("key"), made.signing_key.serialize_pem()).unwrap();
    CertificateFiles {
        certificate: path("crt"),
        key: path("key"),
    }
}

fn plain() -> Listener {
    Listener {
        address: free_address(),
        tls: None,
        redirect_to_https: false,
        admin: false,
        proxy_protocol: false,
    }
}

struct Secure {
    _gatehouse: Gatehouse,
    address: SocketAddr,
    folder: tempfile::TempDir,
    _origin: Origin,
}

async fn secure() -> Secure {
    let origin = Origin::saying("hello").await;
    let folder = tempfile::tempdir().unwrap();
    let certificates = vec![
        write_pair(folder.path(), "wiki", WIKI),
        write_pair(folder.path(), "other", OTHER),
    ];
    let address = free_address();
    let listener = Listener {
        address,
        tls: Some(ListenerTls {
            certificates,
            http2: true,
            client_authority: None,
        }),
        ..plain()
    };
    let gatehouse = Builder::new()
        .applications(vec![
            public(WIKI, origin.address),
            public(OTHER, origin.address),
        ])
        .with(|settings: &mut Settings| settings.listeners.push(listener))
        .start()
        .await;
    Secure {
        _gatehouse: gatehouse,
        address,
        folder,
        _origin: origin,
    }
}

/// A browser that trusts exactly this certificate.
fn browser(certificate: &Path, host: &str, address: SocketAddr) -> reqwest::Client {
    let pem = std::fs::read(certificate).unwrap();
    reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
        .resolve(host, address)
        .build()
        .unwrap()
}

async fn open(
    client: &reqwest::Client,
    host: &str,
    port: u16,
) -> reqwest::Result<reqwest::Response> {
    client.get(format!("https://{host}:{port}/")).send().await
}

#[tokio::test]
async fn an_upload_that_cannot_be_read_is_told_and_holds_up_no_other_and_no_rule() {
    let origin = Origin::saying("hello").await;
    let folder = tempfile::tempdir().unwrap();
    let files = write_pair(folder.path(), "wiki", WIKI);
    let read = |file: &Path| std::fs::read_to_string(file).unwrap();
    let good = UploadedCertificate {
        id: "good".into(),
        chain: read(&files.certificate).into(),
        key: read(&files.key).into(),
    };
    let bad = UploadedCertificate {
        id: "bad".into(),
        key: "of a kind that comes later".into(),
        ..good.clone()
    };
    let address = free_address();
    let listener = Listener {
        address,
        tls: Some(ListenerTls {
            certificates: Vec::new(),
            http2: true,
            client_authority: None,
        }),
        ..plain()
    };
    let gatehouse = Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .snapshot(|snapshot| snapshot.certificates = vec![Arc::new(bad), Arc::new(good)])
        .with(|settings: &mut Settings| settings.listeners.push(listener))
        .start()
        .await;
    let client = browser(&files.certificate, WIKI, address);
    let answer = open(&client, WIKI, address.port()).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "hello");
    let health = reqwest::get(format!("http://{}/readyz", gatehouse.monitor));
    let told = health.await.unwrap().text().await.unwrap();
    assert!(told.contains("\"ready\":true"), "{told}");
    assert!(
        told.contains("the uploaded certificate bad is not served"),
        "{told}"
    );
}

#[tokio::test]
async fn each_host_shows_its_own_certificate_and_speaks_http_2() {
    let secure = secure().await;
    let port = secure.address.port();
    for (file, host) in [("wiki.crt", WIKI), ("other.crt", OTHER)] {
        let client = browser(&secure.folder.path().join(file), host, secure.address);
        let answer = open(&client, host, port).await.unwrap();
        assert_eq!(answer.version(), reqwest::Version::HTTP_2);
        assert_eq!(answer.text().await.unwrap(), "hello");
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_without_a_restart() {
    let secure = secure().await;
    let port = secure.address.port();
    let old = browser(&secure.folder.path().join("wiki.crt"), WIKI, secure.address);
    open(&old, WIKI, port).await.unwrap();

    write_pair(secure.folder.path(), "wiki", WIKI);
    let new = browser(&secure.folder.path().join("wiki.crt"), WIKI, secure.address);
    eventually(|| async { open(&new, WIKI, port).await.is_ok() }).await;
}

#[tokio::test]
async fn attack_19_a_gateway_without_a_usable_key_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = write_pair(folder.path(), "wiki", WIKI);
    files.key = folder.path().join("missing.key");
    let listener = Listener {
        tls: Some(ListenerTls {
            certificates: vec![files],
            http2: true,
            client_authority: None,
        }),
        ..plain()
    };
    let starting = Builder::new().with(|settings| settings.listeners = vec![listener]);
    let error = starting.refused();
    assert!(error.contains("missing.key cannot be read"), "{error}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_in_the_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let starting = Builder::new().with(|settings| settings.listeners[0].address = address);
    let error = starting.refused();
    assert!(error.contains(&address.to_string()), "{error}");
}

async fn eventually<F: Future<Output = bool>>(mut is_so: impl FnMut() -> F) {
    for _ in 0..100 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come about");
}

#[tokio::test]
async fn the_redirect_leads_to_known_hosts_only() {
    let origin = Origin::saying("hello").await;
    let redirect = Listener {
        redirect_to_https: true,
        admin: false,
        ..plain()
    };
    let address = redirect.address;
    let _gatehouse = Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .with(|settings| settings.listeners.push(redirect))
        .start()
        .await;
    for (host, path, location) in [
        (WIKI, "/a?b=c", format!("https://{WIKI}/a?b=c")),
        ("WIKI.example.com.:80", "/", format!("https://{WIKI}/")),
        (ACCESS, "/account", format!("https://{ACCESS}/account")),
        ("evil.example.net", "/x", format!("https://{ACCESS}/")),
        (
            "wiki.example.com@evil.example.net",
            "/",
            format!("https://{ACCESS}/"),
        ),
    ] {
        let answer = get(address, host, path, &[]).await;
        if answer.status == 0 || answer.status == 400 {
            continue;
        }
        assert_eq!(answer.status, 308);
        assert_eq!(answer.header("location"), Some(location.as_str()), "{host}");
    }
}

fn behind_balancer(trusted: &str) -> (Listener, impl FnOnce(&mut Settings) + use<>) {
    let listener = Listener {
        proxy_protocol: true,
        ..plain()
    };
    let (added, trusted) = (listener.clone(), trusted.parse().unwrap());
    let change = move |settings: &mut Settings| {
        settings.listeners.push(added);
        settings.trust.proxies = vec![trusted];
    };
    (listener, change)
}

#[tokio::test]
async fn a_trusted_balancer_says_who_is_calling() {
    let origin = Origin::saying("hello").await;
    let (listener, change) = behind_balancer("127.0.0.1");
    let mut gatehouse = Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .with(change)
        .start()
        .await;
    let header = "PROXY TCP4 198.51.100.7 192.0.2.1 5000 443\r\n";
    let asked = format!("{header}{}", request("GET", WIKI, "/", &[]));
    assert_eq!(send(listener.address, asked).await.status, 200);
    let client = gatehouse.event().await.client_address.unwrap();
    assert_eq!(client.to_string(), "198.51.100.7");
    let without = request("GET", WIKI, "/", &[]);
    assert_eq!(send(listener.address, without).await.status, 0);
}

#[tokio::test]
async fn attack_05_a_proxy_header_of_a_stranger_closes_the_connection() {
    let origin = Origin::saying("hello").await;
    let (listener, change) = behind_balancer("192.0.2.1");
    let _gatehouse = Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .with(change)
        .start()
        .await;
    let header = "PROXY TCP4 198.51.100.7 192.0.2.1 5000 443\r\n";
    let asked = format!("{header}{}", request("GET", WIKI, "/", &[]));
    assert_eq!(send(listener.address, asked).await.status, 0);
    assert!(origin.received().is_empty());
}

#[tokio::test]
async fn a_gateway_that_is_told_to_stop_finishes_what_it_has_begun() {
    let origin = Origin::start(|_| Answer::Endless {
        head: b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n".to_vec(),
        piece: b"abcdefghij".to_vec(),
        every: Duration::from_millis(300),
    })
    .await;
    let gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    let address = gatehouse.address;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let asked = request("GET", WIKI, "/", &[]);
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut first = [0; 1];
    stream.read_exact(&mut first).await.unwrap();
    let stopping = tokio::spawn(gatehouse.stop(Signal::Stop));
    let rest = read_to_end(&mut stream).await;
    let answer = parse(&[&first[..], &rest].concat());
    assert_eq!(answer.body.len(), 30);
    stopping.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_takes_the_place_of_another_without_a_request_lost() {
    let origin = Origin::saying("hello").await;
    let data = tempfile::tempdir().unwrap();
    let builder = Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .with(|settings| settings.data = data.path().to_path_buf());
    let mut settings = builder.settings.clone();
    let old = builder.start().await;
    let address = old.address;
    let asking = tokio::spawn(async move {
        for _ in 0..100 {
            let answer = get(address, WIKI, "/", &[]).await;
            assert_eq!(answer.status, 200, "{}", answer.head);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let place = settings.clone();
    let now = config::Clock::system().now();
    let waiting = tokio::task::spawn_blocking(move || gateway::upgrade::inherit(&place, now));
    let stopping = tokio::spawn(old.stop(Signal::Upgrade));
    let sockets = waiting.await.unwrap().unwrap();
    settings.monitor.address = free_address();
    let new = Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .with(|own| {
            own.listeners = settings.listeners.clone();
            own.monitor = settings.monitor.clone();
        })
        .taking_over(sockets)
        .start()
        .await;
    stopping.await.unwrap().unwrap();
    asking.await.unwrap();
    assert_eq!(get(new.address, WIKI, "/", &[]).await.status, 200);
}

#[tokio::test]
async fn the_monitor_says_how_the_gateway_is() {
    let origin = Origin::saying("hello").await;
    let gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    get(gatehouse.address, WIKI, "/", &[]).await;
    let monitor = gatehouse.monitor;
    assert_eq!(get(monitor, "m", "/healthz", &[]).await.status, 200);
    let ready = get(monitor, "m", "/readyz", &[]).await;
    assert_eq!((ready.status, ready.text().contains("true")), (200, true));
    let metrics = get(monitor, "m", "/metrics", &[]).await.text();
    for expected in [
        "gatehouse_requests_total{application=\"wiki.example.com\",status=\"200\"} 1",
        "gatehouse_gateway_snapshot_revision 1",
        "gatehouse_decision_seconds_count 1",
    ] {
        assert!(
            metrics.contains(expected),
            "{expected} is not in\n{metrics}"
        );
    }
}
