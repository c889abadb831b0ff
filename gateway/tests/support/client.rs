//! A client that sends any bytes, and reads what comes back.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Nothing in these tests takes longer.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// An answer as it arrived.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|l| l.split_once(": "));
        lines
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .next()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends these bytes on a connection of their own and reads until the other side closes it. They
/// should ask for that.
pub async fn send(address: SocketAddr, bytes: impl AsRef<[u8]>) -> Answer {
    let everything = exchange(address, bytes).await;
    parse(&everything)
}

/// Sends these bytes and reads all that comes back until the connection is closed.
pub async fn exchange(address: SocketAddr, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_ref()).await.unwrap();
    read_to_end(&mut stream).await
}

pub async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut everything = Vec::new();
    let reading = async {
        // A reset ends what can be read as well as a close does.
        while matches!(stream.read_buf(&mut everything).await, Ok(n) if n > 0) {}
    };
    tokio::time::timeout(PATIENCE, reading)
        .await
        .expect("the connection was not closed");
    everything
}

pub fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n");
    let (head, body) = end.map_or((bytes, &[][..]), |at| (&bytes[..at], &bytes[at + 4..]));
    let head = String::from_utf8_lossy(head).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answer {
        status: status.unwrap_or(0),
        head,
        body: body.to_vec(),
    }
}

/// A GET that closes its connection.
pub async fn get(address: SocketAddr, host: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(address, request("GET", host, path, headers)).await
}

pub fn request(method: &str, host: &str, path: &str, headers: &[(&str, &str)]) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text + "\r\n"
}
