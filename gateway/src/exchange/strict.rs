//! Framing and methods where pingora accepts more than is safe in front of servers that read HTTP
//! in their own way (RFC 9112 §6, §9.3; request smuggling).
//!
//! pingora 0.9.1 itself refuses: differing or malformed Content-Length, Transfer-Encoding that does
//! not end in `chunked`, Transfer-Encoding in HTTP/1.0, CONNECT. It forwards each request with
//! framing of its own making. What is refused here besides is never sent by an honest client, and
//! any reading of it may differ from the upstream's.

use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderValue, Method};
use pingora::proxy::Session;

use crate::path::denial::Denial;

/// Refuses what can be read in two ways.
///
/// # Errors
/// [`Denial::Ambiguous`] or [`Denial::MethodRefused`].
pub(crate) fn check(session: &Session) -> Result<(), Denial> {
    let head = session.req_header();
    if matches!(head.method, Method::CONNECT | Method::TRACE) {
        return Err(Denial::MethodRefused);
    }
    match session.as_http1() {
        Some(http1) => check_http1(&head.headers, &http1.get_headers_raw_bytes()),
        None => Ok(()),
    }
}

fn check_http1(headers: &HeaderMap, raw: &[u8]) -> Result<(), Denial> {
    if has_bare_line_feed(raw) {
        return Err(Denial::Ambiguous("a line of its head ends without CR"));
    }
    let encoded = headers.contains_key(TRANSFER_ENCODING);
    // pingora takes Content-Length away where Transfer-Encoding stands beside it.
    if encoded && names(raw, b"content-length") {
        return Err(Denial::Ambiguous("it has two lengths"));
    }
    let mut encodings = headers.get_all(TRANSFER_ENCODING).iter();
    if encodings.next().is_some_and(|value| !is_chunked(value)) || encodings.next().is_some() {
        return Err(Denial::Ambiguous(
            "its transfer encoding is not plain chunked",
        ));
    }
    if headers.get_all(CONTENT_LENGTH).iter().count() > 1 {
        return Err(Denial::Ambiguous("it has two lengths"));
    }
    if names_framing(headers) {
        return Err(Denial::Ambiguous("Connection names what frames it"));
    }
    let has_body = encoded
        || headers
            .get(CONTENT_LENGTH)
            .is_some_and(|length| length != "0");
    if has_body && headers.contains_key(UPGRADE) {
        return Err(Denial::Ambiguous("it asks for an upgrade and has a body"));
    }
    Ok(())
}

/// Whether `Connection` names a header without which the request would be another one. Whoever
/// forwards the request takes out what is named there (RFC 9110 §7.6.1), and pingora does so too: the
/// body would go on without its length.
fn names_framing(headers: &HeaderMap) -> bool {
    let names = headers.get_all(CONNECTION).iter();
    let mut names = names.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    names.any(|name| {
        let name = name.trim_ascii();
        [CONTENT_LENGTH, TRANSFER_ENCODING, HOST]
            .iter()
            .any(|framing| name.eq_ignore_ascii_case(framing.as_str().as_bytes()))
    })
}

fn is_chunked(value: &HeaderValue) -> bool {
    value.as_bytes().eq_ignore_ascii_case(b"chunked")
}

fn has_bare_line_feed(raw: &[u8]) -> bool {
    raw.split_inclusive(|byte| *byte == b'\n')
        .any(|line| !line.ends_with(b"\r\n"))
}

/// Whether a header of this (lower case) name came.
fn names(raw: &[u8], name: &[u8]) -> bool {
    raw.split(|byte| *byte == b'\n').any(|line| {
        line.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
            && matches!(line.get(name.len()), Some(b':' | b' ' | b'\t'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str) -> Result<(), Denial> {
        let mut headers = HeaderMap::new();
        for line in raw.lines().skip(1) {
            if let Some((name, value)) = line.split_once(':') {
                let name: http::HeaderName = name.trim().parse().unwrap();
                headers.append(name, value.trim().parse().unwrap());
            }
        }
        // What pingora does before we see the request.
        if headers.contains_key(TRANSFER_ENCODING) {
            headers.remove(CONTENT_LENGTH);
        }
        check_http1(&headers, raw.as_bytes())
    }

    #[test]
    fn an_ordinary_request_passes() {
        for raw in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n",
        ] {
            assert_eq!(check(raw), Ok(()), "{raw}");
        }
    }

    #[test]
    fn attack_12_what_two_servers_may_read_differently_is_refused() {
        for raw in [
            "GET / HTTP/1.1\nHost: a\n\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: y\nZ: w\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\ncontent-LENGTH: 4\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
            "GET / HTTP/1.1\r\nUpgrade: websocket\r\nContent-Length: 5\r\n\r\n",
            "POST / HTTP/1.1\r\nConnection: close, Content-LENGTH\r\nContent-Length: 5\r\n\r\n",
            "POST / HTTP/1.1\r\nConnection: close\r\nConnection: ,host ,\r\n\r\n",
        ] {
            assert!(check(raw).is_err(), "{raw}");
        }
    }
}
