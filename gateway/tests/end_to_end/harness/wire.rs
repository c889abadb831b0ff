//! HTTP/1.1 by the byte: what a client library would refuse to send, and what it would hide.

use std::io;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Gatehouse;

/// The head of a message, as it stood on the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Head(String);

impl Head {
    /// Where the head ends in `bytes`, if it does.
    pub fn end(bytes: &[u8]) -> Option<usize> {
        bytes
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .map(|at| at + 4)
    }

    pub fn start_line(&self) -> &str {
        self.0.split("\r\n").next().unwrap_or_default()
    }

    pub fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.0.split("\r\n").skip(1);
        lines.filter_map(|line| line.split_once(':'))
    }

    /// The values of all headers of that name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.lines()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect()
    }
}

impl From<&[u8]> for Head {
    fn from(bytes: &[u8]) -> Self {
        Self(String::from_utf8_lossy(bytes).into_owned())
    }
}

impl std::fmt::Debug for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How many bytes of `rest` are the body of the message with this head; `None` if more must come.
pub fn body_length(head: &Head, rest: &[u8]) -> Option<usize> {
    let chunked = |value: &&str| value.eq_ignore_ascii_case("chunked");
    if head.all("Transfer-Encoding").last().is_some_and(chunked) {
        return chunks_end(rest);
    }
    let length = head
        .all("Content-Length")
        .first()
        .map_or(Ok(0), |l| l.parse());
    length.ok().filter(|length| *length <= rest.len())
}

fn chunks_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = bytes[at..].windows(2).position(|w| w == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..at + line]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        at += line + 2 + size + 2;
        if at > bytes.len() {
            return None;
        }
        if size == 0 {
            return Some(at);
        }
    }
}

/// A response as it stood on the wire.
#[derive(Debug)]
pub struct Reply {
    pub head: Head,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn status(&self) -> u16 {
        let status = self.head.start_line().split(' ').nth(1);
        status.and_then(|s| s.parse().ok()).unwrap_or(0)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body without its chunks.
    pub fn whole(&self) -> Vec<u8> {
        if self.head.all("Transfer-Encoding").is_empty() {
            return self.body.clone();
        }
        let (mut whole, mut rest) = (Vec::new(), &self.body[..]);
        loop {
            let line = rest.windows(2).position(|w| w == b"\r\n").unwrap();
            let size = std::str::from_utf8(&rest[..line]).unwrap();
            let size = usize::from_str_radix(size.trim(), 16).unwrap();
            if size == 0 {
                return whole;
            }
            whole.extend_from_slice(&rest[line + 2..line + 2 + size]);
            rest = &rest[line + 4 + size..];
        }
    }
}

pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection on which anything can be said.
pub struct Wire {
    stream: Box<dyn Stream>,
    pending: Vec<u8>,
}

impl Wire {
    /// Plain text, to the listener without TLS.
    pub async fn plain(gate: &Gatehouse) -> Self {
        let stream = TcpStream::connect(gate.plain_address()).await.unwrap();
        Self::over(stream)
    }

    /// TLS with the name and the protocol (ALPN) given.
    pub async fn tls(gate: &Gatehouse, name: &str, protocol: &str) -> Self {
        let stream = TcpStream::connect(gate.address()).await.unwrap();
        let connector = tokio_rustls::TlsConnector::from(gate.certificates().client(&[protocol]));
        let name = ServerName::try_from(name.to_owned()).unwrap();
        Self::over(connector.connect(name, stream).await.unwrap())
    }

    pub fn over(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            pending: Vec::new(),
        }
    }

    /// What lies beneath, for a client library to speak on.
    pub fn into_stream(self) -> Box<dyn Stream> {
        self.stream
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref()).await?;
        self.stream.flush().await
    }

    /// The next response; `None` if the other side closed before one was whole, or said nothing for
    /// ten seconds.
    pub async fn reply(&mut self) -> Option<Reply> {
        self.reply_within(Duration::from_secs(10)).await
    }

    /// The same, with as much patience as the test has.
    pub async fn reply_within(&mut self, patience: Duration) -> Option<Reply> {
        let reading = async {
            loop {
                if let Some(reply) = self.take_reply() {
                    return Some(reply);
                }
                self.fill().await?;
            }
        };
        tokio::time::timeout(patience, reading).await.ok()?
    }

    fn take_reply(&mut self) -> Option<Reply> {
        let end = Head::end(&self.pending)?;
        let head = Head::from(&self.pending[..end]);
        let length = body_length(&head, &self.pending[end..])?;
        let body = self.pending[end..end + length].to_vec();
        self.pending.drain(..end + length);
        Some(Reply { head, body })
    }

    /// The head of the next response, whose body may never end.
    pub async fn head(&mut self) -> Option<Head> {
        let reading = async {
            loop {
                if let Some(end) = Head::end(&self.pending) {
                    let head = Head::from(&self.pending[..end]);
                    self.pending.drain(..end);
                    return Some(head);
                }
                self.fill().await?;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), reading)
            .await
            .ok()?
    }

    /// Everything that comes until the other side has said this; `None` if it does not.
    pub async fn until_said(&mut self, what: &[u8]) -> Option<Vec<u8>> {
        let reading = async {
            while !self.pending.windows(what.len()).any(|w| w == what) {
                self.fill().await?;
            }
            Some(self.pending.clone())
        };
        tokio::time::timeout(Duration::from_secs(10), reading)
            .await
            .ok()?
    }

    /// Reads whatever comes next. `None` at the end of the connection.
    pub async fn fill(&mut self) -> Option<usize> {
        let mut buffer = vec![0; 16 * 1024];
        let read = self.stream.read(&mut buffer).await.ok()?;
        self.pending.extend_from_slice(&buffer[..read]);
        (read > 0).then_some(read)
    }

    /// Everything that comes until the other side closes; `None` if it has not within `patience`.
    pub async fn until_closed(&mut self, patience: Duration) -> Option<Vec<u8>> {
        let closing = async { while self.fill().await.is_some() {} };
        tokio::time::timeout(patience, closing).await.ok()?;
        Some(std::mem::take(&mut self.pending))
    }
}

/// Sends one request on a plain connection of its own and returns the first response.
pub async fn exchange(gate: &Gatehouse, request: impl AsRef<[u8]>) -> Option<Reply> {
    let mut wire = Wire::plain(gate).await;
    wire.send(request).await.ok()?;
    wire.reply().await
}
