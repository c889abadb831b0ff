//! Marked pages as a browser receives them.

use std::io::{Read, Write};

use config::snapshot::{Application, Snapshot};

use crate::support::applications::{application, public};
use crate::support::client::{Answer as Got, get, request, send};
use crate::support::gatehouse::{Builder, Gatehouse};
use crate::support::origin::{Answer, Origin};

const WIKI: &str = "wiki.example.com";
const PAGE: &str = "<!doctype html><html><head><title>Wiki</title></head><body><script>var x = '</body>';</script><!-- </body> --><p>text</p></body></html>";
const NAVIGATION: (&str, &str) = ("Sec-Fetch-Dest", "document");

fn marked(mut application: Application) -> Application {
    application.watermark = true;
    application
}

async fn gatehouse(application: Application) -> Gatehouse {
    let enable = |snapshot: &mut Snapshot| snapshot.watermark.enabled = true;
    Builder::new()
        .applications(vec![application])
        .snapshot(enable)
        .start()
        .await
}

fn page(headers: &str, body: &[u8]) -> Answer {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    Answer::Bytes([head.as_bytes(), body].concat())
}

/// The body without its chunks.
fn whole(answer: &Got) -> Vec<u8> {
    if answer.header("transfer-encoding") != Some("chunked") {
        return answer.body.clone();
    }
    let (mut body, mut rest) = (Vec::new(), &answer.body[..]);
    loop {
        let end = rest
            .windows(2)
            .position(|w| w == b"\r\n")
            .expect("a chunk's size");
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        if size == 0 {
            assert_eq!(&rest[end..], b"\r\n\r\n");
            return body;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
}

fn unmarked(page: &str) -> String {
    let Some((before, rest)) = page.split_once("<noscript data-gatehouse") else {
        return page.to_owned();
    };
    let (tag, after) = rest.split_once("</script>").unwrap();
    assert!(tag.contains("data-text=\"ada\""), "{tag}");
    format!("{before}{after}")
}

async fn visit(gatehouse: &Gatehouse, method: &str, headers: &[(&str, &str)]) -> Got {
    let cookie = gatehouse.sign_in("ada", WIKI).cookie();
    let all = [&[("Cookie", cookie.as_str())][..], headers].concat();
    send(gatehouse.address, request(method, WIKI, "/page", &all)).await
}

#[tokio::test]
async fn attack_26_a_page_is_marked_for_whoever_is_signed_in_and_else_unchanged() {
    let origin = Origin::start(|_| {
        page(
            "ETag: \"v1\"\r\nAccept-Ranges: bytes\r\nCache-Control: max-age=60\r\n",
            PAGE.as_bytes(),
        )
    })
    .await;
    let mut gatehouse = gatehouse(marked(application(WIKI, origin.address))).await;
    let answer = visit(&gatehouse, "GET", &[NAVIGATION]).await;
    let text = String::from_utf8(whole(&answer)).unwrap();
    assert!(text.starts_with("<!doctype html><html><head><noscript data-gatehouse"));
    assert_eq!(unmarked(&text), PAGE);
    let length = text.len().to_string();
    assert_eq!(answer.header("content-length"), Some(&*length));
    for name in ["etag", "accept-ranges"] {
        assert_eq!(answer.header(name), None, "{name}");
    }
    assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    assert!(gatehouse.event().await.watermarked);
}

#[tokio::test]
async fn attack_26_the_coding_of_a_page_is_kept() {
    let coded = |name: &str| -> Vec<u8> {
        match name {
            "gzip" => {
                let mut w =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                w.write_all(PAGE.as_bytes()).unwrap();
                w.finish().unwrap()
            }
            "br" => {
                let mut w = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 20);
                w.write_all(PAGE.as_bytes()).unwrap();
                w.into_inner()
            }
            _ => zstd::encode_all(PAGE.as_bytes(), 3).unwrap(),
        }
    };
    for coding in ["gzip", "br", "zstd"] {
        let body = coded(coding);
        let origin =
            Origin::start(move |_| page(&format!("Content-Encoding: {coding}\r\n"), &body)).await;
        let gatehouse = gatehouse(marked(application(WIKI, origin.address))).await;
        let accepted = ("Accept-Encoding", "gzip, deflate, br, zstd, dcb");
        let answer = visit(&gatehouse, "GET", &[NAVIGATION, accepted]).await;
        assert_eq!(answer.header("content-encoding"), Some(coding));
        let body = whole(&answer);
        let mut text = String::new();
        match coding {
            "gzip" => drop(
                flate2::read::GzDecoder::new(&body[..])
                    .read_to_string(&mut text)
                    .unwrap(),
            ),
            "br" => drop(
                brotli::Decompressor::new(&body[..], 4096)
                    .read_to_string(&mut text)
                    .unwrap(),
            ),
            _ => text = String::from_utf8(zstd::decode_all(&body[..]).unwrap()).unwrap(),
        }
        assert_ne!(text, PAGE, "{coding}");
        assert_eq!(unmarked(&text), PAGE, "{coding}");
        let asked = origin.received().pop().unwrap().header("accept-encoding");
        assert_eq!(asked, ["gzip, deflate, br, zstd"]);
    }
}

#[tokio::test]
async fn attack_26_a_head_request_gets_the_head_of_a_marked_page() {
    let origin = Origin::start(|_| {
        Answer::Bytes(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 500\r\nETag: \"v1\"\r\n\r\n"
                .to_vec(),
        )
    })
    .await;
    let gatehouse = gatehouse(marked(application(WIKI, origin.address))).await;
    let answer = visit(&gatehouse, "HEAD", &[NAVIGATION]).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.header("content-length"), None);
    assert_eq!(answer.header("etag"), None);
}

