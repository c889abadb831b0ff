//! An upstream that keeps every byte it receives, and answers as it was told to.
//!
//! It reads HTTP/1.1 by its own few lines rather than by a library, so that nothing is tidied up
//! before a test looks at it.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::wire::{Head, body_length};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub head: Head,
}

impl Received {
    pub fn target(&self) -> &str {
        self.head.start_line().split(' ').nth(1).unwrap_or_default()
    }

    /// The values of all headers of that name, in the spelling `name` but for case.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.head.all(name)
    }

    /// The values of all headers that an upstream may take for that name: it may fold case, read
    /// `_` as `-`, and cut spaces.
    pub fn folded(&self, name: &str) -> Vec<&str> {
        let fold = |name: &str| name.trim().to_ascii_lowercase().replace('_', "-");
        let wanted = fold(name);
        let lines = self.head.lines().filter(|(name, _)| fold(name) == wanted);
        lines.map(|(_, value)| value.trim()).collect()
    }

    /// The value of the one header of that name; a test fails if there are two.
    pub fn one(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() <= 1, "{name} came {} times: {all:?}", all.len());
        all.first().copied()
    }
}

/// What to do once a request has been read.
#[derive(Clone)]
pub enum Answer {
    /// These bytes; the connection stays open.
    Bytes(Vec<u8>),
    /// These bytes, after so long.
    Later(std::time::Duration, Vec<u8>),
    /// These bytes, then others for ever, `every` so often, until the other side goes away.
    Stream {
        head: Vec<u8>,
        piece: Vec<u8>,
        every: std::time::Duration,
    },
    /// Shakes hands for a WebSocket and says everything back.
    WebSocket,
}

impl Answer {
    /// 200 with a body and its content type.
    pub fn page(content_type: &str, body: impl AsRef<[u8]>) -> Self {
        Self::with_headers(&[("Content-Type", content_type)], body)
    }

    pub fn with_headers(headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut bytes = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            bytes.extend([name, ": ", value, "\r\n"]);
        }
        bytes.push_str("\r\n");
        let mut bytes = bytes.into_bytes();
        bytes.extend_from_slice(body);
        Self::Bytes(bytes)
    }

    /// Server-sent events, twenty a second.
    pub fn event_stream() -> Self {
        Self::Stream {
            head: b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                    Transfer-Encoding: chunked\r\n\r\n"
                .to_vec(),
            piece: b"e\r\ndata: ticking\n\r\n".to_vec(),
            every: std::time::Duration::from_millis(50),
        }
    }

    /// A gibibyte, handed out slowly.
    pub fn long_download() -> Self {
        Self::Stream {
            head: b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\
                    Content-Length: 1073741824\r\n\r\n"
                .to_vec(),
            piece: vec![b'.'; 1024],
            every: std::time::Duration::from_millis(20),
        }
    }
}

type Script = Arc<dyn Fn(&Received) -> Answer + Send + Sync>;

#[derive(Default)]
struct Record {
    requests: Mutex<Vec<Received>>,
    /// All bytes of each connection.
    bytes: Mutex<Vec<Vec<u8>>>,
}

pub struct Upstream {
    pub address: SocketAddr,
    record: Arc<Record>,
    /// Dropped with the upstream, and with it all its connections.
    _tasks: JoinSet<()>,
}

impl Upstream {
    /// Answers every request with a short text.
    pub async fn start() -> Self {
        Self::answering(|_| Answer::page("text/plain", "hello from the upstream\n")).await
    }

    pub async fn answering(script: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::new(Record::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&record), Arc::new(script)));
        Self {
            address,
            record,
            _tasks: tasks,
        }
    }

    /// Every request that arrived, health checks among them, oldest first.
    pub fn requests(&self) -> Vec<Received> {
        self.record.requests.lock().clone()
    }

    /// The newest request.
    pub fn last(&self) -> Received {
        let requests = self.requests();
        requests
            .last()
            .expect("nothing reached the upstream")
            .clone()
    }

    /// Everything that arrived, byte by byte, all connections one after another.
    pub fn bytes(&self) -> Vec<u8> {
        self.record.bytes.lock().concat()
    }

    pub fn forget(&self) {
        self.record.requests.lock().clear();
        for connection in self.record.bytes.lock().iter_mut() {
            connection.clear();
        }
    }
}

async fn accept(listener: TcpListener, record: Arc<Record>, script: Script) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = {
            let mut bytes = record.bytes.lock();
            bytes.push(Vec::new());
            bytes.len() - 1
        };
        let (record, script) = (Arc::clone(&record), Arc::clone(&script));
        connections.spawn(async move {
            // A connection that breaks is nothing to an upstream.
            let _ = serve(stream, number, &record, &script).await;
        });
    }
}

async fn serve(
    mut stream: TcpStream,
    number: usize,
    record: &Record,
    script: &Script,
) -> std::io::Result<()> {
    let mut pending = Vec::new();
    loop {
        let Some(request) = read_request(&mut stream, &mut pending, number, record).await? else {
            return Ok(());
        };
        let answer = script(&request);
        record.requests.lock().push(request.clone());
        match answer {
            Answer::Bytes(bytes) => stream.write_all(&bytes).await?,
            Answer::Later(wait, bytes) => {
                tokio::time::sleep(wait).await;
                stream.write_all(&bytes).await?;
            }
            Answer::Stream { head, piece, every } => {
                stream.write_all(&head).await?;
                loop {
                    tokio::time::sleep(every).await;
                    stream.write_all(&piece).await?;
                }
            }
            Answer::WebSocket => return converse(stream, &request).await,
        }
    }
}

async fn read_request(
    stream: &mut TcpStream,
    pending: &mut Vec<u8>,
    connection: usize,
    record: &Record,
) -> std::io::Result<Option<Received>> {
    loop {
        if let Some(end) = Head::end(pending) {
            let head = Head::from(&pending[..end]);
            if let Some(length) = body_length(&head, &pending[end..]) {
                pending.drain(..end + length);
                return Ok(Some(Received { head }));
            }
        }
        let mut buffer = vec![0; 16 * 1024];
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(None);
        }
        pending.extend_from_slice(&buffer[..read]);
        record.bytes.lock()[connection].extend_from_slice(&buffer[..read]);
    }
}

async fn converse(mut stream: TcpStream, request: &Received) -> std::io::Result<()> {
    use futures::{SinkExt, StreamExt};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
    use tokio_tungstenite::tungstenite::protocol::Role;

    let key = request.one("Sec-WebSocket-Key").unwrap_or_default();
    let accept = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    while let Some(Ok(message)) = socket.next().await {
        if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err() {
            break;
        }
    }
    Ok(())
}
