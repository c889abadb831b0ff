//! Signing in on the page of a directory: the browser is sent there, and what it brings back is checked by
//! whoever speaks the protocol. What must come back with it is sealed in `state`, good in this browser alone,
//! for a while, and once.

use std::collections::HashMap;

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::cookies;
use config::session::AuthenticationMethod;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use super::attempt::{self, Attempt};
use super::directory_confirm::{self, Confirming};
use super::directory_page::{Doing, Why, lead, refuse};
use super::directory_password::known;
use super::directory_question::{
    Kept, MOST_CARRIED, brought_back, carried, carry, open, seal, short_word,
};
use super::flow::{self, Flow};
use super::lockout::Counters;
use super::methods::{self, Offer, Visit};
use crate::directories::provider::{Brought, Onward, ProviderError, Secrets, Start};
use crate::directories::sign_in::{Asserted, CameBy};
use crate::directories::{self, Whole, addresses};
use crate::pages::cookies::{Keep, set};
use crate::pages::{Answer, Failure, Frame, Query, Reader, ReturnPath, go_to};
use crate::question::{Question, QuestionError};
use crate::state::State;
use crate::store::{Connection, StoreError, Tx, answered_questions, credentials, members};

pub(super) const METHOD: AuthenticationMethod = AuthenticationMethod::Directory;
/// The directories that have a sign-in page of their own, as links, in the order of the sign-in page.
pub async fn offers(
    state: &State,
    reader: &Reader,
    to: &ReturnPath,
) -> Result<Vec<Offer>, StoreError> {
    let named = Frame::new(state, reader).sign_in_methods;
    let mut read = state.store.read().await?;
    let offered = methods::offered(&mut read, &named, None, Visit::of(state, reader, to)).await?;
    Ok(offered.directories)
}

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    to: String,
}

/// All that the browser brings back.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub struct Returned(HashMap<String, String>);

pub(super) async fn found(connection: &mut Connection, id: &str) -> Result<Whole, Failure> {
    let all = directories::for_sign_in(connection).await?;
    let mut all = all.into_iter().filter(|one| one.source.kind().has_a_page());
    all.find(|one| one.row.id.as_str() == id)
        .ok_or(Failure::NotFound)
}

fn callback_of(state: &State, reader: &Reader, directory: &Whole) -> Result<Url, Failure> {
    let address = addresses::callback_at(state, &reader.visitor.host, &directory.row.id);
    Url::parse(&address).map_err(Failure::internal)
}

