//! `/members/{id}/sign-ins`: where a member is signed in.

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use config::Timestamp;
use config::id::{MemberId, SignInId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Listing, Problem};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::members::{self, account, reach};
use crate::refused::Refused;
use crate::state::State;
use crate::store::sign_ins;

/// One sign-in that has not ended. Times are milliseconds since 1970.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignIn {
    pub id: SignInId,
    pub started_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub address: String,
    pub device: String,
}

#[utoipa::path(get, path = "/members/{id}/sign-ins", tag = "sign-ins",
    params(("id" = String, Path)), responses((status = 200, body = Listing<SignIn>)))]
pub async fn list(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Json<Listing<SignIn>>, Problem> {
    let mut view = state.store.view().await?;
    let id = MemberId::from(id);
    members::find(&mut view, &id).await?;
    if !reach::sees(&mut view, permit.reach(), &id).await? {
        return Err(Refused::NotFound("member").into());
    }
    let live = sign_ins::live_of(&mut view, &id, state.clock.now()).await?;
    let items = live.into_iter().map(|sign_in| SignIn {
        id: sign_in.id,
        started_at: sign_in.started_at,
        last_seen_at: sign_in.last_seen_at,
        address: sign_in.address,
        device: sign_in.device,
    });
    Ok(Json(Listing::whole(items.collect())))
}

/// Signs the member out everywhere.
#[utoipa::path(delete, path = "/members/{id}/sign-ins", tag = "sign-ins",
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn end_all(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    account::end_all(Edit::begin(&state, &permit).await?, &MemberId::from(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/members/{id}/sign-ins/{sign_in}", tag = "sign-ins",
    params(("id" = String, Path), ("sign_in" = String, Path)), responses((status = 204)))]
pub async fn end(
    Extract(state): Extract<State>,
    permit: Permit,
    Path((id, sign_in)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    account::end_sign_in(edit, &id.into(), &sign_in.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
