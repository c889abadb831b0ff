//! Forward-auth: another proxy stands in front of the applications and asks about each request.
//!
//! What it asks about is turned into the request that it would have been here, and judged by the
//! same [`Gate::admit`](crate::Gate::admit); there is no second policy. Only proxies in
//! `trust.proxies` are answered, because they say by headers who asks for what.
//!
//! - `/.gatehouse/forward-auth` (Traefik, Caddy, Envoy): people who have to sign in are led there.
//! - `/.gatehouse/auth-request` (nginx): a status alone, as `auth_request` understands no other.
//!
//! Host, target and method come in `X-Forwarded-Host`, `-Uri` and `-Method`; or, as Envoy does it,
//! in the request itself, with the target behind the path of the endpoint. A mixture of the two is
//! refused: what a proxy does not write itself, its client may have sent.

use std::net::SocketAddr;

use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use pingora::http::RequestHeader;

use crate::path::addresses::AddressSet;
use crate::path::denial::Denial;
use crate::path::policy::{Grant, Target};

const FORWARD_AUTH: &[u8] = b"/.gatehouse/forward-auth";
const AUTH_REQUEST: &[u8] = b"/.gatehouse/auth-request";

const FORWARDED_HOST: &str = "x-forwarded-host";
const FORWARDED_URI: &str = "x-forwarded-uri";
const FORWARDED_METHOD: &str = "x-forwarded-method";

/// Which way of asking it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    ForwardAuth,
    AuthRequest,
}

/// The endpoint that a request is for, and what of its target stands behind the endpoint. A query
/// right behind it says nothing: Caddy leaves there that of the request it asks about.
#[must_use]
pub fn endpoint(request: &RequestHeader) -> Option<(Endpoint, &[u8])> {
    let target = request.raw_path();
    let behind = |prefix: &[u8]| match target.strip_prefix(prefix)? {
        [] | [b'?', ..] => Some(&[][..]),
        rest @ [b'/', ..] => Some(rest),
        _ => None,
    };
    behind(FORWARD_AUTH)
        .map(|rest| (Endpoint::ForwardAuth, rest))
        .or_else(|| behind(AUTH_REQUEST).map(|rest| (Endpoint::AuthRequest, rest)))
}

/// The request that is asked about.
///
/// # Errors
/// If the peer is not trusted, or does not say one thing only.
pub fn asked(
    request: &RequestHeader,
    rest: &[u8],
    peer: Option<SocketAddr>,
    trusted: &AddressSet,
) -> Result<RequestHeader, Denial> {
    if !peer.is_some_and(|peer| trusted.contains(peer.ip())) {
        return Err(Denial::ProxyNotTrusted);
    }
    let headers = &request.headers;
    // A proxy that does not say for whom it asks would have everybody judged by its own address.
    if !headers.contains_key("x-forwarded-for") && !headers.contains_key("forwarded") {
        return Err(Denial::ClientAddressUnreadable);
    }
    let (target, method, host) = subject(request, rest)?;
    if matches!(method, Method::CONNECT | Method::TRACE) {
        return Err(Denial::MethodRefused);
    }
    let mut asked = RequestHeader::build(method.as_str(), target, Some(headers.len()))
        .map_err(|_| Denial::Ambiguous("X-Forwarded-Uri is no target"))?;
    copy(headers, &mut asked)?;
    if let Some(host) = host {
        let host = HeaderValue::from_bytes(host)
            .map_err(|_| Denial::Ambiguous("X-Forwarded-Host is no host"))?;
        set(&mut asked, HOST, host)?;
    }
    Ok(asked)
}

/// Our own pages are here: a proxy that asks about them has not been told to pass them on, and would
/// take them to its application.
///
/// # Errors
/// [`Denial::UnknownPath`] for them.
pub fn leads_to_an_application(grant: Grant) -> Result<Grant, Denial> {
    match grant.target() {
        Target::Application(_) => Ok(grant),
        Target::OwnPages => Err(Denial::UnknownPath),
    }
}

type Subject<'a> = (&'a [u8], Method, Option<&'a [u8]>);

/// Target, method and, where it is not in the Host header, the host that is asked about.
fn subject<'a>(request: &'a RequestHeader, rest: &'a [u8]) -> Result<Subject<'a>, Denial> {
    let headers = &request.headers;
    let uri = only(headers, FORWARDED_URI)?;
    let method = only(headers, FORWARDED_METHOD)?;
    let host = only(headers, FORWARDED_HOST)?;
    match (rest, uri, method, host) {
        ([], Some(uri @ [b'/', ..]), Some(method), Some(_)) => {
            let method = Method::from_bytes(method)
                .map_err(|_| Denial::Ambiguous("X-Forwarded-Method is no method"))?;
            Ok((uri, method, host))
        }
        ([], ..) => Err(Denial::Ambiguous(
            "X-Forwarded-Uri, -Method and -Host do not say what is asked about",
        )),
        ([b'/', ..], None, None, None) => {
            let missing = headers.get(HOST).is_none();
            let authority = request.uri.authority().filter(|_| missing);
            let host = authority.map(|authority| authority.as_str().as_bytes());
            Ok((rest, request.method.clone(), host))
        }
        _ => Err(Denial::Ambiguous("two targets are asked about")),
    }
}

/// The one value of a header.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a [u8]>, Denial> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(_), Some(_)) => Err(Denial::Ambiguous("an X-Forwarded header came twice")),
        (value, _) => Ok(value.map(http::HeaderValue::as_bytes)),
    }
}

