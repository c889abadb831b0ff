//! Row 20: clients that make the program work and remember without end. Whatever they send, it stays
//! within bounds and serves the others.

use std::time::Duration;

use config::clock::Stopwatch;
use tokio::net::TcpStream;

use crate::end_to_end::harness::{Answer, Application, Gatehouse, Upstream, Wire, exchange};
use crate::support::frames::{self, END_HEADERS, END_STREAM};

const HOST: &str = "open.corp.test";
/// A flood goes on for so long at most.
const LONG: Duration = Duration::from_secs(8);
/// A debug build and its allocator take some; each flood would take many times this if it were kept.
const GROWTH: usize = 256 << 20;

struct Besieged {
    gate: Gatehouse,
    _upstream: Upstream,
}

impl Besieged {
    async fn start() -> Self {
        let large = vec![b'x'; 4 << 20];
        let upstream = Upstream::answering(move |request| match request.target() {
            "/large" => Answer::page("application/octet-stream", &large),
            _ => Answer::page("text/plain", "short"),
        })
        .await;
        let gate = Gatehouse::start()
            .with_application(Application::new("open", &upstream).public())
            .await;
        Self {
            gate,
            _upstream: upstream,
        }
    }

    async fn serves_others(&self) {
        let request = format!("GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
        let watch = Stopwatch::start();
        let reply = exchange(&self.gate, request)
            .await
            .expect("others are not served");
        assert_eq!(reply.status(), 200);
        eprintln!("another client was served in {:?}", watch.elapsed());
    }

    /// What it has more than `before`, which must not be much.
    fn keeps_little(&self, before: usize, what: &str) {
        self.keeps_less_than(GROWTH, before, what);
    }

    fn keeps_less_than(&self, most: usize, before: usize, what: &str) {
        let more = self.gate.resident().saturating_sub(before);
        eprintln!("{what}: {} MiB more", more >> 20);
        assert!(more < most, "{what}: {} MiB more", more >> 20);
    }

    /// Sends the pieces on one connection, reading nothing that is not in the way, until they end,
    /// the connection closes or is no longer read, or time is up.
    async fn flood(&self, mut wire: Wire, pieces: impl Iterator<Item = Vec<u8>>, what: &str) {
        let before = self.gate.resident();
        let mut sent = 0;
        let sending = async {
            for piece in pieces {
                sent += piece.len();
                wire.send(piece).await?;
            }
            std::io::Result::Ok(())
        };
        let ended = match tokio::time::timeout(LONG, sending).await {
            Ok(Ok(())) => "taken",
            Ok(Err(_)) => "closed",
            Err(_) => "held",
        };
        eprintln!("{what}: {ended} after {} KiB", sent >> 10);
        self.serves_others().await;
        self.keeps_little(before, what);
    }

    async fn h2(&self, settings: &[u8]) -> Wire {
        let mut wire = Wire::tls(&self.gate, HOST, "h2").await;
        wire.send(frames::PREFACE).await.unwrap();
        wire.send(frames::frame(0x4, 0, 0, settings)).await.unwrap();
        wire
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_20_frames_without_end_are_not_kept() {
    let besieged = Besieged::start().await;
    let get = frames::get(HOST);
    let open = |stream| frames::headers(END_HEADERS, stream, &get);

    let reset = (0..50_000).map(|n| {
        let stream = 2 * n + 1;
        let whole = frames::headers(END_HEADERS | END_STREAM, stream, &get);
        [whole, frames::reset(stream)].concat()
    });
    let wire = besieged.h2(&[]).await;
    besieged.flood(wire, reset, "requests taken back").await;

    let block: Vec<u8> = (0..100)
        .flat_map(|_| frames::literal("x-more", &"y".repeat(120)))
        .collect();
    let start = std::iter::once(frames::headers(0, 1, &get));
    let endless = start.chain((0..40_000).map(|_| frames::continuation(1, &block)));
    let wire = besieged.h2(&[]).await;
    besieged.flood(wire, endless, "a head without end").await;

    for (what, piece) in [
        ("settings", frames::settings()),
        ("pings", frames::ping()),
        ("priorities", frames::frame(0x2, 0, 1, &[0, 0, 0, 0, 9])),
        ("windows", frames::frame(0x8, 0, 0, &[0, 0, 0, 1])),
        ("data without data", frames::frame(0x0, 0, 1, &[])),
        (
            "frames that nobody knows",
            frames::frame(0xfa, 0, 0, &[0; 1024]),
        ),
    ] {
        let wire = besieged.h2(&[]).await;
        let piece = piece.repeat(64);
        let all = std::iter::once(open(1)).chain((0..4_000).map(|_| piece.clone()));
        besieged.flood(wire, all, what).await;
    }
}

/// A field of 4 KiB that is put into the table once and named by one byte each time after: a frame
/// of 16 KiB would be a head of 60 MiB (CVE-2016-6581).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_20_a_head_that_unfolds_to_a_huge_one_is_refused() {
    let besieged = Besieged::start().await;
    let get = frames::get(HOST);
    // Incremental indexing, name "x", a value of 4000 bytes (127 + 3873 in 7-bit groups).
    let mut first = [&get[..], &[0x40, 1, b'x', 0x7f, 0xa1, 0x1e]].concat();
    first.extend([b'y'; 4000]);
    let pieces = (0..64).map(|n| {
        let block = if n == 0 {
            first.clone()
        } else {
            [&get[..], &[0xbe; 15_000]].concat()
        };
        frames::headers(END_HEADERS | END_STREAM, 2 * n + 1, &block)
    });
    let wire = besieged.h2(&[]).await;
    besieged.flood(wire, pieces, "heads that unfold").await;
}

/// 4 MiB each for 800 streams whose reader takes nothing: 3 GiB if it were all fetched.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_20_answers_that_nobody_reads_are_not_fetched() {
    let besieged = Besieged::start().await;
    let before = besieged.gate.resident();
    // As frames::get, but for the path.
    let mut block = vec![0x82, 0x87, 0x04, 6];
    block.extend(b"/large");
    block.extend(&frames::get(HOST)[3..]);
    // SETTINGS_INITIAL_WINDOW_SIZE 0.
    let nothing = [0, 4, 0, 0, 0, 0];
    let mut held = Vec::new();
    for _ in 0..8 {
        let mut wire = besieged.h2(&nothing).await;
        for stream in 0..100 {
            let asked = frames::headers(END_HEADERS | END_STREAM, 2 * stream + 1, &block);
            wire.send(asked).await.unwrap();
        }
        held.push(wire);
    }
    for _ in 0..100 {
        let mut wire = Wire::plain(&besieged.gate).await;
        let request = format!("GET /large HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
        wire.send(request).await.unwrap();
        held.push(wire);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    besieged.serves_others().await;
    // A few pieces of 64 KiB wait for each reader, and no more of the answer.
    besieged.keeps_less_than(900 << 20, before, "answers that nobody reads");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_20_thousands_of_silent_and_slow_connections_keep_nobody_out() {
    let besieged = Besieged::start().await;
    let before = besieged.gate.resident();
    let mut silent = Vec::new();
    for _ in 0..3000 {
        silent.push(
            TcpStream::connect(besieged.gate.plain_address())
                .await
                .unwrap(),
        );
    }
    besieged.serves_others().await;
    besieged.keeps_little(before, "3000 silent connections");
    let mut slow = Vec::new();
    for _ in 0..500 {
        let mut wire = Wire::plain(&besieged.gate).await;
        let begun = format!("GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ");
        wire.send(begun).await.unwrap();
        slow.push(wire);
    }
    let mut handshakes = Vec::new();
    for _ in 0..500 {
        let mut stream = TcpStream::connect(besieged.gate.address()).await.unwrap();
        // The first bytes of a ClientHello, and never the rest.
        let begun = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
        tokio::io::AsyncWriteExt::write_all(&mut stream, &begun)
            .await
            .unwrap();
        handshakes.push(stream);
    }
    besieged.keeps_little(before, "with 500 handshakes that never end");
    for wire in &mut slow {
        let _ = wire.send("y".repeat(30_000)).await;
    }
    besieged.serves_others().await;
    besieged.keeps_little(before, "4000 connections");
    let ended = async {
        for wire in &mut slow {
            while wire.fill().await.is_some() {}
        }
    };
    let waited = tokio::time::timeout(Duration::from_mins(1), ended).await;
    assert!(waited.is_ok(), "heads that do not come are waited for");
    for mut stream in handshakes {
        let mut byte = [0; 64];
        let reading = async {
            while matches!(tokio::io::AsyncReadExt::read(&mut stream, &mut byte).await, Ok(n) if n > 0)
            {
            }
        };
        let waited = tokio::time::timeout(Duration::from_mins(1), reading).await;
        assert!(waited.is_ok(), "handshakes that do not come are waited for");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_20_lines_without_end_are_not_kept() {
    let besieged = Besieged::start().await;
    let post = format!("POST / HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\n");
    let filler = "z".repeat(64 << 10);
    for (what, begun, piece) in [
        ("a request line", "GET /".to_owned(), filler.clone()),
        (
            "a header",
            format!("GET / HTTP/1.1\r\nHost: {HOST}\r\nX: "),
            filler.clone(),
        ),
        (
            "headers",
            format!("GET / HTTP/1.1\r\nHost: {HOST}\r\n"),
            "X: y\r\n".repeat(10_000),
        ),
        ("a chunk extension", format!("{post}1;x="), filler.clone()),
        (
            "a chunk size",
            format!("{post}0000000000"),
            "0".repeat(64 << 10),
        ),
        (
            "trailers",
            format!("{post}0\r\n"),
            "X: y\r\n".repeat(10_000),
        ),
        ("empty lines", String::new(), "\r\n".repeat(32 << 10)),
    ] {
        let wire = Wire::plain(&besieged.gate).await;
        let begin = std::iter::once(begun.into_bytes());
        let all = begin.chain((0..4_000).map(|_| piece.clone().into_bytes()));
        besieged.flood(wire, all, what).await;
    }
}
