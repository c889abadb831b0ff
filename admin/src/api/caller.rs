//! `/me`: who the caller is and what they may do.

use axum::Json;
use config::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authz::Permit;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Caller {
    pub name: String,
    pub roles: Vec<Role>,
    /// What the roles let the caller do, each as `resource:action`, as operations name what they take.
    pub permissions: Vec<String>,
}

#[utoipa::path(get, path = "/me", tag = "caller", responses((status = 200, body = Caller)))]
pub async fn me(permit: Permit) -> Json<Caller> {
    Json(Caller {
        name: permit.actor().name(),
        roles: permit.roles().to_vec(),
        permissions: permit.permissions(),
    })
}