#[tokio::test]
async fn attack_26_no_range_and_no_condition_gets_round_the_mark() {
    let origin = Origin::start(|request| {
        if request.header("range").is_empty() && request.header("if-none-match").is_empty() {
            page("", PAGE.as_bytes())
        } else {
            Answer::Bytes(b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec())
        }
    })
    .await;
    let gatehouse = gatehouse(marked(application(WIKI, origin.address))).await;
    for header in [("Range", "bytes=10-"), ("If-None-Match", "\"v1\"")] {
        let answer = visit(&gatehouse, "GET", &[NAVIGATION, header]).await;
        assert_eq!(answer.status, 200);
        let text = String::from_utf8(whole(&answer)).unwrap();
        assert_ne!(text, PAGE);
        assert_eq!(unmarked(&text), PAGE);
    }
    // What a script fetches keeps both.
    let fetched = [("Sec-Fetch-Dest", "empty"), ("If-None-Match", "\"v1\"")];
    assert_eq!(visit(&gatehouse, "GET", &fetched).await.status, 304);
}

#[tokio::test]
async fn attack_26_a_strict_policy_lets_the_mark_run_and_nothing_else() {
    let origin = Origin::start(|_| {
        page(
            "Content-Security-Policy: default-src 'self'; object-src 'none'\r\n",
            PAGE.as_bytes(),
        )
    })
    .await;
    let gatehouse = gatehouse(marked(application(WIKI, origin.address))).await;
    let answer = visit(&gatehouse, "GET", &[NAVIGATION]).await;
    let policy = answer.header("content-security-policy").unwrap();
    let text = String::from_utf8(whole(&answer)).unwrap();
    let hash = |element: &str| {
        let (_, rest) = text.split_once(&format!("<{element}")).unwrap();
        let (_, rest) = rest.split_once('>').unwrap();
        let (inside, _) = rest.split_once(&format!("</{element}>")).unwrap();
        let hash = <sha2::Sha256 as sha2::Digest>::digest(inside);
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hash)
    };
    let (script, style) = (hash("script"), hash("style"));
    assert_eq!(
        policy,
        format!(
            "default-src 'self'; object-src 'none'; script-src 'self' 'sha256-{script}'; \
             style-src 'self' 'sha256-{style}'"
        )
    );
}

#[tokio::test]
async fn attack_26_http_1_0_and_chunked_upstreams_are_marked() {
    let old =
        format!("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n{PAGE}");
    let (a, b) = PAGE.split_at(30);
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{a}\r\n{:x}\r\n{b}\r\n0\r\n\r\n",
        a.len(),
        b.len()
    );
    let upstream = closing_origin(old).await;
    let gatehouse_old = gatehouse(marked(application(WIKI, upstream))).await;
    let origin = Origin::start(move |_| Answer::Bytes(chunked.clone().into_bytes())).await;
    let gatehouse_chunked = gatehouse(marked(application(WIKI, origin.address))).await;
    for gatehouse in [gatehouse_old, gatehouse_chunked] {
        let answer = visit(&gatehouse, "GET", &[NAVIGATION]).await;
        assert!(answer.head.starts_with("HTTP/1.1 200"), "{}", answer.head);
        let text = String::from_utf8(whole(&answer)).unwrap();
        assert_ne!(text, PAGE);
        assert_eq!(unmarked(&text), PAGE);
    }
}

