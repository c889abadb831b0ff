//! `/overview`: how things stand, at a glance.

use axum::Json;
use axum::extract::State as Extract;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Problem, Query};
use crate::overview::{self, Overview};
use crate::refused::Invalid;
use crate::state::State;

/// A day, a week, a month.
const SPANS: [i64; 3] = [24, 168, 720];

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Span {
    /// How far back: 24, 168 or 720 hours; 24 unless told.
    hours: Option<i64>,
}

#[utoipa::path(get, path = "/overview", tag = "overview", params(Span),
    responses((status = 200, body = Overview)))]
pub async fn look(
    Extract(state): Extract<State>,
    Query(span): Query<Span>,
) -> Result<Json<Overview>, Problem> {
    let hours = span.hours.unwrap_or(SPANS[0]);
    if !SPANS.contains(&hours) {
        return Err(Invalid::new(
            "hours",
            ("no such span is counted", "不支持该时间范围"),
            ("24, 168 or 720", "24、168 或 720"),
        )
        .into());
    }
    Ok(Json(overview::look(&state, hours).await?))
}
