//! `/me`: who the caller is and what they may do.

use axum::Json;
use axum::extract::State as Extract;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authz::{Holding, Permit};
use crate::state::State;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Caller {
    pub name: String,
    pub roles: Vec<Holding>,
    /// What the caller may do, each as `resource:action`, as operations name what they take; some of it
    /// in those departments only to which a role is confined.
    pub permissions: Vec<String>,
    /// Those of them that are not confined to departments.
    pub permissions_everywhere: Vec<String>,
    /// The address of the access host: people reach applications by the same scheme and port.
    pub access_url: String,
}

#[utoipa::path(get, path = "/me", tag = "caller", responses((status = 200, body = Caller)))]
pub async fn me(Extract(state): Extract<State>, permit: Permit) -> Json<Caller> {
    Json(Caller {
        name: permit.actor().name(),
        roles: permit.authority().holdings().to_vec(),
        permissions: permit.authority().anywhere().names(),
        permissions_everywhere: permit.authority().everywhere().names(),
        access_url: state.settings.access.url.to_string(),
    })
}