/// All but what belongs to the asking: its own target, connection and body.
///
/// Some proxies keep a handshake's Upgrade to themselves and hand on the rest of it; the key alone
/// tells then that a WebSocket is asked about (RFC 6455 §4.1).
fn copy(headers: &HeaderMap, asked: &mut RequestHeader) -> Result<(), Denial> {
    for (name, value) in headers {
        let of_the_asking = [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING].contains(name)
            || [FORWARDED_HOST, FORWARDED_URI, FORWARDED_METHOD].contains(&name.as_str());
        if !of_the_asking {
            asked
                .append_header(name.clone(), value.clone())
                .map_err(|_| Denial::Ambiguous("a header cannot be read"))?;
        }
    }
    let upgrades = headers.contains_key(UPGRADE);
    if !upgrades && headers.contains_key("sec-websocket-key") {
        set(asked, UPGRADE, HeaderValue::from_static("websocket"))?;
    }
    if asked.headers.contains_key(UPGRADE) {
        set(asked, CONNECTION, HeaderValue::from_static("Upgrade"))?;
    }
    Ok(())
}

fn set(asked: &mut RequestHeader, name: HeaderName, value: HeaderValue) -> Result<(), Denial> {
    asked
        .insert_header(name, value)
        .map_err(|_| Denial::Ambiguous("a header cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str, headers: &[(&str, &str)]) -> RequestHeader {
        let mut request = RequestHeader::build("GET", target.as_bytes(), None).unwrap();
        for (name, value) in headers {
            request
                .append_header((*name).to_owned(), (*value).to_owned())
                .unwrap();
        }
        request
    }

    fn ask(target: &str, headers: &[(&str, &str)]) -> Result<RequestHeader, Denial> {
        let request = request(target, headers);
        let (_, rest) = endpoint(&request).unwrap();
        let trusted = ["192.0.2.1".parse().unwrap()].iter().collect();
        asked(
            &request,
            rest,
            Some("192.0.2.1:5".parse().unwrap()),
            &trusted,
        )
    }

    const FOR: (&str, &str) = ("X-Forwarded-For", "198.51.100.7");

    #[test]
    fn what_is_asked_about_is_judged_as_if_it_had_come_here() {
        let headers = [
            FOR,
            ("Host", "gatehouse.internal"),
            ("X-Forwarded-Host", "wiki.example.com"),
            ("X-Forwarded-Uri", "/a?b=c"),
            ("X-Forwarded-Method", "DELETE"),
            ("Cookie", "x=y"),
        ];
        let asked = ask("/.gatehouse/forward-auth", &headers).unwrap();
        assert_eq!(asked.method, Method::DELETE);
        assert_eq!(asked.raw_path(), b"/a?b=c");
        assert_eq!(asked.headers.get(HOST).unwrap(), "wiki.example.com");
        assert_eq!(asked.headers.get("cookie").unwrap(), "x=y");
    }

    #[test]
    fn the_target_may_stand_behind_the_endpoint() {
        let asked = ask("/.gatehouse/forward-auth/a?b", &[FOR, ("Host", "wiki")]).unwrap();
        assert_eq!(asked.raw_path(), b"/a?b");
        assert!(endpoint(&request("/.gatehouse/forward-authority", &[])).is_none());
    }

    #[test]
    fn a_websocket_is_judged_as_one_however_the_proxy_asks() {
        for header in [("Upgrade", "websocket"), ("Sec-WebSocket-Key", "a2V5")] {
            let headers = [FOR, ("Host", "wiki"), ("Connection", "close"), header];
            let asked = ask("/.gatehouse/forward-auth/socket", &headers).unwrap();
            assert_eq!(asked.headers.get(UPGRADE).unwrap(), "websocket");
            assert_eq!(asked.headers.get(CONNECTION).unwrap(), "Upgrade");
        }
    }

    #[test]
    fn attack_04_a_proxy_that_says_two_things_is_not_believed() {
        let uri = ("X-Forwarded-Uri", "/a");
        let host = ("X-Forwarded-Host", "wiki");
        let get = ("X-Forwarded-Method", "GET");
        assert!(ask("/.gatehouse/forward-auth", &[FOR, uri, host, get]).is_ok());
        assert!(ask("/.gatehouse/forward-auth?x", &[FOR, uri, host, get]).is_ok());
        for (target, headers) in [
            ("/.gatehouse/forward-auth", &[FOR][..]),
            ("/.gatehouse/forward-auth", &[uri]),
            ("/.gatehouse/forward-auth", &[uri, host, get]),
            ("/.gatehouse/forward-auth", &[FOR, uri, uri, host, get]),
            ("/.gatehouse/forward-auth", &[FOR, uri, host]),
            ("/.gatehouse/forward-auth", &[FOR, uri, get]),
            ("/.gatehouse/forward-auth", &[FOR, host, get]),
            ("/.gatehouse/forward-auth/b", &[FOR, uri]),
            ("/.gatehouse/forward-auth/b", &[FOR, host]),
            ("/.gatehouse/forward-auth/b", &[FOR, get]),
            (
                "/.gatehouse/forward-auth",
                &[FOR, ("X-Forwarded-Uri", "http://x/"), host, get],
            ),
            (
                "/.gatehouse/auth-request",
                &[FOR, uri, host, ("X-Forwarded-Method", "G T")],
            ),
            (
                "/.gatehouse/auth-request",
                &[FOR, uri, host, ("X-Forwarded-Method", "TRACE")],
            ),
        ] {
            assert!(ask(target, headers).is_err(), "{target} {headers:?}");
        }
    }

    #[test]
    fn attack_04_nobody_is_answered_unless_they_are_trusted() {
        let request = request("/.gatehouse/auth-request", &[FOR, ("X-Forwarded-Uri", "/")]);
        let peer = Some("192.0.2.1:5".parse().unwrap());
        assert_eq!(
            asked(&request, b"", peer, &[].iter().collect()).unwrap_err(),
            Denial::ProxyNotTrusted
        );
    }
}
