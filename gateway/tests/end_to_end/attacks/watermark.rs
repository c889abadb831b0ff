//! Row 26: pages of every kind, marked for somebody who has really signed in.

use std::io::Write;
use std::time::Duration;

use crate::end_to_end::harness::{Answer, Application, Gatehouse, Received, Reply, Upstream, Wire};

/// "水印" and more in GBK and in Shift_JIS, whose second bytes may be `\\`, `<` or `|`.
const GBK: &[u8] = b"<title>\xcb\xae\xd3\xa1\x81\x5c\x95\x7c</title>";
const SHIFT_JIS: &[u8] = b"<title>\x83\x5c\x95\x5c\x94\x5c</title>";
const TRICKY: &str = "\u{feff}<!-- <head> --><!doctype html>\n<html>\n<!-- <body> --><head>\
    <meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'\">\
    <script>document.write('<head></head></body>')</script><style>/*</head>*/</style></head>\
    <body><textarea></body></textarea><!-- </body> --><template><head></template></body></html>";

fn gzip(page: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(page).unwrap();
    writer.finish().unwrap()
}

fn html(charset: &str, page: &[u8]) -> Answer {
    Answer::page(&format!("text/html{charset}"), page)
}

fn coded(coding: &str, body: &[u8]) -> Answer {
    Answer::with_headers(
        &[("Content-Type", "text/html"), ("Content-Encoding", coding)],
        body,
    )
}

fn pages(request: &Received) -> Answer {
    let page = TRICKY.as_bytes();
    match request.target() {
        "/gbk" => html("; charset=gbk", GBK),
        "/shift-jis" => html("; charset=\"Shift_JIS\"", SHIFT_JIS),
        "/unnamed" => html("", GBK),
        "/x-gzip" => coded("x-gzip", &gzip(page)),
        "/twice" => coded("gzip, gzip", &gzip(&gzip(page))),
        "/unknown" => coded("zip", page),
        "/download" => Answer::with_headers(
            &[
                ("Content-Type", "text/html"),
                ("Content-Disposition", "Attachment; filename=a.html"),
            ],
            page,
        ),
        "/part" => Answer::Bytes(
            b"HTTP/1.1 206 Partial Content\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\
              Content-Range: bytes 0-5/100\r\n\r\n<html>"
                .to_vec(),
        ),
        "/unchanged" => {
            Answer::Bytes(b"HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n".to_vec())
        }
        "/head" => Answer::Bytes(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n".to_vec(),
        ),
        "/endless" => Answer::Stream {
            head:
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n\
                    6\r\n<html>\r\n"
                    .to_vec(),
            piece: b"c\r\n<p>more</p>\n\r\n".to_vec(),
            every: Duration::from_millis(30),
        },
        _ => html("; charset=utf-8", page),
    }
}

struct Marked {
    gate: Gatehouse,
    upstream: Upstream,
    cookie: String,
}

