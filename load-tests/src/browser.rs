//! Just enough of a browser to sign somebody in: cookies by host, forms, redirects.
//!
//! It speaks plain HTTP to one address whatever host a link names, because the measurement runs
//! without TLS and all hosts are one listener.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::BenchError;

pub struct Browser {
    gatehouse: SocketAddr,
    /// Host and name of a cookie, and its value.
    cookies: BTreeMap<(String, String), String>,
}

/// A page that was reached after all redirects.
pub struct Page {
    pub status: u16,
    pub host: String,
    pub body: String,
}

struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

impl Browser {
    #[must_use]
    pub fn new(gatehouse: SocketAddr) -> Self {
        Self {
            gatehouse,
            cookies: BTreeMap::new(),
        }
    }

    /// The value of the `Cookie` header for a host.
    #[must_use]
    pub fn cookies_of(&self, host: &str) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .filter(|((of, _), _)| of == host)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Opens a page and follows redirects.
    pub fn open(&mut self, host: &str, path: &str) -> Result<Page, BenchError> {
        let answer = self.exchange("GET", host, path, "")?;
        self.follow(host, answer)
    }

    /// Opens a page, fills in its form and sends it.
    pub fn fill(
        &mut self,
        host: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Page, BenchError> {
        let page = self.open(host, path)?;
        let mut form = vec![("csrf", hidden(&page.body, "csrf").unwrap_or_default())];
        form.extend(
            fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let body: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let answer = self.exchange("POST", host, path, &body.join("&"))?;
        self.follow(host, answer)
    }

    fn follow(&mut self, host: &str, mut answer: Answer) -> Result<Page, BenchError> {
        let mut host = host.to_owned();
        for _ in 0..12 {
            let Some(location) = answer.location else {
                return Ok(Page {
                    status: answer.status,
                    host,
                    body: answer.body,
                });
            };
            let path = match location.strip_prefix("http://") {
                Some(rest) => {
                    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
                    host = authority.split(':').next().unwrap_or_default().into();
                    format!("/{path}")
                }
                None => location,
            };
            answer = self.exchange("GET", &host, &path, "")?;
        }
        Err(BenchError::Unexpected(format!(
            "{host} redirects without end"
        )))
    }

    fn exchange(
        &mut self,
        method: &str,
        host: &str,
        path: &str,
        body: &str,
    ) -> Result<Answer, BenchError> {
        let doing = || format!("asking {host} for {path}");
        let mut stream = TcpStream::connect(self.gatehouse).map_err(BenchError::io(doing()))?;
        let port = self.gatehouse.port();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/html\r\n\
             Sec-Fetch-Mode: navigate\r\nCookie: {}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.cookies_of(host),
            body.len()
        )
        .map_err(BenchError::io(doing()))?;
        let mut bytes = Vec::new();
        stream
            .read_to_end(&mut bytes)
            .map_err(BenchError::io(doing()))?;
        Ok(self.read(host, &String::from_utf8_lossy(&bytes)))
    }

    fn read(&mut self, host: &str, text: &str) -> Answer {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let mut answer = Answer {
            status: head
                .split_whitespace()
                .nth(1)
                .and_then(|code| code.parse().ok())
                .unwrap_or(0),
            location: None,
            body: body.to_owned(),
        };
        for line in head.lines().skip(1) {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            match name.to_ascii_lowercase().as_str() {
                "location" => answer.location = Some(value.trim().to_owned()),
                "set-cookie" => self.keep(host, value.trim()),
                _ => {}
            }
        }
        answer
    }

    fn keep(&mut self, host: &str, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            let key = (host.to_owned(), name.to_owned());
            if cookie.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(&key);
            } else {
                self.cookies.insert(key, value.to_owned());
            }
        }
    }
}

fn hidden(page: &str, name: &str) -> Option<String> {
    let (_, after) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(after.split('"').next().unwrap_or_default().to_owned())
}

fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_kept_for_its_host_until_it_is_taken_back() {
        let mut browser = Browser::new("127.0.0.1:1".parse().unwrap());
        browser.keep("a.localhost", "x=1; Path=/; Secure");
        assert_eq!(browser.cookies_of("a.localhost"), "x=1");
        assert_eq!(browser.cookies_of("b.localhost"), "");
        browser.keep("a.localhost", "x=; Max-Age=0");
        assert_eq!(browser.cookies_of("a.localhost"), "");
    }

    #[test]
    fn a_hidden_field_is_found() {
        let page = "<input type=\"hidden\" name=\"csrf\" value=\"abc\">";
        assert_eq!(hidden(page, "csrf").as_deref(), Some("abc"));
    }
}
