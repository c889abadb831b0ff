//! The callback at which suites tell us of changes: without cookies, open to everybody, and so held to little. What
//! proves to come from the suite is written down before it is answered; what does not changes nothing, and is
//! counted for the operator to see.

use std::collections::HashMap;
use std::net::IpAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Extension, Path, Query, State as Extract};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use config::Settings;
use config::id::DirectoryId;
use config::link::Visitor;

use super::callback::{Call, Callback, Event, Forged, Reply, Told};
use crate::directories::{self, Whole};
use crate::refused::Refused;
use crate::state::State;
use crate::store::directory_events::{self, NewEvent};
use crate::store::{StoreError, directory_callbacks};

/// Below this at the access host.
pub const PATH: &str = "/events/directories";
/// No event is larger, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// No key, id or kind is longer, in bytes.
const MAX_WORD: usize = 200;

/// The address that is entered at the suite.
#[must_use]
pub fn address(settings: &Settings, directory: &DirectoryId) -> String {
    let origin = settings.origin_of(settings.access.host());
    format!("{origin}{PATH}/{directory}")
}

pub fn routes(state: &State) -> Router {
    Router::new()
        .route(&format!("{PATH}/{{id}}"), get(take).post(take))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(state.clone())
}

async fn take(
    Extract(state): Extract<State>,
    visitor: Option<Extension<Visitor>>,
    Path(id): Path<String>,
    query: Result<Query<HashMap<String, String>>, QueryRejection>,
    (method, headers): (Method, HeaderMap),
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let address = visitor.map(|Extension(visitor)| visitor.client_address);
    let Ok(body) = body else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let call = Call {
        method: &method,
        query: &query.map(|Query(query)| query).unwrap_or_default(),
        headers: &headers,
        body: &body,
        now: state.clock.now(),
    };
    let directory = DirectoryId::from(id);
    match taken(&state, &directory, address, &call).await {
        Ok(response) => response,
        Err(error) => {
            // The suite tells again what it is not sure that we have heard.
            tracing::warn!(%error, "an event of a directory could not be written down");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn taken(
    state: &State,
    id: &DirectoryId,
    address: Option<IpAddr>,
    call: &Call<'_>,
) -> Result<Response, StoreError> {
    let Some((directory, callback)) = found(state, id).await? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    match callback.read(call).and_then(bounded) {
        Ok(Told::Verification(reply)) => {
            let mut tx = state.store.begin().await?;
            directory_callbacks::verified(&mut tx, id, call.now).await?;
            tx.commit().await?;
            Ok(answer(reply))
        }
        Ok(Told::Event(event, reply)) => {
            write_down(state, &directory, &event).await?;
            Ok(answer(reply))
        }
        Ok(Told::Else(reply)) => Ok(answer(reply)),
        Err(forged) => refuse(state, &directory, address, forged).await,
    }
}

/// What would not fit into the store is not what a suite sends.
fn bounded(told: Told) -> Result<Told, Forged> {
    let fits = |text: &String| (1..=MAX_WORD).contains(&text.len()) && !text.contains('\0');
    match &told {
        Told::Event(event, _) => {
            let words = [&event.id, &event.kind].into_iter().chain(&event.keys);
            let all = words.collect::<Vec<_>>();
            (all.len() <= 1000 && all.into_iter().all(fits))
                .then_some(told)
                .ok_or(Forged::Malformed)
        }
        _ => Ok(told),
    }
}

async fn found(
    state: &State,
    id: &DirectoryId,
) -> Result<Option<(Whole, Box<dyn Callback>)>, StoreError> {
    let whole = directories::whole(&mut *state.store.read().await?, id).await;
    match whole {
        Ok(whole) => Ok(directories::callback(state, &whole)?.map(|callback| (whole, callback))),
        Err(Refused::Store(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

async fn write_down(state: &State, directory: &Whole, event: &Event) -> Result<(), StoreError> {
    let (id, now) = (&directory.row.id, state.clock.now());
    let new = NewEvent {
        id: &event.id,
        kind: &event.kind,
        touches: event.touches,
        keys: &event.keys,
    };
    let mut tx = state.store.begin().await?;
    directory_callbacks::told(&mut tx, id, &event.kind, now).await?;
    let is_new = directory_events::insert(&mut tx, id, &new, now).await?;
    tx.commit().await?;
    if is_new {
        state.suites.announce();
    }
    Ok(())
}

async fn refuse(
    state: &State,
    directory: &Whole,
    address: Option<IpAddr>,
    forged: Forged,
) -> Result<Response, StoreError> {
    let now = state.clock.now();
    let name = &directory.row.name;
    if !state.api_rates.take_stranger(address, now) {
        return Ok(StatusCode::TOO_MANY_REQUESTS.into_response());
    }
    let from = address.map_or_else(String::new, |address| address.to_string());
    tracing::warn!(directory = name, %from, reason = %forged, "a request to a callback was refused");
    let mut tx = state.store.begin().await?;
    let what = (&*forged.to_string(), &*from);
    directory_callbacks::refused(&mut tx, &directory.row.id, what, now).await?;
    tx.commit().await?;
    Ok(StatusCode::FORBIDDEN.into_response())
}

fn answer(reply: Reply) -> Response {
    ([(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response()
}
