//! Where identity providers of SAML send the browser.
//!
//! An assertion comes in a form of the provider's, and browsers send no cookie of ours with a form of another site.
//! So the first page takes nothing and looks at nothing: it sends the same form on to ourselves, and then the cookie
//! comes along that says for which sign-in, in this browser, the assertion must be. Another site that has the browser
//! bring an assertion of somebody else's (attack: login CSRF) has no such cookie.
//!
//! Whoever comes without having been sent by us, where that is allowed, is asked first.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use config::id::DirectoryId;
use serde::{Deserialize, Serialize};

use super::attempt::{self, Attempt};
use super::directory::{METHOD, arrived, found, not_proven, settle};
use super::directory_page::{Why, ask, lead_here, refuse};
use super::directory_question::carried;
use super::lockout::Counters;
use crate::directories::sign_in::Asserted;
use crate::directories::{self, Whole};
use crate::hex::hex;
use crate::pages::{Answer, Failure, Form, Reader, ReturnPath, csrf};
use crate::question::{Occasion, Question};
use crate::refused::Refused;
use crate::state::State;

/// No form of a provider's is larger, in bytes.
pub const MAX_FORM: usize = 1024 * 1024;
/// Long enough to read a question.
const LIFE: Duration = Duration::from_mins(5);

/// `GET /sign-in/directories/{id}/metadata`
pub async fn metadata(Shared(state): Shared<State>, Path(id): Path<String>) -> Answer {
    let mut read = state.store.read().await?;
    let directory = directories::whole(&mut read, &DirectoryId::from(id)).await;
    drop(read);
    // It is fetched while the directory is being set up, and so before it is used.
    let directory = directory.map_err(|refused| match refused {
        Refused::NotFound(_) => Failure::NotFound,
        other => Failure::internal(other),
    })?;
    let provider = directories::saml_provider(&state, &directory)?;
    let text = provider.metadata().map_err(Failure::internal)?;
    let kind = [(header::CONTENT_TYPE, "application/samlmetadata+xml")];
    Ok((kind, text).into_response())
}

/// The fields of a form that another site sent, each once.
pub(super) fn fields(body: &str) -> Result<HashMap<String, String>, Failure> {
    let mut fields = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(body.as_bytes()) {
        if fields
            .insert(name.into_owned(), value.into_owned())
            .is_some()
        {
            return Err(Failure::BadRequest);
        }
    }
    Ok(fields)
}

/// `POST /sign-in/directories/{id}/acs`, from another site.
pub async fn assertions(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    body: String,
) -> Answer {
    let directory = found(&mut *state.store.read().await?, &id).await?;
    if !directory.source.kind().posts_back() {
        return Err(Failure::NotFound);
    }
    let mut brought = fields(&body)?;
    let on =
        ["SAMLResponse", "RelayState"].map(|name| (name, brought.remove(name).unwrap_or_default()));
    let action = format!("/sign-in/directories/{}/arrive", directory.row.id);
    lead_here(&state, &reader, &action, &on)
}

/// `POST /sign-in/directories/{id}/arrive`, from the former.
pub async fn arrive(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Answer {
    attempt::refuse_spent_address(&state, &reader).await?;
    let origin = state.settings.origin_of(&reader.visitor.host);
    if !csrf::is_from_here(&headers, &origin) {
        return Err(Failure::ForeignForm);
    }
    let directory = found(&mut *state.store.read().await?, &id).await?;
    let brought = fields(&body)?;
    let relay_state = brought.get("RelayState").map_or("", String::as_str);
    let question = carried(&state, &reader, &directory, |secrets| {
        secrets.verifier == relay_state
    });
    match &directory.source {
        directories::Source::Saml(settings) if question.is_none() && settings.idp_initiated => {
            unsolicited(&state, &reader, &directory, &brought).await
        }
        directories::Source::Saml(_) => {
            arrived(&state, &reader, &directory, (question, &brought)).await
        }
        _ => Err(Failure::NotFound),
    }
}

/// Who came without having been sent, until they say that they want to be signed in.
#[derive(Debug, Serialize, Deserialize)]
struct Came {
    directory: DirectoryId,
    asserted: Asserted,
    to: String,
}

fn occasion(whose: &str) -> Occasion<'_> {
    Occasion {
        step: "directory_unsolicited",
        whose,
    }
}

async fn unsolicited(
    state: &State,
    reader: &Reader,
    directory: &Whole,
    brought: &HashMap<String, String>,
) -> Answer {
    let counters = Counters::of_directories(reader);
    let attempt = Attempt::count(state, reader, counters, (None, ""), METHOD).await?;
    let of = |name: &str| brought.get(name).map_or("", String::as_str);
    let to = ReturnPath::or_root(of("RelayState"));
    let provider = directories::saml_provider(state, directory)?;
    let now = state.clock.now();
    let asserted = match provider.unsolicited(of("SAMLResponse"), now).await {
        Ok(asserted) => asserted,
        Err(error) => {
            return not_proven(state, reader, directory, (&attempt, &error, &to)).await;
        }
    };
    let name = asserted.person.display_name.clone();
    let came = Came {
        directory: directory.row.id.clone(),
        asserted,
        to: to.as_str().to_owned(),
    };
    let whose = hex(&reader.csrf.hash());
    let sealed = Question::new(came, now, LIFE).seal(&state.sealer, occasion(&whose))?;
    let action = format!("/sign-in/directories/{}/confirm", directory.row.id);
    ask(
        state,
        reader,
        (&directory.row.name, &name),
        (action, sealed),
    )
}

/// `POST /sign-in/directories/{id}/confirm`
pub async fn confirm(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    attempt::refuse_spent_address(&state, &reader).await?;
    let directory = found(&mut *state.store.read().await?, &id).await?;
    let (now, whose) = (state.clock.now(), hex(&reader.csrf.hash()));
    let field = form.get("question");
    let question = Question::<Came>::open(&state.sealer, occasion(&whose), field, now);
    let counters = Counters::of_directories(&reader);
    let attempt = Attempt::count(&state, &reader, counters, (None, ""), METHOD).await?;
    let question = question
        .ok()
        .filter(|question| question.asked.directory == directory.row.id);
    let Some(question) = question else {
        attempt.failed("not_for_this_sign_in").await?;
        return refuse(&state, &reader, &ReturnPath::root(), Why::Untrusted);
    };
    let to = ReturnPath::or_root(&question.asked.to);
    let whom = (&directory, question.asked.asserted.clone());
    settle(&state, &reader, whom, (&attempt, &question, &to)).await
}
