//! `/me`: who the caller is and what they may do.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authz::{Holding, Permit};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Caller {
    pub name: String,
    pub roles: Vec<Holding>,
    /// What the caller may do, each as `resource:action`, as operations name what they take; some of it
    /// in those departments only to which a role is confined.
    pub permissions: Vec<String>,
}

#[utoipa::path(get, path = "/me", tag = "caller", responses((status = 200, body = Caller)))]
pub async fn me(permit: Permit) -> Json<Caller> {
    Json(Caller {
        name: permit.actor().name(),
        roles: permit.authority().holdings().to_vec(),
        permissions: permit.authority().anywhere().names(),
    })
}