fn random() -> String {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `GET /sign-in/directories/{id}`
pub async fn start(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    attempt::refuse_spent_address(&state, &reader).await?;
    let to = ReturnPath::or_root(&asked.to);
    let directory = found(&mut *state.store.read().await?, &id).await?;
    send(&state, &reader, &directory, &to, (None, None)).await
}

fn works_here(state: &State, reader: &Reader, directory: &Whole) -> Result<(), Failure> {
    let is_operators = state.settings.is_admin_host(&reader.visitor.host);
    let works = directory.source.kind().works_at(is_operators);
    works.then_some(()).ok_or(Failure::NotFound)
}

/// Sends the browser to the directory: with the mail address that the person has typed, who then comes by a form,
/// which browsers let lead to no other host; or to confirm who they are.
pub(super) async fn send(
    state: &State,
    reader: &Reader,
    directory: &Whole,
    to: &ReturnPath,
    (hint, confirms): (Option<&str>, Option<Confirming>),
) -> Answer {
    works_here(state, reader, directory)?;
    let mut kept = Kept {
        directory: directory.row.id.clone(),
        secrets: Secrets {
            nonce: random(),
            verifier: random(),
        },
        to: to.as_str().to_owned(),
        confirms,
    };
    let kind = directory.source.kind();
    let is_carried = kind.posts_back() || kind.brings_back_little();
    let mut sealed = seal(state, reader, &kept)?;
    if is_carried && sealed.len() > MOST_CARRIED {
        // A browser would drop it: to come in at the front is better than not at all.
        ReturnPath::root().as_str().clone_into(&mut kept.to);
        sealed = seal(state, reader, &kept)?;
    }
    let callback = callback_of(state, reader, directory)?;
    let word = short_word(&kept.secrets);
    let start = Start {
        callback: &callback,
        state: brought_back(kind, &sealed, &word),
        secrets: &kept.secrets,
        hint,
        afresh: kept.confirms.is_some(),
        is_inside: kind.is_own_client(&reader.user_agent),
    };
    let provider = directories::provider(state, directory)?;
    let mut response = match provider.start(start).await {
        Ok(Onward::To(address)) if hint.is_none() => go_to(address.as_str()),
        Ok(onward) => lead(state, reader, Doing::SigningIn, &onward)?,
        Err(error) => {
            tracing::warn!(%error, directory = directory.row.name, "nobody can be sent to a directory");
            return refuse(state, reader, to, Why::Away);
        }
    };
    if is_carried {
        carry(&mut response, reader, &sealed);
    }
    mark(&mut response, reader);
    Ok(response)
}

/// Whoever comes by a link that somebody has kept has seen no page of ours yet.
fn mark(response: &mut Response, reader: &Reader) {
    if reader.csrf_is_new {
        let forms = reader.csrf.as_text();
        set(response, cookies::FORMS, forms, Keep::ForNow);
    }
}

/// `GET /sign-in/directories/{id}/callback`
pub async fn callback(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    Query(Returned(parameters)): Query<Returned>,
) -> Answer {
    attempt::refuse_spent_address(&state, &reader).await?;
    let directory = found(&mut *state.store.read().await?, &id).await?;
    if directory.source.kind().posts_back() {
        return Err(Failure::NotFound);
    }
    let field = parameters.get("state").map_or("", String::as_str);
    let question = if directory.source.kind().brings_back_little() {
        carried(&state, &reader, &directory, |secrets| {
            short_word(secrets) == field
        })
    } else {
        let sealed = open(&state, &reader, field);
        sealed.filter(|question| question.asked.directory == directory.row.id)
    };
    arrived(&state, &reader, &directory, (question, &parameters)).await
}

/// Judges what the browser brought back, for the sign-in for which it was sent.
pub(super) async fn arrived(
    state: &State,
    reader: &Reader,
    directory: &Whole,
    (question, parameters): (Option<Question<Kept>>, &HashMap<String, String>),
) -> Answer {
    let Some(question) = question else {
        return stray(state, reader).await;
    };
    if let Some(confirming) = &question.asked.confirms {
        let brought = (&question, parameters);
        return directory_confirm::arrived(state, reader, directory, brought, confirming).await;
    }
    let counters = Counters::of_directories(reader);
    let attempt = Attempt::count(state, reader, counters, (None, ""), METHOD).await?;
    let to = question.asked.to();
    match judged(state, reader, directory, (&question, parameters)).await? {
        Ok(asserted) => {
            let whom = (directory, asserted);
            settle(state, reader, whom, (&attempt, &question, &to)).await
        }
        Err(error) => not_proven(state, reader, directory, (&attempt, &error, &to)).await,
    }
}

/// Has whoever speaks the protocol of the directory judge what was brought.
pub(super) async fn judged(
    state: &State,
    reader: &Reader,
    directory: &Whole,
    (question, parameters): (&Question<Kept>, &HashMap<String, String>),
) -> Result<Result<Asserted, ProviderError>, Failure> {
    let callback = callback_of(state, reader, directory)?;
    let confirming = question.asked.confirms.as_ref();
    let brought = Brought {
        parameters,
        callback: &callback,
        secrets: &question.asked.secrets,
        since: confirming.map(Confirming::since),
        now: state.clock.now(),
    };
    let provider = directories::provider(state, directory)?;
    Ok(provider.finish(brought).await)
}

/// What comes back for no sign-in of this browser: told of as often as a source has tries, and counted on nothing
/// else, since what was sealed is nothing that can be guessed.
async fn stray(state: &State, reader: &Reader) -> Answer {
    let counters = Counters::of_strays(reader);
    match Attempt::count(state, reader, counters, (None, ""), METHOD).await {
        Ok(attempt) => attempt.failed("not_for_this_sign_in").await?,
        Err(Failure::TooManyAttempts) => {}
        Err(error) => return Err(error),
    }
    refuse(state, reader, &ReturnPath::root(), Why::Untrusted)
}

/// Nobody was proven to be anybody.
pub(super) async fn not_proven(
    state: &State,
    reader: &Reader,
    directory: &Whole,
    (attempt, error, to): (&Attempt<'_>, &ProviderError, &ReturnPath),
) -> Answer {
    tracing::info!(%error, directory = directory.row.name, "a sign-in by a directory was refused");
    let (reason, why) = Why::of(error);
    // What nobody has judged weighs on nobody.
    match error {
        ProviderError::Untrusted(_) | ProviderError::Stranger | ProviderError::Refused(_) => {
            attempt.failed(reason).await?;
        }
        ProviderError::Away(_) => attempt.not_checked(reason).await?,
    }
    refuse(state, reader, to, why)
}

/// Signs in whoever was proven to be somebody of ours.
pub(super) async fn settle<T: Serialize + DeserializeOwned>(
    state: &State,
    reader: &Reader,
    (directory, asserted): (&Whole, Asserted),
    (attempt, question, to): (&Attempt<'_>, &Question<T>, &ReturnPath),
) -> Answer {
    let member = match known(state, directory, &asserted).await? {
        Ok(member) => member,
        Err(reason) => {
            attempt.failed(reason).await?;
            let why = if reason == "waits_for_an_administrator" {
                Why::Waits
            } else {
                Why::Unknown
            };
            return refuse(state, reader, to, why);
        }
    };
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &member).await?;
    let present = credentials::find(&mut tx, &member).await?;
    if !present.is_some_and(|account| account.is_active(now)) {
        drop(tx);
        attempt.failed("account_disabled").await?;
        return refuse(state, reader, to, Why::Disabled);
    }
    if let Some(reason) = counted_before(&mut tx, question, &asserted).await? {
        drop(tx);
        attempt.failed(reason).await?;
        return refuse(state, reader, to, Why::Untrusted);
    }
    attempt.succeeded(&mut tx).await?;
    let came_by = CameBy::of(&directory.row.id, &asserted);
    let mut flow = Flow::begin_by_directory(member, (METHOD, came_by), now, to.as_str());
    if asserted.has_second_factor && directory.sign_in.trusts_second_factor {
        flow.second_factor_at = Some(now);
    }
    flow::advance(state, reader, tx, flow, None).await
}

/// Takes what counts once: the sign-in that was begun, and what was said of it. The reason, if it was taken before.
pub(super) async fn counted_before<T: Serialize + DeserializeOwned>(
    tx: &mut Tx,
    question: &Question<T>,
    asserted: &Asserted,
) -> Result<Option<&'static str>, StoreError> {
    match question.take_answer(tx).await {
        Ok(()) => {}
        Err(QuestionError::Store(error)) => return Err(error),
        Err(QuestionError::Over) => return Ok(Some("answered_before")),
    }
    if let Some((what, until)) = &asserted.once
        && !answered_questions::note(tx, what, *until).await?
    {
        return Ok(Some("said_before"));
    }
    Ok(None)
}
