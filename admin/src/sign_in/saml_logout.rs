//! Single logout of SAML, both ways: the provider tells which sessions of its own are over, and is told of those
//! that end here.

use std::time::Duration;

use axum::extract::{Path, RawQuery, State as Shared};
use axum::response::Response;
use config::Session;
use serde::{Deserialize, Serialize};

use super::directory::found;
use super::directory_logout::end_in;
use super::directory_page::{Doing, lead};
use super::saml::fields;
use crate::directories::provider::ProviderError;
use crate::directories::saml::NameId;
use crate::directories::saml::logout::Brought;
use crate::directories::sign_in::CameBy;
use crate::directories::{self, Source, Whole};
use crate::pages::{Answer, Failure, Query, Reader, go_to};
use crate::question::{Occasion, Question};
use crate::state::State;
use crate::store::{Connection, StoreError, answered_questions, directory_sessions};

/// Where whoever has signed out ends.
const FAREWELL: &str = "/sign-in?after=signed-out";
/// Long enough for a browser to go on.
const LIFE: Duration = Duration::from_mins(5);

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
    let refused = |error: &ProviderError| {
        tracing::info!(%error, directory = directory.row.name, "a logout was refused");
        Failure::BadRequest
    };
    let ended = provider
        .ended(&request)
        .await
        .map_err(|error| refused(&error))?;
    let over = &ended.over;
    let mut tx = state.store.begin().await?;
    if !answered_questions::note(&mut tx, &over.id, over.until).await? {
        drop(tx);
        return Err(refused(&ProviderError::Untrusted("said_before")));
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

/// Of which session the provider is told.
#[derive(Debug, Serialize, Deserialize)]
struct Ending {
    name: NameId,
    session: Option<String>,
}

fn occasion(directory: &str) -> Occasion<'_> {
    Occasion {
        step: "directory_sign_out",
        whose: directory,
    }
}

/// The page that tells the provider by which somebody came in that they have signed out; `None`: nobody wants to
/// know.
pub(super) async fn way_out(
    state: &State,
    connection: &mut Connection,
    session: &Session,
) -> Result<Option<String>, Failure> {
    let came_by = directory_sessions::of_sign_in(connection, &session.sign_in).await?;
    let Some((came_by, directory)) = by_saml(connection, came_by).await? else {
        return Ok(None);
    };
    let name = came_by.repeated.as_deref().map(serde_json::from_str);
    let Some(Ok(name)) = name else {
        return Ok(None);
    };
    let ending = Ending {
        name,
        session: came_by.session,
    };
    let id = directory.row.id.as_str();
    let question = Question::new(ending, state.clock.now(), LIFE);
    let sealed = question.seal(&state.sealer, occasion(id))?;
    Ok(Some(format!(
        "/sign-in/directories/{id}/sign-out?what={sealed}"
    )))
}

async fn by_saml(
    connection: &mut Connection,
    came_by: Option<CameBy>,
) -> Result<Option<(CameBy, Whole)>, StoreError> {
    let Some(came_by) = came_by else {
        return Ok(None);
    };
    let all = directories::for_sign_in(connection).await?;
    let directory = all.into_iter().find(|one| one.row.id == came_by.directory);
    let directory = directory.filter(|one| matches!(one.source, Source::Saml(_)));
    Ok(directory.map(|directory| (came_by, directory)))
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    what: String,
}

/// `GET /sign-in/directories/{id}/sign-out`: whoever is here has signed out already.
pub async fn leave(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let directory = found(&mut *state.store.read().await?, &id).await?;
    let provider = directories::saml_provider(&state, &directory)?;
    let now = state.clock.now();
    let question = Question::<Ending>::open(&state.sealer, occasion(&id), &asked.what, now);
    let Ok(question) = question else {
        return Ok(go_to(FAREWELL));
    };
    let Ending { name, session } = question.asked;
    match provider.sign_out(&name, session.as_deref()).await {
        Ok(Some(onward)) => lead(&state, &reader, Doing::SigningOut, &onward),
        Ok(None) => Ok(go_to(FAREWELL)),
        Err(error) => {
            tracing::warn!(%error, directory = directory.row.name, "a provider was not told of a sign-out");
            Ok::<Response, Failure>(go_to(FAREWELL))
        }
    }
}
