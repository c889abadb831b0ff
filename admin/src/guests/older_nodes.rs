//! While a cluster is upgraded, older nodes make guests, and members of guests, and know nothing of what is
//! kept of guests beside: this is made good here.

use crate::state::State;
use crate::store::{StoreError, guest_rows as rows, guests, holds};

/// Safe to repeat; writes nothing where nothing is amiss.
pub(super) async fn catch_up(state: &State) -> Result<(), StoreError> {
    if rows::astray(&mut *state.store.read().await?)
        .await?
        .is_none()
    {
        return Ok(());
    }
    let mut tx = state.store.begin().await?;
    holds::guests(&mut tx).await?;
    for id in rows::of_members(&mut tx).await? {
        guests::forget(&mut tx, &id).await?;
    }
    rows::complete(&mut tx).await?;
    tx.commit().await
}
