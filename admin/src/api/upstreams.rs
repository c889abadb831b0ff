//! `/upstream-tests`: whether the upstreams of an application that is being written can be reached;
//! `/upstreams`: how those in force are.

use axum::Json;
use axum::extract::State as Extract;
use axum::http::HeaderMap;
use config::Language;
use config::link::{Stage, TriedUpstream};
use config::snapshot::{HostPattern, Pool};
use config::surroundings::UpstreamSeen;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Body, Listing, Problem, Query, language};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::logs::Target;
use crate::refused::{Invalid, Refused};
use crate::state::State;

/// So many upstreams are tried at once.
const MOST: usize = 16;

/// What is to be reached.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpstreamTest {
    /// As an application has it; at most 16 upstreams.
    pub pool: Pool,
    /// The host that a browser would ask for.
    #[schema(value_type = String)]
    pub host: HostPattern,
}

/// How far one got with each upstream.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UpstreamTestResults {
    pub upstreams: Vec<UpstreamTestResult>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UpstreamTestResult {
    pub address: String,
    /// Whether it can be reached, and answers.
    pub reached: bool,
    /// In their order; those after one that failed are missing.
    pub steps: Vec<UpstreamTestStep>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UpstreamTestStep {
    pub stage: Stage,
    pub succeeded: bool,
    /// One sentence, in the caller's language.
    pub finding: String,
    pub took_ms: u64,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// The id of an application.
    application: Option<String>,
}

/// How the upstreams in force are, as the gateway of this node sees them; none where there is no
/// gateway.
#[utoipa::path(get, path = "/upstreams", tag = "applications", operation_id = "upstreams",
    params(Whose), responses((status = 200, body = Listing<UpstreamSeen>)))]
pub async fn seen(
    Extract(state): Extract<State>,
    Query(whose): Query<Whose>,
) -> Result<Json<Listing<UpstreamSeen>>, Problem> {
    let sight = state.surroundings.get();
    let mut seen = sight.map_or_else(Vec::new, |sight| sight.upstreams());
    if let Some(id) = whose.application {
        seen.retain(|upstream| upstream.application.as_str() == id);
    }
    Ok(Json(Listing::whole(seen)))
}

/// Tries to reach each upstream from this node, as the gateway would, and tells how far that came. Of
/// what an upstream answers only the status is told, and redirects are not followed. Addresses at which
/// no application can be, such as those of cloud metadata, are refused.
#[utoipa::path(post, path = "/upstream-tests", tag = "applications", request_body = UpstreamTest,
    operation_id = "try_upstreams", responses((status = 200, body = UpstreamTestResults)))]
pub async fn run(
    Extract(state): Extract<State>,
    permit: Permit,
    headers: HeaderMap,
    Body(wanted): Body<UpstreamTest>,
) -> Result<Json<UpstreamTestResults>, Problem> {
    let language = language::of(&headers);
    check(&wanted)?;
    let Some(gateway) = state.tries_upstreams.get().cloned() else {
        return Err(Refused::no_gateway().into());
    };
    note(&state, &permit, &wanted.pool).await?;
    let host = wanted.host.to_string();
    let tried = gateway
        .try_pool(&wanted.pool, host.trim_start_matches("*."))
        .await;
    let tried = tried.map_err(|wrong| Problem::from(Invalid::from(wrong)))?;
    let upstreams = tried.into_iter().map(|one| shown(one, language));
    Ok(Json(UpstreamTestResults {
        upstreams: upstreams.collect(),
    }))
}

fn check(wanted: &UpstreamTest) -> Result<(), Problem> {
    let wrong = wanted.pool.problems().into_iter();
    let mut wrong: Vec<Invalid> = wrong.map(Invalid::from).collect();
    if wanted.pool.upstreams.len() > MOST {
        wrong.push(Invalid::new(
            "pool.upstreams",
            ("these are too many at once", "一次测试的上游过多"),
            ("at most 16", "最多 16 个"),
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Problem::invalid(wrong))
    }
}

/// Who makes this machine connect to what stands in the audit log.
async fn note(state: &State, permit: &Permit, pool: &Pool) -> Result<(), Refused> {
    let addresses = pool.upstreams.iter().map(|one| one.address.as_str());
    let target = Target {
        kind: "upstream",
        id: None,
        name: addresses.collect::<Vec<_>>().join(", "),
    };
    let edit = Edit::begin(state, permit).await?;
    edit.commit("test", target, None, None).await
}

fn shown(tried: TriedUpstream, language: Language) -> UpstreamTestResult {
    UpstreamTestResult {
        address: tried.address,
        reached: tried.steps.iter().all(|step| step.succeeded),
        steps: tried
            .steps
            .into_iter()
            .map(|step| UpstreamTestStep {
                stage: step.stage,
                succeeded: step.succeeded,
                finding: step.finding.get(language).to_owned(),
                took_ms: u64::try_from(step.took.as_millis()).unwrap_or(u64::MAX),
            })
            .collect(),
    }
}
