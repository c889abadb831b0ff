//! The API over the control socket of a node, as its operator asks it: no credential, no TLS, one
//! connection a request.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::BenchError;

pub struct Socket(PathBuf);

impl Socket {
    /// The one in the data folder of a node.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self(data.join("control.sock"))
    }

    /// Asks, and reads the whole answer.
    pub fn get(&self, path: &str) -> Result<Value, BenchError> {
        let mut body = Vec::new();
        self.stream(path, |piece| body.extend_from_slice(piece))?;
        serde_json::from_slice(&body)
            .map_err(|why| BenchError::Unexpected(format!("{path} is no JSON: {why}")))
    }

    /// Asks for something else than to read, and reads the answer.
    ///
    /// # Errors
    /// If it is a refusal.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, BenchError> {
        self.asked(method, path, "", body)
    }

    /// Puts it in the place of what is there now, whatever that is.
    ///
    /// # Errors
    /// If it is a refusal.
    pub fn replace(&self, path: &str, body: &Value) -> Result<Value, BenchError> {
        let now = self.ask("GET", path, &Value::Null)?;
        let condition = format!("If-Match: \"{}\"\r\n", now["version"]);
        self.asked("PUT", path, &condition, body)
    }

    fn asked(
        &self,
        method: &str,
        path: &str,
        condition: &str,
        body: &Value,
    ) -> Result<Value, BenchError> {
        let failed = || BenchError::io(format!("asking the API for {path}"));
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = format!(
            "{method} /api/v1{path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n{condition}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = UnixStream::connect(&self.0).map_err(failed())?;
        stream.write_all(request.as_bytes()).map_err(failed())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(failed())?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).unwrap_or_default();
        if !status.starts_with('2') {
            let why = format!("{method} {path} was answered {status}: {body}");
            return Err(BenchError::Unexpected(why));
        }
        Ok(serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// Asks, and hands over the answer piece by piece; says how many bytes it had.
    pub fn stream(&self, path: &str, mut take: impl FnMut(&[u8])) -> Result<u64, BenchError> {
        let failed = || BenchError::io(format!("asking for {path}"));
        let mut stream = UnixStream::connect(&self.0).map_err(failed())?;
        write!(
            stream,
            "GET /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        .map_err(failed())?;
        let mut reader = BufReader::with_capacity(64 << 10, stream);
        let is_chunked = read_head(&mut reader, path)?;
        let (mut total, mut buffer) = (0, vec![0; 64 << 10]);
        loop {
            let mut left = if is_chunked {
                chunk_size(&mut reader).map_err(failed())?
            } else {
                u64::MAX
            };
            if left == 0 {
                return Ok(total);
            }
            while left > 0 {
                let most = buffer
                    .len()
                    .min(usize::try_from(left).unwrap_or(usize::MAX));
                let read = reader.read(&mut buffer[..most]).map_err(failed())?;
                if read == 0 && !is_chunked {
                    return Ok(total);
                }
                if read == 0 {
                    return Err(BenchError::Unexpected(format!("{path} was broken off")));
                }
                take(&buffer[..read]);
                total += read as u64;
                left -= read as u64;
            }
        }
    }
}

/// Says whether the body comes in chunks.
fn read_head(reader: &mut impl BufRead, path: &str) -> Result<bool, BenchError> {
    let (mut is_good, mut is_chunked) = (None, false);
    loop {
        let mut line = String::new();
        let failed = BenchError::io(format!("reading the answer to {path}"));
        reader.read_line(&mut line).map_err(failed)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        is_good.get_or_insert(line.contains(" 200 "));
        is_chunked |= line == "transfer-encoding: chunked";
    }
    if is_good == Some(true) {
        return Ok(is_chunked);
    }
    let mut why = String::new();
    let _ = reader.read_to_string(&mut why);
    Err(BenchError::Unexpected(format!("{path}: {why}")))
}

/// The line before a chunk; the empty line after the one before it is skipped.
fn chunk_size(reader: &mut impl BufRead) -> std::io::Result<u64> {
    let mut line = String::new();
    while line.trim().is_empty() {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    u64::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_read_one_after_another() {
        let mut text = &b"5\r\nhello\r\n0\r\n\r\n"[..];
        assert_eq!(chunk_size(&mut text).unwrap(), 5);
        text = &text[5..];
        assert_eq!(chunk_size(&mut text).unwrap(), 0);
    }

    #[test]
    fn an_answer_that_is_none_is_told() {
        let mut head = &b"HTTP/1.1 422 Unprocessable\r\n\r\nno"[..];
        assert!(read_head(&mut head, "/x").is_err());
    }
}
