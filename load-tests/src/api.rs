//! The API of Gatehouse over its control socket, as the operator of the machine has it.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::BenchError;

pub struct Api {
    socket: PathBuf,
}

impl Api {
    /// Of the node that keeps its data in that folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self {
            socket: data.join("control.sock"),
        }
    }

    /// Asks, and reads the answer.
    ///
    /// # Errors
    /// If it is a refusal.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, BenchError> {
        let failed = || BenchError::io(format!("asking the API for {path}"));
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = format!(
            "{method} /api/v1{path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = UnixStream::connect(&self.socket).map_err(failed())?;
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
}
