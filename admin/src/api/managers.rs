//! `/departments/{id}/managers` and `/members/{id}/manager`

use axum::Json;
use axum::extract::{Path, State as Extract};
use config::id::{DepartmentId, MemberId};

use super::{Body, Problem};
use crate::authz::Permit;
use crate::departments;
use crate::edit::Edit;
use crate::managers::{self, Managers, ManagersDraft};
use crate::members::reach;
use crate::refused::Refused;
use crate::state::State;

/// Who heads a department.
#[utoipa::path(get, path = "/departments/{id}/managers", tag = "departments",
    params(("id" = String, Path)), responses((status = 200, body = Managers)))]
pub async fn of_department(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Json<Managers>, Problem> {
    let mut view = state.store.view().await?;
    let id = DepartmentId::from(id);
    if !departments::sees(&mut view, permit.reach(), &id).await? {
        return Err(Refused::NotFound("department").into());
    }
    Ok(Json(managers::of_department(&mut view, &id).await?))
}

/// Puts these at the head of a department, unless a directory says who heads it.
#[utoipa::path(put, path = "/departments/{id}/managers", tag = "departments",
    request_body = ManagersDraft, params(("id" = String, Path)),
    responses((status = 200, body = Managers)))]
pub async fn set_of_department(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    Body(draft): Body<ManagersDraft>,
) -> Result<Json<Managers>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    Ok(Json(
        managers::set_of_department(edit, &id.into(), &draft).await?,
    ))
}

/// To whom somebody reports: nobody or one.
#[utoipa::path(get, path = "/members/{id}/manager", tag = "members",
    params(("id" = String, Path)), responses((status = 200, body = Managers)))]
pub async fn of_member(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Json<Managers>, Problem> {
    let mut view = state.store.view().await?;
    let id = MemberId::from(id);
    if !reach::sees(&mut view, permit.reach(), &id).await? {
        return Err(Refused::NotFound("member").into());
    }
    Ok(Json(managers::of_member(&mut view, &id).await?))
}

/// Has somebody report to this one, or to nobody, unless a directory says to whom.
#[utoipa::path(put, path = "/members/{id}/manager", tag = "members",
    request_body = ManagersDraft, params(("id" = String, Path)),
    responses((status = 200, body = Managers)))]
pub async fn set_of_member(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    Body(draft): Body<ManagersDraft>,
) -> Result<Json<Managers>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    Ok(Json(
        managers::set_of_member(edit, &id.into(), &draft).await?,
    ))
}
