//! One connection from an address of our own choice, kept as browsers keep theirs.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use socket2::{Domain, Protocol, Socket, Type};

use crate::BenchError;

pub(crate) struct Connection {
    from: Ipv4Addr,
    to: SocketAddr,
    kept: Option<BufReader<TcpStream>>,
}

#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    /// After so many seconds it is worth another try.
    pub retry_after: Option<u64>,
    pub cookies: Vec<String>,
    pub body: String,
    length: usize,
    ends: bool,
}

impl Connection {
    pub(crate) fn new(from: Ipv4Addr, to: SocketAddr) -> Self {
        Self {
            from,
            to,
            kept: None,
        }
    }

    /// Sends a request, whose answer must say how long it is.
    pub(crate) fn exchange(&mut self, request: &str) -> Result<Answer, BenchError> {
        if let Some(kept) = self.kept.take()
            && let Ok(answer) = self.over(kept, request)
        {
            return Ok(answer);
        }
        // The other side may have closed what was kept.
        let failed = || BenchError::io(format!("asking {}", self.to));
        let fresh = self.open().map_err(failed())?;
        let failed = BenchError::io(format!("asking {}", self.to));
        self.over(BufReader::new(fresh), request).map_err(failed)
    }

    fn open(&self) -> std::io::Result<TcpStream> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
        socket.bind(&SocketAddr::from((self.from, 0)).into())?;
        socket.connect(&self.to.into())?;
        socket.set_tcp_nodelay(true)?;
        Ok(socket.into())
    }

    fn over(&mut self, mut stream: BufReader<TcpStream>, request: &str) -> std::io::Result<Answer> {
        stream.get_mut().write_all(request.as_bytes())?;
        let mut answer = read_head(&mut stream)?;
        let mut body = vec![0; answer.length];
        stream.read_exact(&mut body)?;
        answer.body = String::from_utf8_lossy(&body).into_owned();
        if !answer.ends {
            self.kept = Some(stream);
        }
        Ok(answer)
    }
}

fn read_head(stream: &mut impl std::io::BufRead) -> std::io::Result<Answer> {
    let (mut answer, mut line) = (Answer::default(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let text = line.trim_end();
        if text.is_empty() {
            return Ok(answer);
        }
        if let Some((name, value)) = text.split_once(": ") {
            answer.take(&name.to_ascii_lowercase(), value);
        } else {
            let status = text.split(' ').nth(1).and_then(|code| code.parse().ok());
            answer.status = status.unwrap_or(0);
        }
    }
}

impl Answer {
    fn take(&mut self, name: &str, value: &str) {
        match name {
            "location" => self.location = Some(value.to_owned()),
            "retry-after" => self.retry_after = value.parse().ok(),
            "set-cookie" => self.cookies.push(value.to_owned()),
            "content-length" => self.length = value.parse().unwrap_or(0),
            "connection" => self.ends = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_an_answer_is_read() {
        let mut head =
            &b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 2\r\n\
                          Set-Cookie: a=1\r\nConnection: close\r\n\r\nno"[..];
        let answer = read_head(&mut head).unwrap();
        assert_eq!((answer.status, answer.retry_after), (503, Some(5)));
        assert_eq!((answer.length, answer.ends), (2, true));
        assert_eq!(answer.cookies, ["a=1"]);
        assert_eq!(head, b"no");
    }
}
