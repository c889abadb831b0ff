//! Signing out at the directory, too: where somebody has come by one that wants to know, their browser tells it.
//! By then everything here has ended, whatever the directory does.

use std::time::Duration;

use axum::extract::{Path, State as Shared};
use config::id::SignInId;
use serde::{Deserialize, Serialize};

use super::directory::found;
use super::directory_page::{Doing, lead};
use crate::directories::provider::{Onward, ProviderError};
use crate::directories::saml::NameId;
use crate::directories::sign_in::CameBy;
use crate::directories::{self, Source, Whole, addresses};
use crate::pages::{Answer, Failure, Query, Reader, go_to};
use crate::question::{Occasion, Question};
use crate::state::State;
use crate::store::{Connection, directory_sessions};

/// Where whoever has signed out ends.
pub(super) const FAREWELL: &str = "/sign-in?after=signed-out";
/// Long enough for a browser to go on, and to come back.
const LIFE: Duration = Duration::from_mins(15);

/// Which sign-in it is that has ended here, and where its browser ends.
#[derive(Debug, Serialize, Deserialize)]
struct Ending {
    sign_in: SignInId,
    farewell: String,
}

fn occasion(directory: &str) -> Occasion<'_> {
    Occasion {
        step: "directory_sign_out",
        whose: directory,
    }
}

/// What travels through the provider, which opens nothing but where the browser ends.
fn on_the_way_back(directory: &str) -> Occasion<'_> {
    Occasion {
        step: "directory_signed_out",
        whose: directory,
    }
}

/// The page that tells the directory by which somebody came in that they have signed out; `None`: it does not want
/// to know.
pub(super) async fn way_out(
    state: &State,
    connection: &mut Connection,
    sign_in: &SignInId,
    farewell: &str,
) -> Result<Option<String>, Failure> {
    let Some(came_by) = directory_sessions::of_sign_in(connection, sign_in).await? else {
        return Ok(None);
    };
    let all = directories::for_sign_in(connection).await?;
    let directory = all.into_iter().find(|one| one.row.id == came_by.directory);
    if !directory.is_some_and(|directory| wants_to_know(&directory.source, &came_by)) {
        return Ok(None);
    }
    let ending = Ending {
        sign_in: sign_in.clone(),
        farewell: farewell.to_owned(),
    };
    let id = came_by.directory.as_str();
    let question = Question::new(ending, state.clock.now(), LIFE);
    let sealed = question.seal(&state.sealer, occasion(id))?;
    Ok(Some(format!(
        "/sign-in/directories/{id}/sign-out?what={sealed}"
    )))
}

fn wants_to_know(source: &Source, came_by: &CameBy) -> bool {
    match source {
        Source::Saml(_) => name_of(came_by).is_some(),
        Source::Oidc(settings) => settings.ends_session,
        _ => false,
    }
}

/// By which name a provider of SAML knows whoever came.
fn name_of(came_by: &CameBy) -> Option<NameId> {
    let kept = came_by.repeated.as_deref()?;
    serde_json::from_str(kept).ok()
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
    Query(Asked { what }): Query<Asked>,
) -> Answer {
    let mut read = state.store.read().await?;
    let directory = found(&mut read, &id).await?;
    let now = state.clock.now();
    let question = Question::<Ending>::open(&state.sealer, occasion(&id), &what, now);
    let Ok(Question { asked: ending, .. }) = question else {
        return Ok(go_to(FAREWELL));
    };
    let came_by = directory_sessions::of_sign_in(&mut read, &ending.sign_in).await?;
    drop(read);
    let came_by = came_by.filter(|came_by| came_by.directory == directory.row.id);
    let onward = match &came_by {
        Some(came_by) => {
            let way = (came_by, ending.farewell.as_str());
            onward(&state, &reader, &directory, way).await?
        }
        None => Ok(None),
    };
    match onward {
        Ok(Some(onward)) => lead(&state, &reader, Doing::SigningOut, &onward),
        Ok(None) => Ok(go_to(&ending.farewell)),
        Err(error) => {
            tracing::warn!(%error, directory = directory.row.name, "a provider was not told of a sign-out");
            Ok(go_to(&ending.farewell))
        }
    }
}

async fn onward(
    state: &State,
    reader: &Reader,
    directory: &Whole,
    (came_by, farewell): (&CameBy, &str),
) -> Result<Result<Option<Onward>, ProviderError>, Failure> {
    if let Source::Oidc(_) = &directory.source {
        let provider = directories::oidc_provider(state, directory)?;
        let back = addresses::signed_out_at(state, &reader.visitor.host, &directory.row.id);
        let question = Question::new(farewell.to_owned(), state.clock.now(), LIFE);
        let id = directory.row.id.as_str();
        let sealed = question.seal(&state.sealer, on_the_way_back(id))?;
        return Ok(provider.sign_out(came_by, (&back, &sealed)).await);
    }
    let provider = directories::saml_provider(state, directory)?;
    Ok(match name_of(came_by) {
        Some(name) => provider.sign_out(&name, came_by.session.as_deref()).await,
        None => Ok(None),
    })
}

#[derive(Deserialize)]
pub struct CameBack {
    #[serde(default)]
    state: String,
}

/// `GET /sign-in/directories/{id}/signed-out`, from a provider of `OpenID Connect`. What comes back only says where
/// the browser ends: there is nothing left to end.
pub async fn signed_out(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Query(back): Query<CameBack>,
) -> Answer {
    let now = state.clock.now();
    let occasion = on_the_way_back(&id);
    let question = Question::<String>::open(&state.sealer, occasion, &back.state, now);
    Ok(match question {
        Ok(question) => go_to(&question.asked),
        Err(_) => go_to(FAREWELL),
    })
}
