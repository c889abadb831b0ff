//! What somebody may do who acts for longer than a request takes: looked at again as they go on, so that
//! a role that was taken away is gone.

use std::sync::Arc;

use super::{Actor, token};
use crate::authz::{Authority, Holding};
use crate::state::State;
use crate::store::{StoreError, api_tokens, role_holdings, sign_ins};

/// The same actor as they are now; `None` if they act no more: the person is disabled or gone, their
/// sign-in has ended, the token is revoked or over.
pub async fn still(state: &State, actor: &Actor) -> Result<Option<Actor>, StoreError> {
    let mut connection = state.store.read().await?;
    let mut now = actor.clone();
    match &mut now {
        Actor::Operator { .. } | Actor::Directory { .. } => {}
        Actor::Member {
            id,
            authority,
            sign_in,
            ..
        } => {
            if !sign_ins::is_live(&mut connection, sign_in, state.clock.now()).await? {
                return Ok(None);
            }
            let held = role_holdings::of_member(&mut connection, id).await?;
            *authority = Arc::new(Authority::of(held.into_iter().map(Holding::from).collect()));
        }
        Actor::Token { id, authority, .. } => {
            let row = api_tokens::find(&mut connection, id).await?;
            let at = state.clock.now();
            let Some(row) = row.filter(|row| row.is_good(at)) else {
                return Ok(None);
            };
            let Some(granted) = token::authority(&mut connection, &row, at).await? else {
                return Ok(None);
            };
            *authority = Arc::new(granted);
        }
    }
    Ok(Some(now))
}