impl Marked {
    async fn start() -> Self {
        let upstream = Upstream::answering(pages).await;
        let gate = Gatehouse::start()
            .with_application(Application::new("wiki", &upstream).with_watermark())
            .await;
        let file = gate.folder().join("watermark.json");
        std::fs::write(&file, r#"{ "enabled": true }"#).unwrap();
        gate.command(&["watermark", "set", file.to_str().unwrap()])
            .await;
        let name = ["--name", "O'Brien \"<b>\" & 王芳"];
        let visitor = gate.visitor_with("o.brien", &name).await;
        let cookie = visitor.cookie_at("wiki").await;
        drop(visitor);
        let marked = Self {
            gate,
            upstream,
            cookie,
        };
        for _ in 0..100 {
            if mark_in(&marked.visit("GET", "/", "").await.whole()).is_some() {
                marked.upstream.forget();
                return marked;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no page was ever marked");
    }

    async fn ask(&self, method: &str, path: &str, more: &str) -> Wire {
        let mut wire = Wire::plain(&self.gate).await;
        let cookie = &self.cookie;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n\
             Sec-Fetch-Dest: document\r\n{more}\r\n"
        );
        wire.send(request).await.unwrap();
        wire
    }

    async fn visit(&self, method: &str, path: &str, more: &str) -> Reply {
        self.ask(method, path, more)
            .await
            .reply()
            .await
            .expect(path)
    }
}

/// Where the mark begins and ends.
fn mark_in(page: &[u8]) -> Option<(usize, usize)> {
    let find = |what: &[u8], from: usize| {
        let found = page[from..].windows(what.len()).position(|w| w == what);
        found.map(|at| from + at)
    };
    let begin = find(b"<noscript data-gatehouse", 0)?;
    let end = find(b"</script>", begin)? + b"</script>".len();
    Some((begin, end))
}

/// The page without its mark, which must be there.
fn unmarked(page: &[u8]) -> Vec<u8> {
    let (begin, end) = mark_in(page).expect("a mark");
    assert!(page[begin..end].is_ascii(), "readable in every charset");
    [&page[..begin], &page[end..]].concat()
}

#[tokio::test]
async fn attack_26_a_page_of_any_charset_is_marked_and_else_unchanged() {
    let marked = Marked::start().await;
    for (path, page) in [
        ("/", TRICKY.as_bytes()),
        ("/gbk", GBK),
        ("/shift-jis", SHIFT_JIS),
        ("/unnamed", GBK),
    ] {
        let reply = marked.visit("GET", path, "").await;
        let whole = reply.whole();
        let length = whole.len().to_string();
        assert_eq!(reply.head.all("Content-Length"), [length], "{path}");
        assert_eq!(unmarked(&whole), page, "{path}");
    }
    // Before the page's own policy, which forbids scripts after it, and not in a comment.
    let page = marked.visit("GET", "/", "").await.whole();
    let (begin, _) = mark_in(&page).unwrap();
    let before = String::from_utf8_lossy(&page[..begin]).into_owned();
    assert!(before.ends_with("<!-- <body> --><head>"), "{before}");
    let mut coded = &marked.visit("GET", "/x-gzip", "").await.whole()[..];
    let mut page = Vec::new();
    std::io::copy(&mut flate2::read::GzDecoder::new(&mut coded), &mut page).unwrap();
    assert_eq!(unmarked(&page), TRICKY.as_bytes());
}

#[tokio::test]
async fn attack_26_what_cannot_be_marked_passes_as_it_is() {
    let marked = Marked::start().await;
    for (path, body) in [
        ("/twice", gzip(&gzip(TRICKY.as_bytes()))),
        ("/unknown", TRICKY.into()),
        ("/download", TRICKY.into()),
        ("/part", b"<html>".to_vec()),
    ] {
        let reply = marked.visit("GET", path, "").await;
        assert_eq!(reply.whole(), body, "{path}");
        let length = body.len().to_string();
        assert_eq!(reply.head.all("Content-Length"), [length], "{path}");
    }
    let condition = "If-None-Match: \"v1\"\r\nRange: bytes=0-5\r\nIf-Range: \"v1\"\r\n";
    marked.upstream.forget();
    let reply = marked.visit("GET", "/", condition).await;
    assert_eq!(unmarked(&reply.whole()), TRICKY.as_bytes());
    let asked = marked.upstream.last();
    for name in ["If-None-Match", "Range", "If-Range"] {
        assert_eq!(asked.one(name), None, "{name}");
    }
    let mut wire = marked.ask("GET", "/unchanged", condition).await;
    assert!(wire.head().await.unwrap().start_line().contains("304"));
    let mut wire = marked.ask("HEAD", "/head", "").await;
    let head = wire.head().await.unwrap();
    assert!(
        head.all("Content-Length").is_empty(),
        "not of the marked page: {head:?}"
    );
    let rest = wire.until_closed(Duration::from_millis(300)).await;
    assert!(
        rest.is_none_or(|rest| rest.is_empty()),
        "a HEAD has no body"
    );
}

#[tokio::test]
async fn attack_26_an_endless_page_shows_its_mark_at_once_and_is_cut_with_its_session() {
    let marked = Marked::start().await;
    let mut wire = marked.ask("GET", "/endless", "").await;
    assert!(wire.head().await.unwrap().start_line().contains("200"));
    let first = wire
        .until_said(b"<p>more</p>")
        .await
        .expect("the page comes as it is made");
    assert!(
        mark_in(&first).is_some(),
        "{}",
        String::from_utf8_lossy(&first)
    );
    marked
        .gate
        .command(&["members", "disable", "o.brien"])
        .await;
    let closed = wire.until_closed(Duration::from_secs(30)).await;
    assert!(closed.is_some(), "the page went on");
}
