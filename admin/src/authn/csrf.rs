//! Whether the person behind a cookie meant the request (attack row 18).
//!
//! A browser sends the cookie with whatever another site makes it send. It lets no other site set a
//! header of our own without asking us first, which we never allow, and it says where a request
//! came from. A request that changes something needs the first; the second, where it is told, must
//! agree. An application host under the same domain is another site to us.

use axum::http::{HeaderMap, Method};

/// Any value will do: what counts is that only our own pages can set it.
pub const HEADER: &str = "x-gatehouse-csrf";

/// `origin` is that of the access host, such as `https://access.example.com:8443`.
#[must_use]
pub fn is_meant(method: &Method, headers: &HeaderMap, origin: &str) -> bool {
    let told = |name: &str| headers.get(name).map(axum::http::HeaderValue::as_bytes);
    let from_elsewhere = told("sec-fetch-site").is_some_and(|site| match method {
        // A person who types the address, or follows a link of their own, is told `none`.
        &Method::GET | &Method::HEAD => !matches!(site, b"same-origin" | b"none"),
        _ => site != b"same-origin",
    });
    let foreign_origin = told("origin").is_some_and(|told| told != origin.as_bytes());
    if from_elsewhere || foreign_origin {
        return false;
    }
    let changes_nothing = matches!(*method, Method::GET | Method::HEAD);
    changes_nothing || told(HEADER).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://access.example.com";

    fn asked(method: &Method, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap()))
            .collect();
        is_meant(method, &headers, OURS)
    }

    #[test]
    fn attack_18_a_form_of_another_site_changes_nothing() {
        for headers in [
            &[][..],
            &[("origin", "https://evil.example")],
            &[("origin", "null"), (HEADER, "1")],
            &[
                ("origin", "https://access.example.com.evil.example"),
                (HEADER, "1"),
            ],
            &[("sec-fetch-site", "same-site"), (HEADER, "1")],
            &[("sec-fetch-site", "cross-site"), (HEADER, "1")],
            &[("sec-fetch-site", "none"), (HEADER, "1")],
            &[("origin", OURS), ("sec-fetch-site", "same-origin")],
            &[("content-type", "text/plain")],
        ] {
            assert!(!asked(&Method::POST, headers), "{headers:?}");
            assert!(!asked(&Method::DELETE, headers), "{headers:?}");
        }
    }

    #[test]
    fn our_own_pages_may_change_things() {
        let headers = [
            ("origin", OURS),
            ("sec-fetch-site", "same-origin"),
            (HEADER, "1"),
        ];
        assert!(asked(&Method::POST, &headers));
        assert!(asked(&Method::PUT, &[(HEADER, "1")]));
    }

    #[test]
    fn attack_18_reading_needs_no_header_but_not_from_elsewhere() {
        assert!(asked(&Method::GET, &[]));
        assert!(asked(&Method::GET, &[("sec-fetch-site", "none")]));
        assert!(!asked(&Method::GET, &[("sec-fetch-site", "cross-site")]));
        assert!(!asked(&Method::GET, &[("sec-fetch-site", "same-site")]));
    }
}
