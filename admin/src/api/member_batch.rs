//! `/member-batch`: one action on many members.

use axum::Json;
use axum::extract::State as Extract;
use axum::http::HeaderMap;
use config::id::MemberId;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::ProblemBody;
use super::{Body, Problem, language};
use crate::authz::Permit;
use crate::members::batch::{self, Batch};
use crate::state::State;

/// How it went, for each member in the order in which they were sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BatchResults {
    pub done: usize,
    pub failed: usize,
    pub results: Vec<BatchResult>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BatchResult {
    pub id: MemberId,
    /// Why it was not done; `null` where it was, or where it was so already.
    pub problem: Option<ProblemBody>,
}

/// What cannot be done to one member is done to the others all the same.
#[utoipa::path(post, path = "/member-batch", tag = "members", operation_id = "batch",
    request_body = Batch, responses((status = 200, body = BatchResults)))]
pub async fn run(
    Extract(state): Extract<State>,
    permit: Permit,
    headers: HeaderMap,
    Body(batch): Body<Batch>,
) -> Result<Json<BatchResults>, Problem> {
    let language = language::of(&headers);
    let results = batch::run(&state, &permit, &batch, language).await?;
    let results = results.into_iter().map(|(id, result)| BatchResult {
        id,
        problem: result.err().map(|why| Problem::from(why).body(language)),
    });
    let results: Vec<BatchResult> = results.collect();
    let failed = results.iter().filter(|r| r.problem.is_some()).count();
    Ok(Json(BatchResults {
        done: results.len() - failed,
        failed,
        results,
    }))
}