/// An upstream that ends its answer by closing.
async fn closing_origin(answer: String) -> std::net::SocketAddr {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

#[tokio::test]
async fn attack_26_a_broken_coding_breaks_off_the_exchange_and_not_the_gateway() {
    let origin = Origin::start(|_| page("Content-Encoding: gzip\r\n", PAGE.as_bytes())).await;
    let gatehouse = gatehouse(marked(application(WIKI, origin.address))).await;
    for _ in 0..2 {
        let answer = visit(&gatehouse, "GET", &[NAVIGATION]).await;
        assert!(!answer.text().contains("<title>"));
    }
}

#[tokio::test]
async fn what_is_no_page_and_who_is_not_signed_in_is_left_alone() {
    let json = "{\"html\":\"<head>\"}";
    let origin = Origin::start(move |request| {
        if request.request_line().contains("/api") {
            Answer::Bytes(
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: \"v1\"\r\nContent-Length: {}\r\n\r\n{json}", json.len())
                    .into_bytes(),
            )
        } else {
            page("ETag: \"v1\"\r\n", PAGE.as_bytes())
        }
    })
    .await;
    let gatehouse_signed_in = gatehouse(marked(application(WIKI, origin.address))).await;
    let cookie = gatehouse_signed_in.sign_in("ada", WIKI).cookie();
    let headers = [("Cookie", cookie.as_str()), NAVIGATION];
    let answer = get(gatehouse_signed_in.address, WIKI, "/api", &headers).await;
    assert_eq!(
        (answer.text().as_str(), answer.header("etag")),
        (json, Some("\"v1\""))
    );
    let fetched = visit(&gatehouse_signed_in, "GET", &[("Sec-Fetch-Dest", "empty")]).await;
    assert_eq!(fetched.text(), PAGE);
    let open = gatehouse(marked(public(WIKI, origin.address))).await;
    let answer = get(open.address, WIKI, "/page", &[NAVIGATION]).await;
    assert_eq!(
        (answer.text().as_str(), answer.header("etag")),
        (PAGE, Some("\"v1\""))
    );
    let off = gatehouse(application(WIKI, origin.address)).await;
    assert_eq!(visit(&off, "GET", &[NAVIGATION]).await.text(), PAGE);
}

#[tokio::test]
async fn attack_26_a_large_page_streams_through_and_a_websocket_is_not_touched() {
    let links = (0..2_000).fold(String::new(), |links, n| {
        links + &format!("<p><a href=\"/page/{n}\">link {n} </body></a>\n")
    });
    let large = PAGE.replace("<p>text</p>", &links);
    let sent = large.clone();
    let origin = Origin::start(move |request| {
        if request.header("upgrade").is_empty() {
            page("", sent.as_bytes())
        } else {
            Answer::Bytes(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Type: text/html\r\n\r\n<html><head></head>"
                    .to_vec(),
            )
        }
    })
    .await;
    let mut wiki = marked(application(WIKI, origin.address));
    wiki.websockets.enabled = true;
    let gatehouse = gatehouse(wiki).await;
    let answer = visit(&gatehouse, "GET", &[NAVIGATION]).await;
    let text = String::from_utf8(whole(&answer)).unwrap();
    assert!(unmarked(&text) == large && text != large);
    let cookie = gatehouse.sign_in("ada", WIKI).cookie();
    let handshake = format!(
        "GET /live HTTP/1.1\r\nHost: {WIKI}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Accept: text/html\r\nOrigin: https://{WIKI}\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: {cookie}\r\n\r\n"
    );
    let mut stream = tokio::net::TcpStream::connect(gatehouse.address)
        .await
        .unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, handshake.as_bytes())
        .await
        .unwrap();
    let mut received = Vec::new();
    while !received.ends_with(b"</head>") {
        let read = tokio::io::AsyncReadExt::read_buf(&mut stream, &mut received);
        let read = tokio::time::timeout(std::time::Duration::from_secs(5), read).await;
        assert!(read.unwrap().unwrap() > 0, "closed");
    }
    assert!(received.ends_with(b"\r\n\r\n<html><head></head>"));
}
