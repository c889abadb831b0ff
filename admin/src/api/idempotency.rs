//! `Idempotency-Key`: a caller that does not know whether its request to make something arrived sends
//! it again under the same name, and is answered as the first time. Nothing is made twice.
//!
//! The name becomes lasting with what was made ([`Once`]); the answer is kept after it. Between the two
//! a node may die: then the name is taken and its answer unknown, which is told.

use std::sync::Arc;
use std::time::Duration;

use axum::RequestExt as _;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::problem::{Code, Problem};
use super::routes::MAX_UPLOAD;
use crate::authz::Permit;
use crate::logs;
use crate::once::Once;
use crate::refused::Invalid;
use crate::sealed::Place;
use crate::state::State;
use crate::store::idempotent_answers::{self, Earlier};

/// The name that the caller gave.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// On an answer that is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// No name is longer.
const MOST: usize = 255;
/// For so long a request of the same name is waited for that has made its thing and not yet answered.
const PATIENCE: [Duration; 10] = [Duration::from_millis(100); 10];

/// An answer as it is kept, sealed: it may show a secret that is shown once.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

/// The header, in the description of an operation.
#[must_use]
pub fn parameter() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(MOST))
        .pattern(Some("^[!-~]+$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A name of the caller's own for this request. Sent again within a day under the same \
             name, it makes nothing more and is answered as the first time.",
        ))
        .schema(Some(text))
        .build()
}

/// Whether the request has a name.
#[must_use]
pub fn is_named(request: &Parts) -> bool {
    request.headers.contains_key(HEADER)
}

/// Answers a request that has a name: as it was answered before, or by letting it through.
///
/// # Errors
/// If the name is none, or stands for another request.
pub async fn run(
    state: &State,
    permit: &Permit,
    parts: Parts,
    body: Body,
    next: Next,
) -> Result<Response, Problem> {
    let name = name(&parts.headers)?;
    // As much as the route reads, and no more.
    let request = Request::from_parts(parts, body).with_limited_body();
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_UPLOAD)
        .await
        .map_err(|_| Problem::new(Code::TooLarge))?;
    let caller = caller(permit);
    let once = Arc::new(Once::new(caller, name, fingerprint(&parts, &body)));
    if let Some(answer) = earlier(state, &once).await? {
        return Ok(answer);
    }
    parts.extensions.insert(permit.clone().named(once.clone()));
    let request = Request::from_parts(parts, Body::from(body));
    let answer = next.run(request).await;
    if answer.status().is_success() {
        return keep(state, &once, answer).await;
    }
    // It may have failed because one of the same name was quicker.
    Ok(earlier(state, &once).await?.unwrap_or(answer))
}

fn name(headers: &HeaderMap) -> Result<String, Problem> {
    let mut sent = headers.get_all(HEADER).iter();
    let text = sent.next().and_then(|value| value.to_str().ok());
    match (text, sent.next()) {
        (Some(text), None)
            if (1..=MOST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(wrong(("this is no key", "这不是有效的幂等键"))),
    }
}

fn wrong(what: (&str, &str)) -> Problem {
    Invalid::new(
        HEADER.as_str(),
        what,
        (
            "1 to 255 visible characters of ASCII, once, such as a UUID; a new one for each new thing",
            "1 到 255 个可见 ASCII 字符，只出现一次，例如 UUID；每个新对象使用新的键",
        ),
    )
    .into()
}

fn caller(permit: &Permit) -> String {
    let actor = logs::Actor::from(permit.actor());
    format!("{}:{}", actor.kind.as_str(), actor.id.unwrap_or_default())
}

fn fingerprint(request: &Parts, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [request.method.as_str(), &request.uri.to_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(body);
    hash.finalize().into()
}

/// What was answered to the request of this name, if there was one.
async fn earlier(state: &State, once: &Once) -> Result<Option<Response>, Problem> {
    for pause in PATIENCE {
        let mut connection = state.store.read().await?;
        let found = idempotent_answers::find(&mut connection, once).await?;
        drop(connection);
        let Some(Earlier {
            fingerprint,
            answer,
        }) = found
        else {
            return Ok(None);
        };
        if fingerprint != once.fingerprint {
            return Err(wrong((
                "this key stands for another request",
                "该幂等键已用于另一个请求",
            )));
        }
        if let Some(sealed) = answer {
            return Ok(Some(replay(state, once, &sealed)?));
        }
        tokio::time::sleep(pause).await;
    }
    Err(Problem::new(Code::Impossible).detail((
        "what was asked under this key has been made, but its answer is not known: look for it",
        "使用该幂等键的请求已经完成，但其结果未能保存，请直接查询对应的对象",
    )))
}

fn replay(state: &State, once: &Once, sealed: &[u8]) -> Result<Response, Problem> {
    let row = row(once);
    let opened = state.sealer.open(place(&row), sealed).map_err(internal)?;
    let kept: Kept = postcard::from_bytes(&opened).map_err(internal)?;
    let mut response = Response::new(Body::from(kept.body));
    *response.status_mut() = StatusCode::from_u16(kept.status).map_err(internal)?;
    for (name, value) in kept.headers {
        let name: HeaderName = name.parse().map_err(internal)?;
        let value = HeaderValue::from_bytes(&value).map_err(internal)?;
        response.headers_mut().append(name, value);
    }
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// Keeps an answer for whoever asks again, and gives it.
async fn keep(state: &State, once: &Once, answer: Response) -> Result<Response, Problem> {
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(internal)?;
    let headers = parts.headers.iter();
    let kept = Kept {
        status: parts.status.as_u16(),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: body.to_vec(),
    };
    let bytes = postcard::to_stdvec(&kept).map_err(internal)?;
    let row = row(once);
    let sealed = state.sealer.seal(place(&row), &bytes);
    // What was asked is done, whether or not this can be kept.
    if let Err(error) = write(state, once, &sealed).await {
        tracing::warn!(%error, "an answer could not be kept for its Idempotency-Key");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

async fn write(state: &State, once: &Once, sealed: &[u8]) -> Result<(), crate::store::StoreError> {
    let mut tx = state.store.begin().await?;
    idempotent_answers::keep(&mut tx, once, sealed, state.clock.now()).await?;
    tx.commit().await
}

fn row(once: &Once) -> String {
    format!("{} {}", once.caller, once.name)
}

fn place(row: &str) -> Place<'_> {
    Place {
        table: "idempotent_answers",
        column: "answer",
        row,
    }
}

fn internal(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "an answer could not be kept or given again");
    Problem::new(Code::Internal)
}
