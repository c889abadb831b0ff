//! `/members`

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use config::Role;
use config::id::MemberId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Body, IfMatch, Listing, Page, Problem, Query, Versioned};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::members::{self, Member, Profile, account};
use crate::state::State;
use crate::store::members::Filter;

/// Which people. What is left out does not narrow.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// A part of a name, a mail address, a number.
    search: Option<String>,
    /// Whether they may sign in.
    #[param(inline)]
    status: Option<Status>,
    /// The id of a group.
    group: Option<String>,
    /// The id of a department; those directly in it.
    department: Option<String>,
    /// A role.
    #[param(inline)]
    role: Option<Role>,
}

/// Whether a person may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    Disabled,
    Left,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Left => "left",
        }
    }
}

#[utoipa::path(get, path = "/members", tag = "members", params(Which, Page),
    responses((status = 200, body = Listing<Member>)))]
pub async fn list(
    Extract(state): Extract<State>,
    Query(which): Query<Which>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<Member>>, Problem> {
    let mut view = state.store.view().await?;
    let filter = Filter {
        limit: page.limit()?,
        after: page.after,
        search: which.search.filter(|text| !text.trim().is_empty()),
        status: which.status.map(|status| status.as_str().to_owned()),
        group: which.group,
        department: which.department,
        role: which.role.map(|role| role.as_str().to_owned()),
    };
    let (items, next) = members::list(&mut view, &filter).await?;
    Ok(Json(Listing { items, next }))
}

#[utoipa::path(post, path = "/members", tag = "members", request_body = Profile,
    responses((status = 201, body = Member)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(profile): Body<Profile>,
) -> Result<Versioned<Member>, Problem> {
    let member = members::create(Edit::begin(&state, &permit).await?, &profile).await?;
    Ok(Versioned::created(member.version, member))
}

#[utoipa::path(get, path = "/members/{id}", tag = "members",
    params(("id" = String, Path, description = "The id, the username or the mail address")),
    responses((status = 200, body = Member)))]
pub async fn read(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Result<Versioned<Member>, Problem> {
    let mut view = state.store.view().await?;
    let member = members::find_by_any(&mut view, &id).await?;
    Ok(Versioned::ok(member.version, member))
}

#[utoipa::path(put, path = "/members/{id}", tag = "members", request_body = Profile,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Member)))]
pub async fn update(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(profile): Body<Profile>,
) -> Result<Versioned<Member>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let member = members::update(edit, &MemberId::from(id), expected, &profile).await?;
    Ok(Versioned::ok(member.version, member))
}

/// Only a member who is disabled can be removed.
#[utoipa::path(delete, path = "/members/{id}", tag = "members", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    account::remove(Edit::begin(&state, &permit).await?, &MemberId::from(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every sign-in at once and lets the member sign in no longer.
#[utoipa::path(post, path = "/members/{id}/disable", tag = "members",
    params(("id" = String, Path)), responses((status = 200, body = Member)))]
pub async fn disable(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Versioned<Member>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let member = account::set_active(edit, &MemberId::from(id), false).await?;
    Ok(Versioned::ok(member.version, member))
}

#[utoipa::path(post, path = "/members/{id}/enable", tag = "members",
    params(("id" = String, Path)), responses((status = 200, body = Member)))]
pub async fn enable(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Versioned<Member>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let member = account::set_active(edit, &MemberId::from(id), true).await?;
    Ok(Versioned::ok(member.version, member))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    roles: Vec<Role>,
}

/// Gives the member exactly these roles.
#[utoipa::path(put, path = "/members/{id}/roles", tag = "members", request_body = Roles,
    params(("id" = String, Path)), responses((status = 200, body = Member)))]
pub async fn set_roles(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    Body(wanted): Body<Roles>,
) -> Result<Versioned<Member>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let member = account::set_roles(edit, &MemberId::from(id), &wanted.roles).await?;
    Ok(Versioned::ok(member.version, member))
}
