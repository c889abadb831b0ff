//! Proving to a directory once more who one is, while signed in: for whoever has no password that could be asked
//! for here.
//!
//! What was proven there before is no proof made now: the directory is told to ask anew, and says when it did. And
//! whoever proves it must be the same person; nobody is let in, and nobody made, on this way.

use std::collections::HashMap;

use axum::extract::{Path, State as Shared};
use config::Timestamp;
use config::id::SignInId;
use config::language::Language;
use serde::{Deserialize, Serialize};

use super::attempt::{self, Attempt};
use super::confirm::{self, ConfirmTexts};
use super::directory::{METHOD, counted_before, judged, send};
use super::directory_question::Kept;
use super::methods::Offer;
use super::person::{Person, carry};
use crate::directories::provider::ProviderError;
use crate::directories::sign_in::{Asserted, CameBy};
use crate::directories::{self, Whole};
use crate::pages::{Answer, Failure, Query, Reader, ReturnPath};
use crate::question::Question;
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{Connection, StoreError, Tx, directories as rows, directory_people as links};
use crate::store::{directory_sessions, members, sign_ins};

/// Which sign-in is confirmed, and since when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Confirming {
    sign_in: SignInId,
    since: Timestamp,
}

impl Confirming {
    pub(super) fn since(&self) -> Timestamp {
        self.since
    }
}

/// Whether there is nothing kept here that the person could prove.
fn is_asked_there(account: &Account) -> bool {
    !account.has_password() && !account.has_second_factor()
}

/// The directories that can confirm that it is the person, as links.
pub(super) async fn offers(
    state: &State,
    reader: &Reader,
    account: &Account,
    to: &ReturnPath,
) -> Result<Vec<Offer>, StoreError> {
    if !is_asked_there(account) {
        return Ok(Vec::new());
    }
    let mut able = able(&mut *state.store.read().await?, account).await?;
    let is_operators = state.settings.is_admin_host(&reader.visitor.host);
    able.retain(|one| one.source.kind().works_at(is_operators));
    let offer = |directory: Whole| {
        let (id, name) = (&directory.row.id, &directory.row.name);
        Offer {
            href: format!("/sign-in/confirm/directories/{id}?to={}", to.encoded()),
            text: match reader.language {
                Language::ZhCn => format!("通过 {name} 确认"),
                Language::En => format!("Confirm with {name}"),
            }
            .into(),
        }
    };
    Ok(able.into_iter().map(offer).collect())
}

/// Those that know the person, and prove anew who they are.
async fn able(connection: &mut Connection, account: &Account) -> Result<Vec<Whole>, StoreError> {
    let linked = rows::links_of(connection, &account.member).await?;
    let mut all = directories::for_sign_in(connection).await?;
    all.retain(|one| {
        one.source.kind().proves_anew() && linked.iter().any(|(row, ..)| row.id == one.row.id)
    });
    Ok(all)
}

/// `GET /sign-in/confirm/directories/{id}`
pub async fn start(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    Path(id): Path<String>,
    Query(asked): Query<confirm::Asked>,
) -> Answer {
    attempt::refuse_spent_address(&state, &reader).await?;
    let account = confirm::account_of(&state, &person).await?;
    let to = ReturnPath::or_root(&asked.to);
    let able = able(&mut *state.store.read().await?, &account).await?;
    let mut able = able.into_iter().filter(|_| is_asked_there(&account));
    let directory = { able.find(|one| one.row.id.as_str() == id) }.ok_or(Failure::NotFound)?;
    let confirming = Confirming {
        sign_in: person.0.sign_in.clone(),
        since: state.clock.now(),
    };
    send(&state, &reader, &directory, &to, (None, Some(confirming))).await
}

