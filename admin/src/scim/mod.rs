//! SCIM 2.0 (RFC 7643, 7644): where a directory tells us by itself of its people and groups.
//!
//! Each request proves by a token which directory it comes from ([`gate`]). What it says is kept as it was said
//! and taken over through [`crate::sync::push`], so that no provider can do more here than a directory that we
//! ask. What is kept is what is answered with.

mod answer;
mod discovery;
mod document;
mod error;
mod filter;
mod gate;
mod groups;
mod members;
mod patch;
mod patch_target;
mod query;
pub mod schema;
mod users;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use config::Settings;
use config::id::DirectoryId;
use config::link::LARGEST_SCIM_BODY;

use crate::state::State;
use error::ScimError;

/// Below this at the access host each directory has its own resources.
pub const PATH: &str = "/.gatehouse/scim/v2/directories/{directory}";

/// The address to which the client of a directory is pointed.
#[must_use]
pub fn base_url(settings: &Settings, directory: &DirectoryId) -> String {
    let origin = settings.origin_of(settings.access.host());
    let path = PATH.replace("{directory}", directory.as_str());
    format!("{origin}{path}")
}

/// All that there is below [`PATH`].
pub fn routes(state: &State) -> Router {
    Router::new()
        .route("/ServiceProviderConfig", get(discovery::config))
        .route("/ResourceTypes", get(discovery::resource_types))
        .route("/ResourceTypes/{id}", get(discovery::resource_type))
        .route("/Schemas", get(discovery::schemas))
        .route("/Schemas/{id}", get(discovery::schema))
        .route("/Users", get(users::list).post(users::create))
        .route(
            "/Users/{id}",
            get(users::read)
                .put(users::replace)
                .patch(users::patch)
                .delete(users::remove),
        )
        .route("/Groups", get(groups::list).post(groups::create))
        .route(
            "/Groups/{id}",
            get(groups::read)
                .put(groups::replace)
                .patch(groups::patch)
                .delete(groups::remove),
        )
        .route("/.search", any(not_implemented))
        .route("/Users/.search", any(not_implemented))
        .route("/Groups/.search", any(not_implemented))
        .route("/Bulk", any(not_implemented))
        .route("/Me", any(not_implemented))
        .fallback(async || ScimError::not_found())
        .method_not_allowed_fallback(async || {
            ScimError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                ("this is not done here", "不支持该操作"),
            )
        })
        .layer(DefaultBodyLimit::max(LARGEST_SCIM_BODY))
        .layer(from_fn_with_state(state.clone(), gate::guard))
        .with_state(state.clone())
}

async fn not_implemented() -> ScimError {
    ScimError::new(
        StatusCode::NOT_IMPLEMENTED,
        ("this is not supported", "不支持此功能"),
    )
}

#[cfg(test)]
mod tests;
