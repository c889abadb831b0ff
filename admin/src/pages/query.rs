//! The query of a page's address. What cannot be read gets a page of ours, as everything does.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Failure;
use crate::state::State;

/// The fields of the query, each sent once at most.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<State> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Failure> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(fields)| Self(fields))
            .map_err(|_| Failure::BadRequest)
    }
}
