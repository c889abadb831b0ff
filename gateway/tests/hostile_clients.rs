//! Clients over TLS that show the wrong certificate (row 19), or use HTTP/2 to make the gateway work
//! and remember without end (row 20; CVE-2023-44487, CVE-2024-27316, CVE-2019-9512 and -9515).

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use config::settings::{CertificateFiles, Listener, ListenerTls};
use gateway::signals::Signal;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::applications::public;
use crate::support::authority::Authority;
use crate::support::client::{PATIENCE, get, parse, request};
use crate::support::frames::{self, END_HEADERS, END_STREAM};
use crate::support::free_address;
use crate::support::gatehouse::{Builder, Gatehouse};
use crate::support::origin::Origin;

const WIKI: &str = "wiki.example.com";

struct Secure {
    gatehouse: Gatehouse,
    /// Where it speaks TLS.
    address: SocketAddr,
    authority: Authority,
    origin: Origin,
    folder: tempfile::TempDir,
}

/// A gateway with a TLS listener, which lets in whom `clients` has signed, or anybody.
async fn secure(clients: Option<&Authority>) -> Secure {
    let (origin, authority) = (Origin::saying("hello").await, Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let listener = Listener {
        address: free_address(),
        tls: Some(ListenerTls {
            certificates: vec![write_pair(folder.path(), &authority)],
            http2: true,
            client_authority: clients.map(|clients| {
                let file = folder.path().join("clients.pem");
                std::fs::write(&file, clients.pem()).unwrap();
                file
            }),
        }),
        redirect_to_https: false,
        admin: false,
        proxy_protocol: false,
    };
    let address = listener.address;
    let gatehouse = Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .with(|settings| settings.listeners.push(listener))
        .start()
        .await;
    Secure {
        gatehouse,
        address,
        authority,
        origin,
        folder,
    }
}

fn write_pair(folder: &Path, authority: &Authority) -> CertificateFiles {
    let signed = authority.sign(WIKI);
    let files = CertificateFiles {
        certificate: folder.join("wiki.crt"),
        key: folder.join("wiki.key"),
    };
    std::fs::write(&files.certificate, signed.certificate_pem).unwrap();
    std::fs::write(&files.key, signed.key_pem).unwrap();
    files
}

async fn connect(
    address: SocketAddr,
    config: ClientConfig,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(WIKI).unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

/// What a client gets to read; nothing if it was not let in.
async fn read_as(address: SocketAddr, config: ClientConfig) -> Vec<u8> {
    let mut answer = Vec::new();
    if let Ok(mut stream) = connect(address, config).await {
        let asked = request("GET", WIKI, "/", &[]);
        // TLS 1.3 tells of a refusal only after the client believes that it is through.
        let _ = stream.write_all(asked.as_bytes()).await;
        let reading = stream.read_to_end(&mut answer);
        let _ = tokio::time::timeout(PATIENCE, reading).await.unwrap();
    }
    answer
}

#[tokio::test]
async fn attack_19_only_a_client_with_a_certificate_of_the_named_authority_gets_in() {
    let staff = Authority::new();
    let secure = secure(Some(&staff)).await;
    let (address, authority) = (secure.address, &secure.authority);
    assert!(read_as(address, authority.client(&[])).await.is_empty());
    let stranger = authority.client_showing(Authority::new().sign("ada"));
    assert!(read_as(address, stranger).await.is_empty());
    assert!(secure.origin.received().is_empty());
    let ada = authority.client_showing(staff.sign("ada"));
    assert_eq!(parse(&read_as(address, ada).await).status, 200);
}

#[tokio::test]
async fn attack_19_a_broken_authority_of_clients_changes_nothing_at_a_reload() {
    let staff = Authority::new();
    let secure = secure(Some(&staff)).await;
    let file = secure.folder.path().join("clients.pem");
    let lets_in = async |authority: &Authority| {
        let client = secure.authority.client_showing(authority.sign("ada"));
        !read_as(secure.address, client).await.is_empty()
    };
    let half = &staff.pem()[..300];
    for broken in ["", "nonsense", half] {
        std::fs::write(&file, broken).unwrap();
        secure.gatehouse.signals.send(Signal::Reload).unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(lets_in(&staff).await, "{broken}");
        assert!(!lets_in(&Authority::new()).await, "{broken}");
    }
}

#[tokio::test]
async fn attack_19_a_gateway_without_a_usable_authority_of_clients_does_not_start() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new());
    for content in [None, Some("nonsense")] {
        let file = folder.path().join("clients.pem");
        if let Some(content) = content {
            std::fs::write(&file, content).unwrap();
        }
        let builder = Builder::new().secured_by(&authority, WIKI);
        let error = builder
            .with(|settings| {
                let tls = settings.listeners[0].tls.as_mut().unwrap();
                tls.client_authority = Some(file);
            })
            .refused();
        assert!(error.contains("clients.pem"), "{error}");
    }
}

