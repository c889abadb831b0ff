//! `/departments`

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use config::id::DepartmentId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Body, IfMatch, Listing, Page, Problem, Query, Versioned};
use crate::authz::Permit;
use crate::departments::{self, Department, DepartmentDraft, Heirs, List, Place, Under};
use crate::edit::Edit;
use crate::refused::{Invalid, Refused};
use crate::state::State;

/// How the top of the tree is called where an id is asked for.
const TOP: &str = "top";

/// Which departments: those below one in their order, or else all by name.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The id of the department directly above; `top` for those at the top of the tree.
    parent: Option<String>,
    /// A part of a name, Chinese ones also by pinyin or its initials. Not together with `parent`.
    search: Option<String>,
    /// Whether people further below are counted, too: `members_below`.
    totals: Option<bool>,
}

impl Which {
    fn under(self) -> Result<Under, Problem> {
        let search = self.search.filter(|text| !text.trim().is_empty());
        match (self.parent, search) {
            (None, None) => Ok(Under::All),
            (None, Some(text)) => Ok(Under::Search(text)),
            (Some(parent), None) if parent == TOP => Ok(Under::Top),
            (Some(parent), None) => Ok(Under::Parent(parent.into())),
            (Some(_), Some(_)) => Err(Invalid::new(
                "search",
                ("it goes not together with parent", "不能与 parent 同时使用"),
                ("one of search and parent", "search 与 parent 只填其一"),
            )
            .into()),
        }
    }
}

/// A part of the tree.
#[utoipa::path(get, path = "/departments", tag = "departments", params(Which, Page),
    responses((status = 200, body = Listing<Department>)))]
pub async fn list(
    Extract(state): Extract<State>,
    permit: Permit,
    Query(which): Query<Which>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<Department>>, Problem> {
    let mut view = state.store.view().await?;
    let list = List {
        totals: which.totals.unwrap_or_default(),
        reach: permit.reach().clone(),
        under: which.under()?,
        limit: page.limit()?,
        after: page.after,
    };
    let (items, next) = departments::list(&mut view, &list).await?;
    Ok(Json(Listing { items, next }))
}

#[utoipa::path(post, path = "/departments", tag = "departments", request_body = DepartmentDraft,
    responses((status = 201, body = Department)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(draft): Body<DepartmentDraft>,
) -> Result<Versioned<Department>, Problem> {
    let made = departments::create(Edit::begin(&state, &permit).await?, &draft).await?;
    Ok(Versioned::created(made.version, made))
}

#[utoipa::path(get, path = "/departments/{id}", tag = "departments", params(("id" = String, Path)),
    responses((status = 200, body = Department)))]
pub async fn read(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Versioned<Department>, Problem> {
    let mut connection = state.store.read().await?;
    let id = DepartmentId::from(id);
    if !departments::sees(&mut connection, permit.reach(), &id).await? {
        return Err(Refused::NotFound("department").into());
    }
    let found = departments::find(&mut connection, &id).await?;
    Ok(Versioned::ok(found.version, found))
}

#[utoipa::path(put, path = "/departments/{id}", tag = "departments", request_body = DepartmentDraft,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Department)))]
pub async fn update(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(draft): Body<DepartmentDraft>,
) -> Result<Versioned<Department>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let after = departments::update(edit, &DepartmentId::from(id), expected, &draft).await?;
    Ok(Versioned::ok(after.version, after))
}

/// Moves the department, with all below it, below another, and to a place among its siblings.
#[utoipa::path(post, path = "/departments/{id}/move", tag = "departments", request_body = Place,
    operation_id = "move", params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Department)))]
pub async fn put(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(place): Body<Place>,
) -> Result<Versioned<Department>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let after = departments::put(edit, &DepartmentId::from(id), expected, &place).await?;
    Ok(Versioned::ok(after.version, after))
}

/// Where what a department holds goes when it is removed. Without, only an empty one is removed.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Inherit {
    /// The id of the department into which its people go.
    move_members_to: Option<String>,
    /// The id of the department below which the departments go that are below it; `top` for the top
    /// of the tree.
    move_children_to: Option<String>,
}

#[utoipa::path(delete, path = "/departments/{id}", tag = "departments",
    params(("id" = String, Path), ("If-Match" = String, Header), Inherit),
    responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Query(inherit): Query<Inherit>,
) -> Result<StatusCode, Problem> {
    let heirs = Heirs {
        members: inherit.move_members_to.map(Into::into),
        children: inherit
            .move_children_to
            .map(|to| (to != TOP).then(|| to.into())),
    };
    let edit = Edit::begin(&state, &permit).await?;
    departments::remove(edit, &DepartmentId::from(id), expected, &heirs).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(put, path = "/departments/{id}/members/{member}", tag = "departments",
    params(("id" = String, Path), ("member" = String, Path)), responses((status = 204)))]
pub async fn add_member(
    Extract(state): Extract<State>,
    permit: Permit,
    Path((id, member)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    departments::set_member(edit, &id.into(), &member.into(), true).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/departments/{id}/members/{member}", tag = "departments",
    params(("id" = String, Path), ("member" = String, Path)), responses((status = 204)))]
pub async fn remove_member(
    Extract(state): Extract<State>,
    permit: Permit,
    Path((id, member)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    departments::set_member(edit, &id.into(), &member.into(), false).await?;
    Ok(StatusCode::NO_CONTENT)
}
