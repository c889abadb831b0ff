//! Just enough of a browser to sign somebody in: cookies by host, forms, redirects, a kept connection.
//!
//! It speaks plain HTTP to one address whatever host a link names, because the measurement runs
//! without TLS and all hosts are one listener.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use crate::BenchError;
use crate::connection::{Answer, Connection};

pub struct Browser {
    gatehouse: SocketAddr,
    connection: Connection,
    /// Host and name of a cookie, and its value.
    cookies: BTreeMap<(String, String), String>,
}

/// A page that was reached after all redirects.
pub struct Page {
    pub status: u16,
    pub host: String,
    pub body: String,
}

impl Browser {
    #[must_use]
    pub fn new(gatehouse: SocketAddr) -> Self {
        Self::from_address(gatehouse, Ipv4Addr::LOCALHOST)
    }

    /// On a machine of that address.
    #[must_use]
    pub fn from_address(gatehouse: SocketAddr, address: Ipv4Addr) -> Self {
        Self {
            gatehouse,
            connection: Connection::new(address, gatehouse),
            cookies: BTreeMap::new(),
        }
    }

    /// Another one with the same cookies.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            cookies: self.cookies.clone(),
            ..Self::new(self.gatehouse)
        }
    }

    /// Nobody has signed in here before.
    pub fn forget(&mut self) {
        self.cookies.clear();
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
        let answer = self.send(host, path, &page.body, fields)?;
        self.follow(host, answer)
    }

    /// Fills in the form of a page that was opened before, and stays where it is sent.
    pub fn send(
        &mut self,
        host: &str,
        path: &str,
        page: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, BenchError> {
        let mut form = vec![("csrf", hidden(page, "csrf").unwrap_or_default())];
        form.extend(
            fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let body: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        self.exchange("POST", host, path, &body.join("&"))
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
        let port = self.gatehouse.port();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/html\r\n\
             Sec-Fetch-Mode: navigate\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.cookies_of(host),
            body.len()
        );
        let answer = self.connection.exchange(&request)?;
        for cookie in &answer.cookies {
            self.keep(host, cookie);
        }
        Ok(answer)
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
