//! API tokens: `Authorization: Bearer gh_…` (RFC 6750).

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, header};
use config::Timestamp;

use super::Actor;
use crate::authz::{Authority, Holding, Permissions, roles};
use crate::roles as custom;
use crate::state::State;
use crate::store::api_tokens::TokenRow;
use crate::store::{Connection, StoreError, api_tokens, credentials, role_holdings};
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
    let Some(authority) = authority(&mut connection, &row, now).await? else {
        return Ok(None);
    };
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
        authority: Arc::new(authority),
    }))
}

/// What the token may do just now; `None` if whoever made it is no longer active.
pub(super) async fn authority(
    connection: &mut Connection,
    row: &TokenRow,
    now: Timestamp,
) -> Result<Option<Authority>, StoreError> {
    let maker = match &row.maker {
        Some(maker) => {
            let account = credentials::find(connection, maker).await?;
            if account.is_none_or(|account| !account.is_active(now)) {
                return Ok(None);
            }
            let held = role_holdings::of_member(connection, maker).await?;
            Authority::of(held.into_iter().map(Holding::from).collect())
        }
        None => Authority::of_owner(),
    };
    Ok(Some(granted(connection, row, &maker).await?))
}

/// Of the token's scope, what its maker may do or give.
async fn granted(
    connection: &mut Connection,
    row: &TokenRow,
    maker: &Authority,
) -> Result<Authority, StoreError> {
    let mut held = Vec::with_capacity(row.scope.roles.len());
    for role in &row.scope.roles {
        let holding = custom::holding(connection, role).await?;
        held.extend(holding.filter(|holding| roles::may_delegate(maker, holding).is_ok()));
    }
    let permissions = Permissions::known_of(&row.scope.permissions);
    let own = permissions.intersection(maker.everywhere());
    Ok(Authority::of(held).and(own))
}

fn read(authorization: &str) -> Option<Token> {
    let (scheme, value) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Token::parse(value.trim().strip_prefix(PREFIX)?)
}
