//! Which responses are marked, and that no header lies afterwards.

use super::*;

fn response(status: u16, headers: &[(&str, &str)]) -> ResponseHeader {
    let mut head = ResponseHeader::build(status, None).unwrap();
    for (name, value) in headers {
        head.append_header((*name).to_owned(), *value).unwrap();
    }
    head
}

const HTML: (&str, &str) = ("Content-Type", "text/html; charset=utf-8");

#[test]
fn attack_26_only_whole_pages_are_marked() {
    for (status, headers, coding) in [
        (200, &[HTML][..], Some(Coding::Identity)),
        (
            200,
            &[("Content-Type", "TEXT/HTML")],
            Some(Coding::Identity),
        ),
        (
            404,
            &[HTML, ("Content-Encoding", "gzip")],
            Some(Coding::Gzip),
        ),
        (
            503,
            &[HTML, ("Content-Encoding", "br")],
            Some(Coding::Brotli),
        ),
        (
            200,
            &[HTML, ("Content-Encoding", "zstd")],
            Some(Coding::Zstd),
        ),
        (
            200,
            &[("Content-Type", "text/html;charset=\"GBK\"")],
            Some(Coding::Identity),
        ),
        (
            200,
            &[("Content-Type", "text/html; charset=UTF-16LE")],
            None,
        ),
        (
            200,
            &[("Content-Type", "text/html; charset=iso-2022-jp")],
            None,
        ),
        (200, &[HTML, ("Content-Encoding", "gzip, br")], None),
        (200, &[HTML, ("Content-Encoding", "dcb")], None),
        (200, &[HTML, ("Content-Length", "0")], None),
        (
            200,
            &[HTML, ("Content-Disposition", "Attachment; filename=x.html")],
            None,
        ),
        (200, &[("Content-Type", "application/json")], None),
        (200, &[("Content-Type", "text/html-fragment")], None),
        (200, &[], None),
        (204, &[HTML], None),
        (206, &[HTML, ("Content-Range", "bytes 0-9/10")], None),
        (301, &[HTML], None),
        (304, &[HTML], None),
        (101, &[], None),
    ] {
        let head = response(status, headers);
        assert_eq!(to_be_marked(&head), coding, "{status} {headers:?}");
    }
}

#[test]
fn attack_26_no_header_lies_of_a_marked_page() {
    let mut head = response(
        200,
        &[
            HTML,
            ("Content-Length", "1234"),
            ("Content-MD5", "x"),
            ("Digest", "sha-256=x"),
            ("Repr-Digest", "sha-256=:x:"),
            ("ETag", "\"strong\""),
            ("Last-Modified", "Tue, 24 Nov 2026 00:00:00 GMT"),
            ("Expires", "Tue, 24 Nov 2027 00:00:00 GMT"),
            ("Accept-Ranges", "bytes"),
            ("Cache-Control", "public, max-age=3600"),
            ("Set-Cookie", "a=1"),
        ],
    );
    head.set_version(Version::HTTP_10);
    make_true(&mut head, Framing::Chunked).unwrap();
    let mut left: Vec<&str> = head.headers.keys().map(HeaderName::as_str).collect();
    left.sort_unstable();
    assert_eq!(
        left,
        [
            "cache-control",
            "content-type",
            "set-cookie",
            "transfer-encoding"
        ]
    );
    assert_eq!(head.headers[CACHE_CONTROL], "private, no-cache");
    assert_eq!(head.version, Version::HTTP_11);
}

#[test]
fn the_length_of_a_marked_page_is_told_where_it_is_known() {
    for (headers, coding, framing) in [
        (
            &[("Content-Length", "1000")][..],
            Coding::Identity,
            Framing::Length(1021),
        ),
        (
            &[("Content-Length", "1000")],
            Coding::Gzip,
            Framing::Chunked,
        ),
        (&[], Coding::Identity, Framing::Chunked),
        (
            &[("Content-Length", "x")],
            Coding::Identity,
            Framing::Chunked,
        ),
        (
            &[("Content-Length", "18446744073709551615")],
            Coding::Identity,
            Framing::Chunked,
        ),
        (
            &[("Content-Length", "9"), ("Content-Length", "9")],
            Coding::Identity,
            Framing::Chunked,
        ),
        (
            &[("Content-Length", "9"), ("Transfer-Encoding", "chunked")],
            Coding::Identity,
            Framing::Chunked,
        ),
    ] {
        let mut head = response(200, headers);
        assert_eq!(Framing::with_tag(&head, coding, 21), framing, "{headers:?}");
        make_true(&mut head, framing).unwrap();
        let length = head
            .headers
            .get(CONTENT_LENGTH)
            .map(|l| l.to_str().unwrap());
        let is_chunked = head.headers.contains_key(TRANSFER_ENCODING);
        assert_eq!(length.is_some(), !is_chunked, "{headers:?}");
    }
}

#[test]
fn what_may_never_be_stored_may_not_be_stored_when_marked() {
    let mut head = response(200, &[HTML, ("Cache-Control", "No-Store")]);
    make_true(&mut head, Framing::Chunked).unwrap();
    assert_eq!(head.headers[CACHE_CONTROL], "private, no-store");
}

#[test]
fn attack_26_the_script_passes_every_policy_of_the_page() {
    let mut head = response(
        200,
        &[
            HTML,
            ("Content-Security-Policy", "default-src 'none'"),
            (
                "Content-Security-Policy",
                "script-src 'self' 'unsafe-inline'",
            ),
            ("Content-Security-Policy-Report-Only", "script-src 'self'"),
        ],
    );
    make_true(&mut head, Framing::Chunked).unwrap();
    let policies: Vec<_> = head
        .headers
        .get_all(CONTENT_SECURITY_POLICY)
        .iter()
        .map(|v| v.to_str().unwrap())
        .collect();
    let (hash, style) = (script::SOURCE.as_str(), scriptless::SOURCE.as_str());
    assert_eq!(
        policies,
        [
            format!("default-src 'none'; script-src {hash}; style-src {style}").as_str(),
            "script-src 'self' 'unsafe-inline'"
        ]
    );
    assert_eq!(
        head.headers[CONTENT_SECURITY_POLICY_REPORT_ONLY],
        format!("script-src 'self' {hash}").as_str()
    );
}
