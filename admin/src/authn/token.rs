//! API tokens: `Authorization: Bearer gh_…` (RFC 6750).

use std::time::Duration;

use axum::http::{HeaderMap, header};
use config::Role;

use super::Actor;
use crate::authz::roles;
use crate::state::State;
use crate::store::{StoreError, api_tokens, members, session_facts};
use crate::tokens::Token;

/// Lets people and scanners tell what a leaked string is.
pub use config::api_token::PREFIX;

/// The last use is noted no more often than this.
const USE_NOTED_EVERY: Duration = Duration::from_mins(1);

/// What was sent as an Authorization header, good or not.
#[must_use]
pub fn sent(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)
        .map(|value| value.to_str().unwrap_or_default())
}

/// For whom the token acts. It never acts with more than its maker could still hand out.
pub async fn find(state: &State, authorization: &str) -> Result<Option<Actor>, StoreError> {
    let Some(token) = read(authorization) else {
        return Ok(None);
    };
    let now = state.clock.now();
    let mut connection = state.store.read().await?;
    let Some(row) = api_tokens::find_good(&mut connection, &token.hash(), now).await? else {
        return Ok(None);
    };
    let mut granted = row.roles;
    if let Some(maker) = &row.maker {
        let member = members::find(&mut connection, maker).await?;
        if member.is_none_or(|member| member.status != "active") {
            return Ok(None);
        }
        let held = session_facts::roles(&mut connection, maker).await?;
        granted.retain(|role: &Role| roles::may_delegate(&held, &[*role]).is_ok());
    }
    drop(connection);
    let noted = row.last_used_at;
    if noted.is_none_or(|noted| now.since(noted) >= USE_NOTED_EVERY) {
        let mut tx = state.store.begin().await?;
        api_tokens::used(&mut tx, &row.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Actor::Token {
        id: row.id,
        name: row.name,
        maker: row.maker,
        roles: granted,
    }))
}

fn read(authorization: &str) -> Option<Token> {
    let (scheme, value) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Token::parse(value.trim().strip_prefix(PREFIX)?)
}
