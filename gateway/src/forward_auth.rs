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
//! in the request itself, with the target behind the path of the endpoint.

use std::net::SocketAddr;

use config::settings::Trust;
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, Method};
use pingora::http::RequestHeader;

use crate::path::denial::Denial;

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

/// The endpoint that a request is for, and what of its target stands behind the endpoint.
#[must_use]
pub fn endpoint(request: &RequestHeader) -> Option<(Endpoint, &[u8])> {
    let target = request.raw_path();
    let behind = |prefix: &[u8]| match target.strip_prefix(prefix)? {
        rest @ ([] | [b'/' | b'?', ..]) => Some(rest),
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
    trust: &Trust,
) -> Result<RequestHeader, Denial> {
    let trusted = peer.is_some_and(|peer| trust.proxies.iter().any(|p| p.contains(peer.ip())));
    if !trusted {
        return Err(Denial::ProxyNotTrusted);
    }
    let headers = &request.headers;
    // A proxy that does not say for whom it asks would have everybody judged by its own address.
    if !headers.contains_key("x-forwarded-for") && !headers.contains_key("forwarded") {
        return Err(Denial::ClientAddressUnreadable);
    }
    let target = target(headers, rest)?;
    let method = match only(headers, FORWARDED_METHOD)? {
        Some(method) => Method::from_bytes(method)
            .map_err(|_| Denial::Ambiguous("X-Forwarded-Method is no method"))?,
        None => request.method.clone(),
    };
    let mut asked = RequestHeader::build(method.as_str(), target, Some(headers.len()))
        .map_err(|_| Denial::Ambiguous("X-Forwarded-Uri is no target"))?;
    copy(headers, &mut asked)?;
    if let Some(host) = only(headers, FORWARDED_HOST)? {
        set_host(&mut asked, host)?;
    } else if let (None, Some(authority)) = (headers.get(HOST), request.uri.authority()) {
        set_host(&mut asked, authority.as_str().as_bytes())?;
    }
    Ok(asked)
}

fn target<'a>(headers: &'a HeaderMap, rest: &'a [u8]) -> Result<&'a [u8], Denial> {
    match (only(headers, FORWARDED_URI)?, rest) {
        (Some(uri), []) if uri.starts_with(b"/") => Ok(uri),
        (None, [b'/', ..]) => Ok(rest),
        (Some(_), []) => Err(Denial::Ambiguous("X-Forwarded-Uri is no path")),
        (None, _) => Err(Denial::Ambiguous(
            "nothing says which target is asked about",
        )),
        (Some(_), _) => Err(Denial::Ambiguous("two targets are asked about")),
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

/// All but what belongs to the asking: its own target and body.
fn copy(headers: &HeaderMap, asked: &mut RequestHeader) -> Result<(), Denial> {
    for (name, value) in headers {
        let of_the_asking = [CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE].contains(name)
            || [FORWARDED_HOST, FORWARDED_URI, FORWARDED_METHOD].contains(&name.as_str());
        if !of_the_asking {
            asked
                .append_header(name.clone(), value.clone())
                .map_err(|_| Denial::Ambiguous("a header cannot be read"))?;
        }
    }
    Ok(())
}

fn set_host(asked: &mut RequestHeader, host: &[u8]) -> Result<(), Denial> {
    let host = http::HeaderValue::from_bytes(host)
        .map_err(|_| Denial::Ambiguous("X-Forwarded-Host is no host"))?;
    asked
        .insert_header(HOST, host)
        .map_err(|_| Denial::Ambiguous("X-Forwarded-Host is no host"))
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
        let trust = Trust {
            proxies: vec!["192.0.2.1".parse().unwrap()],
        };
        asked(&request, rest, Some("192.0.2.1:5".parse().unwrap()), &trust)
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
    fn attack_04_a_proxy_that_says_two_things_is_not_believed() {
        let uri = ("X-Forwarded-Uri", "/a");
        for (target, headers) in [
            ("/.gatehouse/forward-auth", &[FOR][..]),
            ("/.gatehouse/forward-auth", &[uri]),
            ("/.gatehouse/forward-auth", &[FOR, uri, uri]),
            ("/.gatehouse/forward-auth/b", &[FOR, uri]),
            (
                "/.gatehouse/forward-auth",
                &[FOR, ("X-Forwarded-Uri", "http://x/")],
            ),
            (
                "/.gatehouse/auth-request",
                &[FOR, uri, ("X-Forwarded-Method", "G T")],
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
            asked(&request, b"", peer, &Trust::default()).unwrap_err(),
            Denial::ProxyNotTrusted
        );
    }
}
