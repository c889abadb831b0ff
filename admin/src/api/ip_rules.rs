//! `/ip-rules`: whether IP lists are in force at all, and the change of one that is on trial.

use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use config::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;
use crate::authz::Permit;
use crate::edit::Edit;
use crate::ip_lists::switch;
use crate::ip_lists::trial::{self, Trial};
use crate::state::State;

/// How it stands with the rules. Times are milliseconds since 1970.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IpRules {
    /// Since when no list is in force; `null`: they are.
    pub off_since: Option<Timestamp>,
    /// The change that waits to be confirmed, if one does.
    pub trial: Option<Trial>,
    /// From where the caller comes; `null` on the machine itself.
    pub your_address: Option<String>,
}

#[utoipa::path(get, path = "/ip-rules", tag = "ip-lists", operation_id = "read_rules",
    responses((status = 200, body = IpRules)))]
pub async fn read(
    Extract(state): Extract<State>,
    permit: Permit,
) -> Result<Json<IpRules>, Problem> {
    let mut view = state.store.view().await?;
    let address = permit
        .origin()
        .address
        .map(|address| address.to_canonical());
    Ok(Json(IpRules {
        off_since: switch::read(&mut view).await?.off_since,
        trial: trial::pending(&mut view).await?,
        your_address: address.map(|address| address.to_string()),
    }))
}

/// Puts all lists out of force, so that nobody is kept out by an address. Only on the machine itself:
/// `gatehouse ip-rules off`.
#[utoipa::path(post, path = "/ip-rules/off", tag = "ip-lists", operation_id = "switch_off",
    responses((status = 204)))]
pub async fn off(Extract(state): Extract<State>, permit: Permit) -> Result<StatusCode, Problem> {
    switch::off(Edit::begin(&state, &permit).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts the lists in force again, unless they would keep the caller out.
#[utoipa::path(post, path = "/ip-rules/on", tag = "ip-lists", operation_id = "switch_on",
    responses((status = 204)))]
pub async fn on(Extract(state): Extract<State>, permit: Permit) -> Result<StatusCode, Problem> {
    switch::on(Edit::begin(&state, &permit).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps the change that is on trial. Somebody whom it lets in does so, or whoever is at the machine.
#[utoipa::path(post, path = "/ip-rules/trial/confirm", tag = "ip-lists",
    operation_id = "confirm_trial", responses((status = 204)))]
pub async fn confirm(
    Extract(state): Extract<State>,
    permit: Permit,
) -> Result<StatusCode, Problem> {
    trial::confirm(Edit::begin(&state, &permit).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts the list back as it was, at once.
#[utoipa::path(post, path = "/ip-rules/trial/put-back", tag = "ip-lists",
    operation_id = "put_trial_back", responses((status = 204)))]
pub async fn put_back(
    Extract(state): Extract<State>,
    permit: Permit,
) -> Result<StatusCode, Problem> {
    trial::give_up(Edit::begin(&state, &permit).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}