/// Judges what the browser brought back from a directory where somebody was to confirm that it is them.
pub(super) async fn arrived(
    state: &State,
    reader: &Reader,
    directory: &Whole,
    (question, parameters): (&Question<Kept>, &HashMap<String, String>),
    confirming: &Confirming,
) -> Answer {
    let to = question.asked.to();
    let person = Person::find(state, reader).await?;
    let person = person.filter(|person| person.0.sign_in == confirming.sign_in);
    let Some(person) = person else {
        return Err(Failure::SignInNeeded(confirm::path(to.as_str())));
    };
    let account = confirm::account_of(state, &person).await?;
    let attempt = Attempt::at_account(state, reader, &account, METHOD).await?;
    let proven = match judged(state, reader, directory, (question, parameters)).await? {
        Ok(asserted) if attempt.is_allowed() => {
            let tx = same(state, directory, &asserted, (&account, question)).await?;
            tx.map(|tx| (tx, asserted))
        }
        Ok(_) => Err("too_many_attempts"),
        Err(ProviderError::Untrusted(reason)) if !NOT_ANEW.contains(&reason) => Err(reason),
        // What the directory does not do is no guess of the person's.
        Err(error) => {
            tracing::info!(%error, directory = directory.row.name, "nobody was confirmed");
            let reason = match error {
                ProviderError::Untrusted(reason) => reason,
                _ => "directory_not_confirmed",
            };
            attempt.not_checked(reason).await?;
            return not_confirmed(state, reader, (&person, &account), to).await;
        }
    };
    match proven {
        Ok((mut tx, asserted)) => {
            attempt.succeeded(&mut tx).await?;
            let (whose, how) = ((&person, &account), (directory, &asserted));
            strengthen(state, reader, whose, how, (tx, to)).await
        }
        Err(reason) => {
            attempt.failed(reason).await?;
            not_confirmed(state, reader, (&person, &account), to).await
        }
    }
}

/// A directory did not ask anew, or does not say when it did.
const NOT_ANEW: [&str; 2] = ["id_token_auth_time", "proven_before"];

async fn not_confirmed(
    state: &State,
    reader: &Reader,
    (person, account): (&Person, &Account),
    to: ReturnPath,
) -> Answer {
    let why = ConfirmTexts::of(reader.language).not_there;
    confirm::show(state, reader, person, account, to, Some(why)).await
}

/// A transaction in which it was the same person who has proven it, once; otherwise the reason.
async fn same(
    state: &State,
    directory: &Whole,
    asserted: &Asserted,
    (account, question): (&Account, &Question<Kept>),
) -> Result<Result<Tx, &'static str>, StoreError> {
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    let key = asserted.person.key.as_str();
    let known = links::of_keys(&mut tx, &directory.row.id, &[key]).await?;
    if !known.iter().any(|(_, member, _)| *member == account.member) {
        return Ok(Err("somebody_else"));
    }
    if let Some(reason) = counted_before(&mut tx, question, asserted).await? {
        return Ok(Err(reason));
    }
    Ok(Ok(tx))
}

/// Notes what was proven. From now on the session there is the one by which the person is here.
async fn strengthen(
    state: &State,
    reader: &Reader,
    (person, account): (&Person, &Account),
    (directory, asserted): (&Whole, &Asserted),
    (mut tx, to): (Tx, ReturnPath),
) -> Answer {
    let came_by = CameBy::of(&directory.row.id, asserted);
    directory_sessions::renew(&mut tx, &person.0.sign_in, &came_by).await?;
    if asserted.has_second_factor && directory.sign_in.trusts_second_factor {
        let (session, now) = (&person.0, state.clock.now());
        sign_ins::strengthen(&mut tx, &session.sign_in, &session.methods, true, now).await?;
    }
    confirm::note(&mut tx, (state, reader), (person, account), METHOD).await?;
    let token = person.strengthen(state, reader, &mut tx, METHOD).await?;
    tx.commit().await?;
    let mut response = super::finish::onward(&to);
    carry(&mut response, &token);
    Ok(response)
}
