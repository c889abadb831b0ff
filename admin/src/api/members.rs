//! `/members`

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use config::PrincipalKind;
use config::id::MemberId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::order::Direction;
use super::{Body, IfMatch, Listing, Page, Problem, Query, Versioned};
use crate::authz::{Permit, Reach};
use crate::edit::Edit;
use crate::members::assignments::{self, Assignment};
use crate::members::detail::{self, MemberDetail};
use crate::members::lists::{self, Count};
use crate::members::{self, Member, Profile, Status, account, reach};
use crate::refused::{Invalid, Refused};
use crate::state::State;
use crate::store::member_lists::{Filter, Part, Sort};
use crate::store::members::kind_name;

/// Which people. What is left out does not narrow.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// A part of a username, name, mail address, mobile or employee number; Chinese names also by
    /// pinyin or its initials.
    search: Option<String>,
    #[param(inline)]
    status: Option<Status>,
    #[param(inline)]
    kind: Option<PrincipalKind>,
    /// The id of a group.
    group: Option<String>,
    /// The id of a department; those directly in it.
    department: Option<String>,
    /// Whether those further below the department are meant, too.
    below: Option<bool>,
    /// The id of a role; those of a built-in role are their names.
    role: Option<String>,
}

impl Which {
    /// Nobody outside the departments to which the caller is confined.
    pub fn filter(self, reach: &Reach) -> Filter {
        Filter {
            search: self.search.filter(|text| !text.trim().is_empty()),
            status: self.status.map(|status| status.as_str().to_owned()),
            kind: self.kind.map(|kind| kind_name(kind).to_owned()),
            group: self.group,
            department: self.department,
            below: self.below.unwrap_or_default(),
            role: self.role,
            within: reach.departments().map(<[_]>::to_vec),
        }
    }
}

/// In which order.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Order {
    /// By username unless told; display names as they are read.
    #[param(inline)]
    sort: Option<SortBy>,
    /// Ascending unless told.
    #[param(inline)]
    order: Option<Direction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    Username,
    DisplayName,
    CreatedAt,
}

impl Order {
    pub fn sort(&self) -> (Sort, bool) {
        let sort = match self.sort {
            None | Some(SortBy::Username) => Sort::Username,
            Some(SortBy::DisplayName) => Sort::DisplayName,
            Some(SortBy::CreatedAt) => Sort::CreatedAt,
        };
        (sort, self.order == Some(Direction::Descending))
    }
}

#[utoipa::path(get, path = "/members", tag = "members", params(Which, Order, Page),
    responses((status = 200, body = Listing<Member>)))]
pub async fn list(
    Extract(state): Extract<State>,
    permit: Permit,
    Query(which): Query<Which>,
    Query(order): Query<Order>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<Member>>, Problem> {
    let mut view = state.store.view().await?;
    let (sort, descending) = order.sort();
    let limit = page.limit()?;
    let after = page.after.as_deref().map(|after| lists::place(sort, after));
    let part = Part {
        sort,
        descending,
        after: after.transpose()?,
        limit,
    };
    let (items, next) = lists::list(&mut view, &which.filter(permit.reach()), &part).await?;
    Ok(Json(Listing { items, next }))
}

/// How many members a filter shows.
#[utoipa::path(get, path = "/member-count", tag = "members", params(Which),
    responses((status = 200, body = Count)))]
pub async fn count(
    Extract(state): Extract<State>,
    permit: Permit,
    Query(which): Query<Which>,
) -> Result<Json<Count>, Problem> {
    let mut connection = state.store.read().await?;
    let filter = which.filter(permit.reach());
    Ok(Json(lists::count(&mut connection, &filter).await?))
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

/// Makes an external member. It takes a permission of its own, for whoever may add these and nobody else.
#[utoipa::path(post, path = "/guests", tag = "members", request_body = Profile,
    responses((status = 201, body = Member)))]
pub async fn create_guest(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(mut profile): Body<Profile>,
) -> Result<Versioned<Member>, Problem> {
    if profile.kind == Some(PrincipalKind::Member) {
        return Err(Invalid::new(
            "kind",
            (
                "only external members are made here",
                "此处只能添加外部成员",
            ),
            ("guest, or nothing", "guest，或留空"),
        )
        .into());
    }
    profile.kind = Some(PrincipalKind::Guest);
    let member = members::create(Edit::begin(&state, &permit).await?, &profile).await?;
    Ok(Versioned::created(member.version, member))
}

#[utoipa::path(get, path = "/members/{id}", tag = "members",
    params(("id" = String, Path, description = "The id, the username or the mail address")),
    responses((status = 200, body = MemberDetail)))]
pub async fn read(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Versioned<MemberDetail>, Problem> {
    let mut view = state.store.view().await?;
    let found = detail::find(&mut view, &id, state.clock.now()).await?;
    if !reach::sees(&mut view, permit.reach(), &found.member.id).await? {
        return Err(Refused::NotFound("member").into());
    }
    Ok(Versioned::ok(found.member.version, found))
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

/// Only a member who is disabled or has left can be removed.
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
    let member = account::set_status(edit, &MemberId::from(id), Status::Disabled).await?;
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
    let member = account::set_status(edit, &MemberId::from(id), Status::Active).await?;
    Ok(Versioned::ok(member.version, member))
}

/// Ends every sign-in at once and notes that the member is no longer with the organisation.
#[utoipa::path(post, path = "/members/{id}/leave", tag = "members",
    params(("id" = String, Path)), responses((status = 200, body = Member)))]
pub async fn leave(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Versioned<Member>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let member = account::set_status(edit, &MemberId::from(id), Status::Left).await?;
    Ok(Versioned::ok(member.version, member))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    roles: Vec<Assignment>,
}

/// Gives the member exactly these roles. Each must be the caller's to give.
#[utoipa::path(put, path = "/members/{id}/roles", tag = "members", request_body = Roles,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Member)))]
pub async fn set_roles(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(wanted): Body<Roles>,
) -> Result<Versioned<Member>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let member = assignments::set(edit, &MemberId::from(id), expected, &wanted.roles).await?;
    Ok(Versioned::ok(member.version, member))
}
