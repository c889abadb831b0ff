//! Which directory a request comes from: asked before anything else of it is read.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, RawPathParams, Request, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use config::id::DirectoryId;
use config::link::Visitor;
use config::{Language, Timestamp};
use serde_json::Value;
use url::form_urlencoded;

use super::error::ScimError;
use crate::api::language;
use crate::authn::{Actor, Origin, token};
use crate::authz::{Permit, permit_of_pushing};
use crate::directories::scim::tokens;
use crate::directories::{self, Source};
use crate::refused::Refused;
use crate::state::State;
use crate::store::directory_tokens::{self, DirectoryTokenRow};

/// The last use is noted no more often than this.
const USE_NOTED_EVERY: Duration = Duration::from_secs(20);

/// The directory that asks.
#[derive(Debug)]
pub struct Caller {
    pub directory: DirectoryId,
    /// The address below which its resources are.
    pub base: String,
    pub permit: Permit,
}

/// Lets the request through if it proves to come from the directory in its path.
pub async fn guard(
    Extract(state): Extract<State>,
    path: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let directory = path.iter().find(|(name, _)| *name == "directory");
    let directory = DirectoryId::from(directory.map_or("", |(_, id)| id));
    let (mut parts, body) = request.into_parts();
    let told = language::of(&parts.headers);
    let answer = match ask(&state, &directory, &parts).await {
        Ok(caller) => {
            parts.extensions.insert(Arc::new(caller));
            next.run(Request::from_parts(parts, body)).await
        }
        Err(error) => error.into_response(),
    };
    spoken(answer, told)
}

/// An error in the language of whoever asks.
fn spoken(answer: Response, told: Language) -> Response {
    if told == Language::En {
        return answer;
    }
    match answer.extensions().get::<ScimError>() {
        Some(error) => {
            let body = error.body(told);
            let (mut parts, _) = answer.into_parts();
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, body.into())
        }
        None => answer,
    }
}

async fn ask(state: &State, directory: &DirectoryId, request: &Parts) -> Result<Caller, ScimError> {
    let now = state.clock.now();
    let visitor = request.extensions.get::<Visitor>();
    let address = visitor.map(|visitor| visitor.client_address);
    refuse_in_address(request)?;
    let Some((whole, token)) = proven(state, directory, &request.headers).await? else {
        return Err(if state.api_rates.take_stranger(address, now) {
            not_known()
        } else {
            ScimError::too_many_requests()
        });
    };
    let Source::Scim(settings) = &whole.source else {
        return Err(not_known());
    };
    if !settings.lets_in(address) {
        return Err(ScimError::new(
            StatusCode::FORBIDDEN,
            (
                "the directory does not push from this network",
                "不允许从该网络推送",
            ),
        ));
    }
    if !state.api_rates.take_directory(directory, now) {
        return Err(ScimError::too_many_requests());
    }
    note_use(state, &token, request, now).await?;
    let origin = Origin {
        address,
        request_id: visitor.map(|visitor| visitor.request_id.clone()),
        once: None,
    };
    Ok(Caller {
        base: super::base_url(&state.settings, directory),
        directory: directory.clone(),
        permit: permit_of_pushing(Actor::directory(&whole.row.name), origin),
    })
}

/// Addresses are written down on the way: what is in one is no secret.
fn refuse_in_address(request: &Parts) -> Result<(), ScimError> {
    let query = request.uri.query().unwrap_or_default();
    let is_told = form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| matches!(&*name, "access_token" | "token" | "authorization"));
    if !is_told {
        return Ok(());
    }
    Err(ScimError::bad(
        "sensitive",
        (
            "a token belongs into the header Authorization, never into an address: replace this one",
            "令牌应放在 Authorization 请求头中，不能放在地址里，请更换此令牌",
        ),
    ))
}

/// The directory and the token that was sent, if they belong together.
async fn proven(
    state: &State,
    directory: &DirectoryId,
    headers: &HeaderMap,
) -> Result<Option<(directories::Whole, DirectoryTokenRow)>, ScimError> {
    let Some(authorization) = token::sent(headers) else {
        return Ok(None);
    };
    let mut read = state.store.read().await?;
    let Some(token) = tokens::find(&mut read, directory, authorization).await? else {
        return Ok(None);
    };
    match directories::whole(&mut read, directory).await {
        Ok(whole) => Ok(Some((whole, token))),
        Err(Refused::NotFound(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// One answer for all: it tells nobody which directories there are.
fn not_known() -> ScimError {
    ScimError::new(
        StatusCode::UNAUTHORIZED,
        (
            "send a token of this directory as Authorization: Bearer",
            "请在 Authorization: Bearer 中提供该目录的令牌",
        ),
    )
}

async fn note_use(
    state: &State,
    token: &DirectoryTokenRow,
    request: &Parts,
    now: Timestamp,
) -> Result<(), ScimError> {
    let noted = token.last_used_at;
    if noted.is_some_and(|noted| now.since(noted) < USE_NOTED_EVERY) {
        return Ok(());
    }
    let visitor = request.extensions.get::<Visitor>();
    let from = visitor.map_or(String::new(), |visitor| visitor.client_address.to_string());
    let what = what(&request.method, request.uri.path());
    let mut tx = state.store.begin().await?;
    directory_tokens::used(&mut tx, &token.id, now, (&from, &what)).await?;
    Ok(tx.commit().await?)
}

/// Such as `PATCH Users`.
fn what(method: &Method, path: &str) -> String {
    let known = [
        "Users",
        "Groups",
        "Schemas",
        "ResourceTypes",
        "ServiceProviderConfig",
    ];
    let resource = path.split('/').find(|part| known.contains(part));
    format!("{method} {}", resource.unwrap_or("…"))
}

/// A JSON body.
pub struct ScimBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for ScimBody {
    type Rejection = ScimError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ScimError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok());
        let essence = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
        let is_json = essence.is_some_and(|kind| {
            kind.eq_ignore_ascii_case("application/scim+json")
                || kind.eq_ignore_ascii_case("application/json")
        });
        if !is_json {
            return Err(ScimError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ("send application/scim+json", "请使用 application/scim+json"),
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| {
            ScimError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                ("the body is too large", "请求体过大"),
            )
        })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| {
            let what = ("the body is no JSON", "请求体不是有效的 JSON");
            ScimError::bad("invalidSyntax", what)
        })
    }
}

/// Whether what is asked for is at a version that the caller names (RFC 7644 §3.14).
///
/// # Errors
/// 412 if it has changed since.
pub fn check_version(headers: &HeaderMap, version: i64) -> Result<(), ScimError> {
    if names(headers, &header::IF_MATCH, version).unwrap_or(true) {
        return Ok(());
    }
    Err(Refused::Stale.into())
}

/// Whether the caller has this version already.
#[must_use]
pub fn has_version(headers: &HeaderMap, version: i64) -> bool {
    names(headers, &header::IF_NONE_MATCH, version).unwrap_or(false)
}

fn names(headers: &HeaderMap, name: &header::HeaderName, version: i64) -> Option<bool> {
    let told = headers.get(name).map(HeaderValue::to_str)?;
    let told = told.unwrap_or_default();
    let wanted = format!("\"{version}\"");
    let is_it = |tag: &str| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == wanted
    };
    Some(told.split(',').any(is_it))
}
