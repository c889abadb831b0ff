//! Keeps our cookies from the applications, and theirs from touching ours.

use config::cookies::is_ours;
use http::header::{COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use pingora::http::{RequestHeader, ResponseHeader};

/// Takes our cookies out of the request. The others keep every byte, odd spacing included.
///
/// HTTP/2 may bring cookies in several headers; for an upstream that knows only one they are joined
/// (RFC 9113 §8.2.3).
pub fn hide(headers: &mut HeaderMap) {
    let mut fields = headers.get_all(COOKIE).iter();
    let (Some(first), more) = (fields.next(), fields.next().is_some()) else {
        return;
    };
    if !more && !may_hold_ours(first.as_bytes()) {
        return;
    }
    let kept = without_ours(headers);
    headers.remove(&COOKIE);
    if !kept.is_empty()
        && let Ok(value) = HeaderValue::from_bytes(&kept)
    {
        headers.insert(COOKIE, value);
    }
}

/// What another proxy is told to do with the cookies of a request that it asked about: to send on
/// those that are left, or, if none is, to send none. A proxy that is not told sends on ours too.
///
/// The second name is the one that Envoy obeys; others know by the absence of the first.
pub fn left_of(asked: RequestHeader) -> (HeaderName, HeaderValue) {
    const REMOVE: HeaderName = HeaderName::from_static("x-envoy-auth-headers-to-remove");
    let mut headers = Parts::from(asked).headers;
    hide(&mut headers);
    match headers.remove(COOKIE) {
        Some(cookies) => (COOKIE, cookies),
        None => (REMOVE, HeaderValue::from_static("cookie")),
    }
}

/// Takes out of a response what would set one of our cookies: only our own pages may.
pub fn protect(head: &mut ResponseHeader) {
    let sets_ours = |value: &HeaderValue| name_is_ours(value.as_bytes());
    if !head.headers.get_all(SET_COOKIE).iter().any(sets_ours) {
        return;
    }
    let theirs: Vec<HeaderValue> = head
        .headers
        .get_all(SET_COOKIE)
        .iter()
        .filter(|value| !sets_ours(value))
        .cloned()
        .collect();
    head.remove_header(&SET_COOKIE);
    for value in theirs {
        let _ = head.append_header(SET_COOKIE, value);
    }
}

fn without_ours(headers: &HeaderMap) -> Vec<u8> {
    let mut kept = Vec::new();
    for field in headers.get_all(COOKIE) {
        let start = kept.len();
        for pair in field.as_bytes().split(|&b| b == b';') {
            if name_is_ours(pair) {
                continue;
            }
            if kept.len() > start {
                kept.push(b';');
                kept.extend_from_slice(pair);
            } else {
                if start > 0 {
                    kept.extend_from_slice(b"; ");
                }
                // The first pair kept takes the place of the first pair sent.
                let first_was_ours = pair.as_ptr() != field.as_bytes().as_ptr();
                kept.extend_from_slice(if first_was_ours || start > 0 {
                    pair.trim_ascii_start()
                } else {
                    pair
                });
            }
        }
    }
    kept
}

fn name_is_ours(pair: &[u8]) -> bool {
    let name = pair.split(|&b| b == b'=').next().unwrap_or_default();
    // Some parsers take a quoted name for the name.
    let name = name.trim_ascii();
    let name = name.strip_prefix(b"\"").unwrap_or(name);
    std::str::from_utf8(name).map_or_else(|_| is_ours(&String::from_utf8_lossy(name)), is_ours)
}

/// A quick look that spares most requests the parsing.
fn may_hold_ours(field: &[u8]) -> bool {
    const MARK: &[u8] = b"gatehouse";
    field
        .windows(MARK.len())
        .any(|window| window.eq_ignore_ascii_case(MARK))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(COOKIE, field.parse().unwrap());
        }
        hide(&mut headers);
        assert!(headers.get_all(COOKIE).iter().count() <= 1);
        headers.get(COOKIE).map(|v| v.to_str().unwrap().to_owned())
    }

    #[test]
    fn attack_21_our_cookies_are_taken_out_and_the_others_keep_every_byte() {
        for (field, kept) in [
            ("__Host-gatehouse=s3cret", None),
            ("a=1; __Host-gatehouse=s3cret; b=2", Some("a=1; b=2")),
            ("__Host-gatehouse=s3cret; a=1", Some("a=1")),
            ("a=1;__Host-gatehouse=s3cret;b=2", Some("a=1;b=2")),
            (
                "a=1 ;  b = \"x y\" ;__HOST-Gatehouse-handover=x",
                Some("a=1 ;  b = \"x y\" "),
            ),
            (" a=1;; b", Some(" a=1;; b")),
            (
                "a=\"__Host-gatehouse=kept\"",
                Some("a=\"__Host-gatehouse=kept\""),
            ),
            (
                "__Host-gatehouse=one; __Host-gatehouse=two; c=3",
                Some("c=3"),
            ),
            ("\"__Host-gatehouse\"=x; c=3", Some("c=3")),
            ("__Host-gatehouse", None),
            ("x=gatehouse", Some("x=gatehouse")),
        ] {
            assert_eq!(sent(&[field]).as_deref(), kept, "{field}");
        }
    }

    #[test]
    fn attack_21_cookies_in_several_headers_are_joined_without_ours() {
        assert_eq!(
            sent(&["a=1", "__Host-gatehouse=s3cret", "b=2; c=3"]).as_deref(),
            Some("a=1; b=2; c=3")
        );
        assert_eq!(sent(&["__Host-gatehouse=x", "__Host-gatehouse=y"]), None);
    }

    #[test]
    fn attack_10_an_application_cannot_set_our_cookies() {
        let mut head = ResponseHeader::build(200, None).unwrap();
        for cookie in [
            "a=1; Path=/",
            "__Host-gatehouse=planted; Secure; Path=/",
            " __host-GATEHOUSE-handover=x",
            "b=2",
        ] {
            head.append_header(SET_COOKIE, cookie).unwrap();
        }
        protect(&mut head);
        let left: Vec<_> = head.headers.get_all(SET_COOKIE).iter().collect();
        assert_eq!(left, ["a=1; Path=/", "b=2"]);
    }
}
