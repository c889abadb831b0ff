//! A directory tells that a session of its own is over: whoever came in by it is signed out here, too.

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use config::Timestamp;
use config::session::Revocation;

use super::directory::found;
use super::record::{Happening, record};
use crate::directories::sign_in::CameBy;
use crate::directories::{Source, cas};
use crate::logs::SignInKind;
use crate::pages::{Answer, Failure, Reader};
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::{StoreError, Tx, directory_sessions, sign_ins};

/// What the log says of it.
const REASON: &str = "directory_ended_session";

/// `POST /sign-in/directories/{id}/callback`, by a CAS server, where the address was the service.
///
/// Nothing shows whether there was such a session: whoever asks learns nothing by guessing.
pub async fn by_post(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    body: String,
) -> Answer {
    let directory = found(&mut *state.store.read().await?, &id).await?;
    if !matches!(directory.source, Source::Cas(_)) {
        return Err(Failure::NotFound);
    }
    let mut fields = url::form_urlencoded::parse(body.as_bytes());
    let request = fields.find(|(name, _)| name == "logoutRequest");
    let (_, request) = request.ok_or(Failure::BadRequest)?;
    let request = request.into_owned();
    let read = state.turns.xml.run_if_room(move || cas::ended(&request));
    match read.await?.ok_or(Failure::Busy)? {
        Ok(ticket) => {
            let came_by = CameBy {
                directory: directory.row.id.clone(),
                session: Some(ticket),
                subject: None,
                repeated: None,
                renewal: None,
            };
            end(&state, &reader, &came_by).await?;
        }
        Err(reason) => {
            tracing::info!(
                reason,
                directory = directory.row.name,
                "what ends no session"
            );
            return Err(Failure::BadRequest);
        }
    }
    Ok(done())
}

fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Ends what is open of the sessions that the directory names; says how many.
pub(super) async fn end(
    state: &State,
    reader: &Reader,
    came_by: &CameBy,
) -> Result<usize, StoreError> {
    let now = state.clock.now();
    // Anybody may ask: whoever names nothing that is open writes nothing.
    let mut read = state.store.read().await?;
    if directory_sessions::open_of(&mut read, came_by, now)
        .await?
        .is_empty()
    {
        return Ok(0);
    }
    drop(read);
    let mut tx = state.store.begin().await?;
    let ended = end_in(&mut tx, reader, came_by, now).await?;
    tx.commit().await?;
    Ok(ended)
}

/// As that, in a transaction in which more is done.
pub(super) async fn end_in(
    tx: &mut Tx,
    reader: &Reader,
    came_by: &CameBy,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let open = directory_sessions::open_of(tx, came_by, now).await?;
    let mut ended = 0;
    for one in &open {
        if !sign_ins::end(tx, &one.sign_in, &one.member, REASON, now).await? {
            continue;
        }
        let happening = Happening {
            kind: SignInKind::Ended,
            member: Some(&one.member),
            username: &one.username,
            method: None,
            reason: Some(REASON),
            risk: &[],
            sign_in: Some(&one.sign_in),
        };
        record(tx, reader, now, happening).await?;
        let over = Change::Revoked(Revocation::SignIn(one.sign_in.clone()));
        announce(tx, over, now).await?;
        ended += 1;
    }
    Ok(ended)
}