/// How a flood ended.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    /// The gateway closed the connection.
    Closed,
    /// It took all of it.
    Taken,
    /// It stopped reading: what it was not asked for waits at the client.
    Held,
}

/// Sends the pieces on one connection while reading whatever comes back.
async fn flood(secure: &Secure, pieces: impl Iterator<Item = Vec<u8>>) -> Ended {
    let config = secure.authority.client(&[b"h2"]);
    let stream = connect(secure.address, config).await.unwrap();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let reading = tokio::spawn(async move {
        let mut read = vec![0; 64 * 1024];
        while matches!(reader.read(&mut read).await, Ok(n) if n > 0) {}
    });
    let writing = async {
        writer.write_all(frames::PREFACE).await?;
        writer.write_all(&frames::settings()).await?;
        for piece in pieces {
            writer.write_all(&piece).await?;
        }
        writer.flush().await
    };
    let ended = match tokio::time::timeout(PATIENCE, writing).await {
        Err(_) => Ended::Held,
        Ok(Err(_)) => Ended::Closed,
        Ok(Ok(())) if closes(reading).await => Ended::Closed,
        Ok(Ok(())) => Ended::Taken,
    };
    let other = get(secure.gatehouse.address, WIKI, "/", &[]).await;
    assert_eq!(other.status, 200, "others are served");
    ended
}

async fn closes(reading: tokio::task::JoinHandle<()>) -> bool {
    tokio::time::timeout(Duration::from_secs(2), reading)
        .await
        .is_ok()
}

/// Of this process, in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// More than the other tests of this process take meanwhile; far less than what is sent.
const GROWTH: usize = 256 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_20_a_header_that_never_ends_closes_the_connection() {
    let secure = secure(None).await;
    let before = resident();
    let start = frames::headers(0, 1, &frames::get(WIKI));
    let block: Vec<u8> = (0..100)
        .flat_map(|_| frames::literal("x-more", &"y".repeat(120)))
        .collect();
    // A gigabyte, if all of it were taken.
    let more = (0..80_000).map(move |_| frames::continuation(1, &block));
    let ended = flood(&secure, std::iter::once(start).chain(more)).await;
    assert_eq!(ended, Ended::Closed);
    assert!(resident().saturating_sub(before) < GROWTH);
    assert_eq!(secure.origin.received().len(), 1, "only the other client's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_20_requests_that_are_taken_back_at_once_cost_others_nothing() {
    let secure = secure(None).await;
    let before = resident();
    let block = frames::get(WIKI);
    let pieces = (0..20_000).map(move |n| {
        let stream = 2 * n + 1;
        let mut piece = frames::headers(END_HEADERS | END_STREAM, stream, &block);
        piece.extend(frames::reset(stream));
        piece
    });
    let ended = flood(&secure, pieces).await;
    assert_eq!(ended, Ended::Closed);
    assert!(resident().saturating_sub(before) < GROWTH);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_20_settings_and_pings_without_end_are_not_heaped_up() {
    let secure = secure(None).await;
    let before = resident();
    let pieces = (0..20_000).map(|_| {
        let mut piece = frames::settings();
        piece.extend(frames::ping());
        piece
    });
    flood(&secure, pieces).await;
    assert!(resident().saturating_sub(before) < GROWTH);
}
