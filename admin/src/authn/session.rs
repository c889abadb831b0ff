//! The session cookie of a host of ours.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, header};
use config::cookies;

use super::Actor;
use crate::authz::{Authority, Holding};
use crate::guests::network;
use crate::state::State;
use crate::store::{StoreError, role_holdings, session_facts};
use crate::tokens::Token;

/// The value of our session cookie, if one was sent. Where several were, none is believed.
#[must_use]
pub fn sent(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == cookies::SESSION)
        .map(|(_, value)| value);
    let first = values.next();
    if values.next().is_some() {
        return Some("");
    }
    first
}

/// Whom the cookie stands for at this host, where they may come from that address. Asked of the store at every
/// request, so that a role that was taken is gone at once.
pub async fn find(
    state: &State,
    cookie: &str,
    host: &str,
    address: Option<IpAddr>,
) -> Result<Option<Actor>, StoreError> {
    let Some(token) = Token::parse(cookie) else {
        return Ok(None);
    };
    let mut connection = state.store.read().await?;
    let now = state.clock.now();
    let found = session_facts::find(&mut connection, &token.hash(), host, now).await?;
    let Some(session) = found else {
        return Ok(None);
    };
    let principal = &session.principal;
    if address.is_some_and(|from| network::keeps_person_out(state, principal, from)) {
        return Ok(None);
    }
    let held = role_holdings::of_member(&mut connection, &principal.id).await?;
    let held = held.into_iter().map(Holding::from).collect();
    Ok(Some(Actor::Member {
        id: principal.id.clone(),
        username: principal.username.clone(),
        authority: Arc::new(Authority::of(held)),
        session: session.id,
        sign_in: session.sign_in,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_cookie_is_found_among_others_and_never_guessed_from_two() {
        let sent_in = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.append(header::COOKIE, text.parse().unwrap());
            sent(&headers).map(str::to_owned)
        };
        assert_eq!(sent_in("a=b; __Host-gatehouse=x; c=d"), Some("x".into()));
        assert_eq!(sent_in("a=b; __Host-gatehouse-x=y"), None);
        let two = "__Host-gatehouse=x; __Host-gatehouse=y";
        assert_eq!(sent_in(two), Some(String::new()));
    }
}
