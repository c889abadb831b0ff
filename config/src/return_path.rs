//! Where a person is sent back to: a path on the same host, whatever was asked for.
//!
//! A return address is the classic open redirect, because browsers read more into a string than a
//! server sees: `\` is `/`, tabs and newlines vanish, two slashes begin a host. So what is let
//! through is only what every reader takes for the same plain path.

use std::fmt;

use percent_encoding::percent_decode_str;

/// A path with its query, on the host on which it is used. Starts with exactly one `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath(String);

const MAX_BYTES: usize = 4096;
/// So many layers of percent-encoding are looked through.
const LAYERS: usize = 3;

impl ReturnPath {
    /// The front page of the host.
    #[must_use]
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// Reads what a client asked for; `None` if it is anything but a plain path on this host.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain =
            |b: u8| (0x21..0x7f).contains(&b) && !matches!(b, b'\\' | b'#' | b'"' | b'<' | b'>');
        if text.len() > MAX_BYTES || !text.bytes().all(is_plain) {
            return None;
        }
        let path = text.split('?').next().unwrap_or_default();
        if !leads_to_own_host(path) {
            return None;
        }
        let mut decoded = path.as_bytes().to_vec();
        for _ in 0..LAYERS {
            let text = String::from_utf8(decoded).ok()?;
            decoded = percent_decode_str(&text).collect();
            if !leads_to_own_host(&String::from_utf8_lossy(&decoded)) {
                return None;
            }
        }
        Some(Self(text.to_owned()))
    }

    /// As [`ReturnPath::parse`], with the front page for everything else.
    #[must_use]
    pub fn or_root(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(Self::root)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For use as a value in a query string.
    #[must_use]
    pub fn encoded(&self) -> String {
        encode(&self.0)
    }
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Percent-encodes a value for a query string.
#[must_use]
pub fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// One slash, then neither another one nor what a browser takes for one, also after dot segments
/// have been resolved.
fn leads_to_own_host(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    let starts_host = |text: &str| {
        text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control())
            .starts_with(['/', '\\'])
    };
    if starts_host(rest) || path.contains(['\\', '\0', '\r', '\n', '\t']) {
        return false;
    }
    let mut depth: Vec<&str> = Vec::new();
    for segment in rest.split('/') {
        match segment {
            "." => {}
            ".." => {
                depth.pop();
            }
            other => depth.push(other),
        }
    }
    // `/..//evil` or `/./` + `/evil` collapse to `//evil`.
    depth.len() < 2 || !depth[0].is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_09_only_a_plain_path_on_the_same_host_is_returned_to() {
        for trick in [
            "",
            "wiki",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            "https:evil.example",
            "https://evil.example",
            "HTTPS://evil.example",
            "javascript:alert(1)",
            "//user@evil.example",
            "/ /evil.example",
            " //evil.example",
            "/%2f/evil.example",
            "/%2Fevil.example",
            "/%5cevil.example",
            "/%255cevil.example",
            "/%252fevil.example",
            "/%25252fevil.example",
            "/%09/evil.example",
            "/%0d%0aSet-Cookie:x",
            "/.//evil.example",
            "/..//evil.example",
            "/a/..//evil.example",
            "/%2e%2e//evil.example",
            "//evil。example",
            "/／evil.example",
            "/\u{200b}/evil.example",
            "/x#//evil",
            "data:text/html,x",
            "/x\r\nLocation: https://evil.example",
            "https:/evil.example",
            "/a\\..\\..\\/evil",
        ] {
            assert_eq!(ReturnPath::parse(trick), None, "{trick:?}");
            assert_eq!(ReturnPath::or_root(trick).as_str(), "/", "{trick:?}");
        }
        let overlong = format!("/{}", "a".repeat(MAX_BYTES));
        assert_eq!(ReturnPath::parse(&overlong), None);
    }

    #[test]
    fn every_browser_resolves_what_is_let_through_to_the_same_host() {
        let here = url::Url::parse("https://wiki.example.com/.gatehouse/callback").unwrap();
        for path in [
            "/",
            "/a/b?c=d&e=%2F%2Fx",
            "/wiki/%E4%B8%AD%E6%96%87",
            "/a//b",
            "/search?q=https://x.example/",
            "/a/../b",
            "/@user",
            "/a:b",
            "/?next=//other",
        ] {
            let parsed = ReturnPath::parse(path).unwrap_or_else(|| panic!("{path}"));
            let resolved = here.join(parsed.as_str()).unwrap();
            assert_eq!(resolved.host_str(), Some("wiki.example.com"), "{path}");
        }
    }
}
