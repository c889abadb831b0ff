//! `/groups`

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use config::id::GroupId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::order::Order;
use super::{Body, IfMatch, Listing, Page, Problem, Query, Versioned};
use crate::authz::{Action, Permit, Resource};
use crate::edit::Edit;
use crate::groups::{self, Group, GroupDraft, GroupRule};
use crate::state::State;
use crate::store::listing::Sort;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// A part of a name, Chinese ones also by pinyin or its initials.
    search: Option<String>,
}

#[utoipa::path(get, path = "/groups", tag = "groups", params(Which, Order, Page),
    responses((status = 200, body = Listing<Group>)))]
pub async fn list(
    Extract(state): Extract<State>,
    Query(which): Query<Which>,
    Query(order): Query<Order>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<Group>>, Problem> {
    let search = which.search.filter(|text| !text.trim().is_empty());
    let part = order.part(Sort::Name, &page)?;
    let mut connection = state.store.read().await?;
    let (items, next) = groups::list(&mut connection, search.as_deref(), &part).await?;
    Ok(Json(Listing::part(items, next.as_ref())))
}

#[utoipa::path(post, path = "/groups", tag = "groups", request_body = GroupDraft,
    responses((status = 201, body = Group)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(draft): Body<GroupDraft>,
) -> Result<Versioned<Group>, Problem> {
    let made = groups::create(Edit::begin(&state, &permit).await?, &draft).await?;
    Ok(Versioned::created(made.version, made))
}

/// How many people a rule would take into a group. Nothing is changed. It takes `members:read` too: a
/// narrow rule tells of single people.
#[utoipa::path(post, path = "/group-rule-count", tag = "groups", request_body = GroupRule,
    operation_id = "count_rule", responses((status = 200, body = RuleCount)))]
pub async fn count_rule(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(rule): Body<GroupRule>,
) -> Result<Json<RuleCount>, Problem> {
    permit.also_everywhere(Resource::Members, Action::Read)?;
    let mut view = state.store.view().await?;
    let members = groups::count(&mut view, &rule).await?;
    Ok(Json(RuleCount { members }))
}

/// How many people a rule names.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RuleCount {
    pub members: i64,
}

#[utoipa::path(get, path = "/groups/{id}", tag = "groups", params(("id" = String, Path)),
    responses((status = 200, body = Group)))]
pub async fn read(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Result<Versioned<Group>, Problem> {
    let mut connection = state.store.read().await?;
    let found = groups::find(&mut connection, &GroupId::from(id)).await?;
    Ok(Versioned::ok(found.version, found))
}

#[utoipa::path(put, path = "/groups/{id}", tag = "groups", request_body = GroupDraft,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Group)))]
pub async fn update(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(draft): Body<GroupDraft>,
) -> Result<Versioned<Group>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let after = groups::update(edit, &GroupId::from(id), expected, &draft).await?;
    Ok(Versioned::ok(after.version, after))
}

#[utoipa::path(delete, path = "/groups/{id}", tag = "groups",
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    groups::remove(edit, &GroupId::from(id), expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a person into the group
///
/// It takes `sign_in_policy:change`, too, where an exception of the sign-in policy names the group, and so does
/// taking somebody out.
#[utoipa::path(put, path = "/groups/{id}/members/{member}", tag = "groups",
    params(("id" = String, Path), ("member" = String, Path)), responses((status = 204)))]
pub async fn add_member(
    Extract(state): Extract<State>,
    permit: Permit,
    Path((id, member)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    groups::set_member(edit, &id.into(), &member.into(), true).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/groups/{id}/members/{member}", tag = "groups",
    params(("id" = String, Path), ("member" = String, Path)), responses((status = 204)))]
pub async fn remove_member(
    Extract(state): Extract<State>,
    permit: Permit,
    Path((id, member)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    groups::set_member(edit, &id.into(), &member.into(), false).await?;
    Ok(StatusCode::NO_CONTENT)
}
