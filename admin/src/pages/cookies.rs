//! Reading and setting cookies.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// The cookies that came with a request.
#[derive(Clone, Debug, Default)]
pub struct Cookies(Vec<(String, String)>);

impl Cookies {
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let pairs = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        Self(pairs)
    }

    /// The value of a cookie that was sent exactly once: two of one name are nobody's.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(n, _)| n == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

/// How long a browser keeps a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Until the browser is closed.
    ForNow,
    Seconds(u32),
}

/// Sets a cookie of ours. All are Secure, HttpOnly, SameSite=Lax and bound to this very host.
pub fn set(response: &mut Response, name: &str, value: &str, keep: Keep) {
    let age = match keep {
        Keep::ForNow => String::new(),
        Keep::Seconds(seconds) => format!("; Max-Age={seconds}"),
    };
    append(
        response,
        &format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"),
    );
}

/// Takes a cookie of ours away.
pub fn clear(response: &mut Response, name: &str) {
    set(response, name, "", Keep::Seconds(0));
}

fn append(response: &mut Response, line: &str) {
    // Names and values are ours and ASCII; anything else is dropped rather than sent garbled.
    if let Ok(value) = HeaderValue::from_str(line) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_was_sent_twice_is_nobodys() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; b=2"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=3; c=x=y"));
        let cookies = Cookies::from_headers(&headers);
        assert_eq!(cookies.get("a"), Some("1"));
        assert_eq!(cookies.get("b"), None);
        assert_eq!(cookies.get("c"), Some("x=y"));
        assert_eq!(cookies.get("d"), None);
    }
}
