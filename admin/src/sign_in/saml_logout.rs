//! Single logout of SAML: the provider tells which sessions of its own are over.

use axum::extract::{Path, RawQuery, State as Shared};

use super::directory::found;
use super::directory_logout::end_in;
use super::directory_page::{Doing, lead};
use super::directory_sign_out::FAREWELL;
use super::saml::fields;
use crate::directories::provider::ProviderError;
use crate::directories::saml::logout::Brought;
use crate::directories::sign_in::CameBy;
use crate::directories::{self, Whole};
use crate::pages::{Answer, Failure, Reader, go_to};
use crate::state::State;
use crate::store::answered_questions;

/// `GET /sign-in/directories/{id}/logout`
pub async fn by_redirect(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = query.unwrap_or_default();
    let brought = fields(&query)?;
    let request = brought.contains_key("SAMLRequest");
    let relay_state = brought.get("RelayState").cloned().unwrap_or_default();
    let request = request.then_some(Brought::Query(query));
    told(&state, &reader, &id, (request, relay_state)).await
}

/// `POST /sign-in/directories/{id}/logout`, from another site.
pub async fn by_form(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    body: String,
) -> Answer {
    let mut brought = fields(&body)?;
    let relay_state = brought.remove("RelayState").unwrap_or_default();
    let request = brought.remove("SAMLRequest").map(Brought::Form);
    told(&state, &reader, &id, (request, relay_state)).await
}

fn refused(directory: &Whole, error: &ProviderError) -> Failure {
    tracing::info!(%error, directory = directory.row.name, "a logout was refused");
    match error {
        // It may be told again.
        ProviderError::Away(_) => Failure::Busy,
        _ => Failure::BadRequest,
    }
}

/// Ends what the provider says is over. Without a request it is the answer to one of ours, which asks for nothing:
/// by then everything here has ended.
async fn told(
    state: &State,
    reader: &Reader,
    id: &str,
    (request, relay_state): (Option<Brought>, String),
) -> Answer {
    let directory = found(&mut *state.store.read().await?, id).await?;
    let provider = directories::saml_provider(state, &directory)?;
    let Some(request) = request else {
        return Ok(go_to(FAREWELL));
    };
    let ended = provider.ended(&request).await;
    let ended = ended.map_err(|error| refused(&directory, &error))?;
    let over = &ended.over;
    let mut tx = state.store.begin().await?;
    if !answered_questions::note(&mut tx, &over.id, over.until).await? {
        drop(tx);
        let error = ProviderError::Untrusted("said_before");
        return Err(refused(&directory, &error));
    }
    let sessions = match &over.sessions[..] {
        [] => vec![None],
        some => some.iter().cloned().map(Some).collect(),
    };
    for session in sessions {
        let came_by = CameBy {
            directory: directory.row.id.clone(),
            session,
            subject: Some(over.name.value.clone()),
            repeated: None,
            renewal: None,
        };
        end_in(&mut tx, reader, &came_by, state.clock.now()).await?;
    }
    // Noted and done at once: what was not done may be said again.
    tx.commit().await?;
    let relay_state: String = relay_state.chars().take(80).collect();
    let way = provider
        .acknowledged(&ended, &relay_state)
        .map_err(Failure::internal)?;
    match way {
        Some(onward) => lead(state, reader, Doing::SigningOut, &onward),
        None => Ok(go_to(FAREWELL)),
    }
}
