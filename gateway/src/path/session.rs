//! Stage 4: which principal? Three outcomes, never a bool.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::cookies;
use config::session::TokenHash;
use http::HeaderMap;
use http::header::COOKIE;
use pingora::http::RequestHeader;
use sha2::{Digest, Sha256};

use crate::gate::Gate;
use crate::path::access_rules::AccessRules;
use crate::path::denial::Denial;
use crate::path::visit::Visit;
use crate::rulebook::Route;
use crate::sessions::SessionEntry;

/// What is known of who is calling.
#[derive(Clone, Default)]
pub enum Identity {
    /// Our own pages will ask themselves.
    #[default]
    NotAsked,
    /// No session cookie came.
    Anonymous,
    Authenticated(Arc<SessionEntry>),
    /// A cookie came that opens nothing here.
    Failed,
}

/// The session cookie of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    None,
    Token(TokenHash),
    /// Two of them, or one that we never made: which was meant cannot be told.
    Unreadable,
}

/// Records who is calling. Where nobody needs to be signed in, a store that is away is no reason to
/// turn anyone away: the caller is then nobody in particular.
pub async fn find(gate: &Gate, request: &RequestHeader, visit: &mut Visit) -> Result<(), Denial> {
    let Some(Route::Application(application)) = &visit.route else {
        return Ok(());
    };
    let is_public = matches!(application.access(visit.path_rule), AccessRules::Public(_));
    let cookie = read_cookie(&request.headers);
    match identify(gate, cookie, &visit.host, visit.at).await {
        Ok(identity) => visit.identity = identity,
        Err(_) if is_public => visit.identity = Identity::Failed,
        Err(denial) => return Err(denial),
    }
    Ok(())
}

/// Whom the cookie stands for at this host.
pub(crate) async fn identify(
    gate: &Gate,
    cookie: Cookie,
    host: &str,
    now: config::Timestamp,
) -> Result<Identity, Denial> {
    let token = match cookie {
        Cookie::None => return Ok(Identity::Anonymous),
        Cookie::Unreadable => return Ok(Identity::Failed),
        Cookie::Token(token) => token,
    };
    match gate.sessions.find(&token, host, now).await {
        Ok(Some(entry)) => Ok(Identity::Authenticated(entry)),
        Ok(None) => Ok(Identity::Failed),
        Err(_) => Err(Denial::StoreAway),
    }
}

/// Reads the session cookie (RFC 6265 §4.2.1; HTTP/2 may split the header in several).
#[must_use]
pub fn read_cookie(headers: &HeaderMap) -> Cookie {
    let mut found = Cookie::None;
    for header in headers.get_all(COOKIE) {
        for pair in header.as_bytes().split(|byte| *byte == b';') {
            let Some(value) = value_of(pair.trim_ascii()) else {
                continue;
            };
            found = match (found, hash_of(value)) {
                (Cookie::None, Some(token)) => Cookie::Token(token),
                _ => Cookie::Unreadable,
            };
        }
    }
    found
}

fn value_of(pair: &[u8]) -> Option<&[u8]> {
    let value = pair.strip_prefix(cookies::SESSION.as_bytes())?;
    value.strip_prefix(b"=")
}

/// The SHA-256 of the 32 bytes that the cookie holds in base64url.
fn hash_of(value: &[u8]) -> Option<TokenHash> {
    let mut token = [0; 33];
    let length = URL_SAFE_NO_PAD.decode_slice(value, &mut token).ok()?;
    let token = token.get(..length).filter(|token| token.len() == 32)?;
    Some(Sha256::digest(token).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(headers: &[&str]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(COOKIE, header.parse().unwrap());
        }
        map
    }

    fn token(byte: u8) -> String {
        URL_SAFE_NO_PAD.encode([byte; 32])
    }

    #[test]
    fn the_session_cookie_is_found_among_others() {
        let ours = format!("a=b; {}={}; c=d", cookies::SESSION, token(7));
        let expected = Cookie::Token(Sha256::digest([7; 32]).into());
        assert_eq!(read_cookie(&cookies(&[&ours])), expected);
        assert_eq!(read_cookie(&cookies(&["x=y", &ours])), expected);
        assert_eq!(read_cookie(&cookies(&["a=b"])), Cookie::None);
        assert_eq!(read_cookie(&cookies(&[])), Cookie::None);
    }

    #[test]
    fn attack_10_two_session_cookies_open_nothing() {
        let one = format!("{}={}", cookies::SESSION, token(1));
        let two = format!("{}={}", cookies::SESSION, token(2));
        for headers in [
            vec![one.clone(), two.clone()],
            vec![format!("{one}; {two}")],
        ] {
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            assert_eq!(read_cookie(&cookies(&headers)), Cookie::Unreadable);
        }
    }

    #[test]
    fn a_cookie_that_we_never_made_opens_nothing() {
        for value in [
            "",
            "x",
            "%",
            &"A".repeat(42),
            &"A".repeat(44),
            &"A".repeat(500),
        ] {
            let header = format!("{}={value}", cookies::SESSION);
            assert_eq!(
                read_cookie(&cookies(&[&header])),
                Cookie::Unreadable,
                "{value}"
            );
        }
    }

    #[test]
    fn a_name_that_only_resembles_ours_is_not_ours() {
        let longer = format!("{}-x={}", cookies::SESSION, token(1));
        let shorter = format!("gatehouse={}", token(1));
        assert_eq!(read_cookie(&cookies(&[&longer, &shorter])), Cookie::None);
    }
}
