//! The host that a request asks for, read in the one way in which it can be read.
//!
//! A request may name its host in up to three places: `:authority` of HTTP/2, an absolute-form
//! target, and the Host header. Where two of them disagree, whoever stands behind us might follow
//! the other one: such a request is refused rather than interpreted.

use http::header::HOST;
use pingora::http::RequestHeader;
use pingora::http::authority::{RawTargetAuthority, raw_target_authority};

use crate::path::denial::Denial;

/// The host asked for: lower case, without port and trailing dot.
pub fn read(request: &RequestHeader) -> Result<String, Denial> {
    let mut found: Option<String> = None;
    let mut agree = |authority: &[u8]| -> Result<(), Denial> {
        let host = normalise(authority)?;
        match &found {
            Some(before) if *before != host => {
                Err(Denial::Ambiguous("it names two different hosts"))
            }
            _ => {
                found = Some(host);
                Ok(())
            }
        }
    };

    if let Some(authority) = request.uri.authority() {
        agree(authority.as_str().as_bytes())?;
    }
    match raw_target_authority(request.raw_path()) {
        // Of any other target pingora makes the path `/` and sends on what came (`GET admin`).
        RawTargetAuthority::None if !request.raw_path().starts_with(b"/") => {
            return Err(Denial::Ambiguous("its target is no path"));
        }
        RawTargetAuthority::None => {}
        RawTargetAuthority::Absolute { authority, .. } => agree(authority)?,
        RawTargetAuthority::AmbiguousAuthority => {
            return Err(Denial::Ambiguous("its target names a host unclearly"));
        }
    }
    let mut headers = request.headers.get_all(HOST).iter();
    if let Some(header) = headers.next() {
        agree(header.as_bytes())?;
    }
    if headers.next().is_some() {
        return Err(Denial::Ambiguous("it has two Host headers"));
    }
    found.ok_or(Denial::Ambiguous("it names no host"))
}

/// Lower case, no port, no trailing dot. Refuses whatever is not a plain name or address: user
/// names, percent encodings, empty labels, characters outside of ASCII.
pub(crate) fn normalise(authority: &[u8]) -> Result<String, Denial> {
    const BAD: Denial = Denial::Ambiguous("its host name is malformed");
    let text = std::str::from_utf8(authority).map_err(|_| BAD)?;
    let (name, port) = if text.starts_with('[') {
        let end = text.find(']').ok_or(BAD)?;
        (&text[..=end], &text[end + 1..])
    } else {
        let end = text.find(':').unwrap_or(text.len());
        text.split_at(end)
    };
    if !port_is_good(port) {
        return Err(BAD);
    }
    if let Some(literal) = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')) {
        literal.parse::<std::net::Ipv6Addr>().map_err(|_| BAD)?;
        return Ok(name.to_ascii_lowercase());
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let label_is_good = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if name.len() > 253 || !name.split('.').all(label_is_good) {
        return Err(BAD);
    }
    Ok(name.to_ascii_lowercase())
}

/// Nothing, or a colon and a port.
fn port_is_good(port: &str) -> bool {
    port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| {
            digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u16>().is_ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str, hosts: &[&str]) -> RequestHeader {
        let mut request = RequestHeader::build("GET", target.as_bytes(), None).unwrap();
        for host in hosts {
            request.append_header("Host", *host).unwrap();
        }
        request
    }

    #[test]
    fn attack_08_every_way_to_write_a_host_leads_to_the_plain_name() {
        for host in [
            "wiki.example.com",
            "WIKI.Example.COM",
            "wiki.example.com.",
            "wiki.example.com:443",
            "wiki.example.com.:8443",
        ] {
            let found = read(&request("/", &[host]));
            assert_eq!(found.as_deref(), Ok("wiki.example.com"), "{host}");
        }
        let absolute = request("http://Wiki.example.com:80/x", &["wiki.example.com"]);
        assert_eq!(read(&absolute).as_deref(), Ok("wiki.example.com"));
    }

    #[test]
    fn attack_08_a_host_that_can_be_read_in_two_ways_is_refused() {
        for refused in [
            request("/", &["a.example.com", "b.example.com"]),
            request("/", &["a.example.com", "a.example.com"]),
            request("http://b.example.com/", &["a.example.com"]),
            request("/", &[]),
            request("/", &[""]),
            request("/", &["user@a.example.com"]),
            request("/", &["a.example.com:"]),
            request("/", &["a.example.com:80:80"]),
            request("/", &["a.example.com:99999"]),
            request("/", &["a.example.com.."]),
            request("/", &["a%2eexample.com"]),
            request("/", &["a.example.com/b"]),
            request("/", &["a.example.com, b.example.com"]),
            request("/", &["[::1"]),
            request("/", &["[fe80::1%25eth0]"]),
            request("?q", &["a.example.com"]),
            request("foo:bar://b.example.com/", &["a.example.com"]),
        ] {
            assert!(
                matches!(read(&refused), Err(Denial::Ambiguous(_))),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn attack_07_a_target_that_is_no_path_is_refused() {
        for target in ["admin/secret", "foo:bar", "?a=b", "*", "a.example.com:443"] {
            assert!(
                matches!(
                    read(&request(target, &["a.example.com"])),
                    Err(Denial::Ambiguous(_))
                ),
                "{target}"
            );
        }
    }

    #[test]
    fn attack_08_authority_of_http2_that_disagrees_with_host_is_refused() {
        let mut request = request("/", &["a.example.com"]);
        request.set_uri("https://b.example.com/".parse().unwrap());
        assert!(matches!(read(&request), Err(Denial::Ambiguous(_))));
        request.set_uri("https://A.example.com:8443/".parse().unwrap());
        assert_eq!(read(&request).as_deref(), Ok("a.example.com"));
    }
}
