//! `/sign-in-policy`

use axum::Json;
use axum::extract::State as Extract;
use config::id::MemberId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Body, IfMatch, Problem, Versioned};
use crate::authz::{Action, Permit, Resource};
use crate::edit::Edit;
use crate::sign_in_policy::preview::{self, PolicyPreview};
use crate::sign_in_policy::{self, SignInPolicy};
use crate::state::State;

#[utoipa::path(get, path = "/sign-in-policy", tag = "sign-in-policy",
    responses((status = 200, body = SignInPolicy)))]
pub async fn read(Extract(state): Extract<State>) -> Result<Versioned<SignInPolicy>, Problem> {
    let mut connection = state.store.read().await?;
    let document = sign_in_policy::get(&mut connection).await?;
    Ok(Versioned::ok(document.version, document.body))
}

/// Changes the policy
///
/// Times and numbers hold at once, for sessions that are open, too, the rest from the next sign-in.
#[utoipa::path(put, path = "/sign-in-policy", tag = "sign-in-policy", request_body = SignInPolicy,
    params(("If-Match" = String, Header)), responses((status = 200, body = SignInPolicy)))]
pub async fn write(
    Extract(state): Extract<State>,
    permit: Permit,
    IfMatch(expected): IfMatch,
    Body(body): Body<SignInPolicy>,
) -> Result<Versioned<SignInPolicy>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let document = sign_in_policy::put(edit, expected, body).await?;
    Ok(Versioned::ok(document.version, document.body))
}

/// The list of passwords known from leaks, on the node that answers.
#[derive(Deserialize, Serialize, ToSchema)]
pub struct BreachedPasswordList {
    /// How many passwords are on it; `null` where none was loaded that can be read.
    pub entries: Option<u64>,
}

/// What the node that answers knows of breached passwords
#[utoipa::path(get, path = "/sign-in-policy/breached-passwords", tag = "sign-in-policy",
    responses((status = 200, body = BreachedPasswordList)))]
pub async fn breached(Extract(state): Extract<State>) -> Json<BreachedPasswordList> {
    let entries = state.breached.entries().await.ok();
    Json(BreachedPasswordList { entries })
}

/// A policy that is being written, and a person.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDraft {
    pub policy: SignInPolicy,
    /// By id, username or mail address.
    pub member: MemberId,
}

/// What a policy that is not saved means for one person
///
/// It takes `members:read` too: the answer tells of them.
#[utoipa::path(post, path = "/sign-in-policy/preview", tag = "sign-in-policy",
    request_body = PolicyDraft, responses((status = 200, body = PolicyPreview)))]
pub async fn preview(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(draft): Body<PolicyDraft>,
) -> Result<Json<PolicyPreview>, Problem> {
    permit.also_everywhere(Resource::Members, Action::Read)?;
    let now = state.clock.now();
    let mut view = state.store.view().await?;
    let (settings, member) = (&state.settings, draft.member.as_str());
    let found = preview::of(&mut view, settings, &draft.policy, member, now).await?;
    Ok(Json(found))
}
