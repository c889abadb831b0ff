//! An upstream of plain HTTP/1.1 that keeps every byte of what reached it.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The head, byte for byte.
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    /// The values of a header, as they stand.
    pub fn header(&self, name: &str) -> Vec<String> {
        let lines = self.head.lines().skip(1).filter_map(|l| l.split_once(": "));
        lines
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .collect()
    }

    pub fn request_line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }
}

/// What the upstream does with a request.
#[derive(Clone)]
pub enum Answer {
    /// These bytes, and the connection stays open for the next request.
    Bytes(Vec<u8>),
    /// These bytes, and then a piece every so often, for ever.
    Endless {
        head: Vec<u8>,
        piece: Vec<u8>,
        every: std::time::Duration,
    },
    /// These bytes, and then everything that comes is sent back.
    Echo(Vec<u8>),
    /// The connection is closed.
    Close,
}

type Answering = Arc<dyn Fn(&Received) -> Answer + Send + Sync>;

pub struct Origin {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// `200` with a body.
pub fn ok(body: &str) -> Answer {
    let length = body.len();
    Answer::Bytes(
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes(),
    )
}

impl Origin {
    pub async fn start(answer: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer): (_, Answering) = (Arc::clone(&received), Arc::new(answer));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&answer)));
            }
        });
        Self {
            address,
            received,
            task,
        }
    }

    /// One that answers every request in the same way.
    pub async fn saying(body: &'static str) -> Self {
        Self::start(move |_| ok(body)).await
    }

    /// What has arrived so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().clone()
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<Received>>>, answer: Answering) {
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer).await {
        let answer = answer(&request);
        seen.lock().push(request);
        match answer {
            Answer::Bytes(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Answer::Endless { head, piece, every } => {
                let mut good = stream.write_all(&head).await.is_ok();
                while good {
                    tokio::time::sleep(every).await;
                    good = stream.write_all(&piece).await.is_ok();
                }
                return;
            }
            Answer::Echo(head) => {
                let _ = stream.write_all(&head).await;
                let (mut read, mut write) = stream.split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
                return;
            }
            Answer::Close => return,
        }
    }
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> bool {
    stream.read_buf(buffer).await.is_ok_and(|n| n > 0)
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let end = loop {
        if let Some(at) = find(buffer, b"\r\n\r\n") {
            break at + 4;
        }
        if !more(stream, buffer).await {
            return None;
        }
    };
    let rest = buffer.split_off(end);
    let head = String::from_utf8_lossy(&std::mem::replace(buffer, rest)).into_owned();
    let mut request = Received {
        head,
        body: Vec::new(),
    };
    if let Some(length) = request.header("content-length").first() {
        let length: usize = length.parse().unwrap();
        while buffer.len() < length {
            if !more(stream, buffer).await {
                return None;
            }
        }
        let rest = buffer.split_off(length);
        request.body = std::mem::replace(buffer, rest);
    } else if !request.header("transfer-encoding").is_empty() {
        request.body = read_chunks(stream, buffer).await?;
    }
    Some(request)
}

async fn read_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line_end = loop {
            if let Some(at) = find(buffer, b"\r\n") {
                break at;
            }
            if !more(stream, buffer).await {
                return None;
            }
        };
        let size = String::from_utf8_lossy(&buffer[..line_end]).into_owned();
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        let whole = line_end + 2 + size + 2;
        while buffer.len() < whole {
            if !more(stream, buffer).await {
                return None;
            }
        }
        body.extend_from_slice(&buffer[line_end + 2..line_end + 2 + size]);
        let rest = buffer.split_off(whole);
        *buffer = rest;
        if size == 0 {
            return Some(body);
        }
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|w| w == what)
}
