//! The first factor where a directory keeps the password: it is asked, and none that was set here counts.
//!
//! A hash is checked meanwhile all the same, so that the time of the answer does not tell for whom a
//! directory is asked.

use axum::response::Response;
use config::Role;
use config::id::MemberId;
use config::session::AuthenticationMethod;

use super::attempt::Attempt;
use super::flow::{self, Flow};
use super::identify::Candidate;
use crate::authn::Actor;
use crate::authz::permit_of_directory;
use crate::directories::ldap::authenticate::{Verdict, authenticate};
use crate::directories::sign_in::{Asserted, CameBy, NotKnown, member_of};
use crate::directories::{self, MatchBy, Source, Whole};
use crate::edit::Edit;
use crate::pages::{Failure, Reader, ReturnPath};
use crate::passwords::Standing;
use crate::state::State;
use crate::store::{StoreError, Tx, credentials, directories as rows, members, role_holdings};

/// Why nobody was let in, as far as the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotIn {
    /// One answer for a wrong name and a wrong password.
    Wrong,
    /// Nobody can say just now.
    Away,
    /// The password was right, and the directory lets the person in no more.
    Locked,
    /// The password was right, and there is nobody here who has it.
    Unknown,
}

/// A password that was typed.
pub struct Tried<'a> {
    pub candidate: &'a Candidate,
    pub attempt: &'a Attempt<'a>,
    pub password: &'a str,
    pub to: &'a ReturnPath,
}

/// The directories to be asked about this candidate, in their order: the one that keeps the password; or,
/// where nobody does, those that let in people who are not known yet. None: the password is kept here.
pub async fn asked(state: &State, candidate: &Candidate) -> Result<Vec<Whole>, StoreError> {
    let mut read = state.store.read().await?;
    let mut all = directories::for_sign_in(&mut read).await?;
    all.retain(|directory| directory.source.kind().takes_passwords());
    if all.is_empty() {
        return Ok(all);
    }
    match &candidate.account {
        Some(account) if account.is_password_elsewhere => {
            let linked = rows::links_of(&mut read, &account.member).await?;
            all.retain(|one| linked.iter().any(|(row, ..)| row.id == one.row.id));
        }
        Some(account) if account.password_hash.is_some() => all.clear(),
        _ => all.retain(|one| one.sign_in.creates || one.sign_in.match_by != MatchBy::Nothing),
    }
    Ok(all)
}

/// Asks them, and signs the person in.
///
/// # Errors
/// What the person is told who is not let in.
pub async fn submit(
    state: &State,
    reader: &Reader,
    directories: Vec<Whole>,
    tried: Tried<'_>,
) -> Result<Result<Response, NotIn>, Failure> {
    let account = tried.candidate.account.as_ref();
    let hash = state
        .passwords
        .verify(tried.attempt.standing(), tried.password, None);
    let (found, hashed) = tokio::join!(ask(state, &directories, &tried), hash);
    hashed?;
    let (directory, asserted) = match found? {
        Found::Right(directory, asserted) => (directory, asserted),
        Found::Wrong(reason) => {
            tried.attempt.failed(reason).await?;
            // Whoever knows the password is told; a lock that needs none tells of nobody.
            let is_told = reason == "account_disabled";
            return Ok(Err(if is_told { NotIn::Locked } else { NotIn::Wrong }));
        }
        Found::Away => {
            if let Some(account) = account
                && let Some(response) = break_glass(state, reader, account, &tried).await?
            {
                return Ok(Ok(response));
            }
            tried.attempt.failed("directory_away").await?;
            return Ok(Err(NotIn::Away));
        }
    };
    let member = match known(state, &directory, &asserted).await? {
        Ok(member) => member,
        Err(reason) => {
            tried.attempt.failed(reason).await?;
            return Ok(Err(NotIn::Unknown));
        }
    };
    if account.is_some_and(|account| account.member != member) {
        tried.attempt.failed("entry_of_somebody_else").await?;
        return Ok(Err(NotIn::Wrong));
    }
    begin(state, reader, (&directory, member), &tried).await
}

/// Goes on with the sign-in of whoever has proven it.
async fn begin(
    state: &State,
    reader: &Reader,
    (directory, member): (&Whole, MemberId),
    tried: &Tried<'_>,
) -> Result<Result<Response, NotIn>, Failure> {
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &member).await?;
    let present = credentials::find(&mut tx, &member).await?;
    if !present.is_some_and(|account| account.is_active(now)) {
        drop(tx);
        tried.attempt.failed("account_disabled").await?;
        return Ok(Err(NotIn::Wrong));
    }
    let failures = tried.attempt.others(&mut tx).await?;
    tried.attempt.succeeded(&mut tx).await?;
    let came_by = CameBy {
        directory: directory.row.id.clone(),
        session: None,
        subject: None,
        repeated: None,
    };
    let method = (AuthenticationMethod::Password, came_by);
    let mut flow = Flow::begin_by_directory(member, method, now, tried.to.as_str());
    flow.failures = failures;
    Ok(Ok(flow::advance(state, reader, tx, flow, None).await?))
}

enum Found {
    Right(Box<Whole>, Box<Asserted>),
    Wrong(&'static str),
    Away,
}

/// The first that knows the name and the password; nobody is asked about a guess too many.
async fn ask(state: &State, directories: &[Whole], tried: &Tried<'_>) -> Result<Found, StoreError> {
    if !tried.attempt.is_allowed() {
        return Ok(Found::Wrong("wrong_password"));
    }
    let account = tried.candidate.account.as_ref();
    // Of whoever is known, the name that the directory knows, however the person was named.
    let name = account.map_or(tried.candidate.typed.as_str(), |account| &account.username);
    let mut found = Found::Wrong("unknown_account");
    for directory in directories {
        let secret = directories::secret_of(state, directory)?;
        let Source::Ldap(settings) = &directory.source else {
            continue;
        };
        let outbound = &state.settings.outbound;
        match authenticate(outbound, settings, &secret, (name, tried.password)).await {
            Verdict::Right(asserted) => {
                return Ok(Found::Right(Box::new(directory.clone()), asserted));
            }
            Verdict::Wrong(reason) => found = Found::Wrong(reason),
            Verdict::Away(error) => {
                tracing::warn!(%error, directory = directory.row.name, "a directory is away");
                found = Found::Away;
            }
        }
    }
    Ok(found)
}

/// Asks the directory of somebody who is signed in. As [`super::confirm::by_password`].
pub async fn confirm(
    state: &State,
    attempt: &Attempt<'_>,
    account: &credentials::Account,
    password: &str,
) -> Result<Option<Tx>, Failure> {
    let mut read = state.store.read().await?;
    let mut all = directories::for_sign_in(&mut read).await?;
    let linked = rows::links_of(&mut read, &account.member).await?;
    drop(read);
    all.retain(|one| one.source.kind().takes_passwords());
    let mut reason = "wrong_password";
    for directory in all.iter().filter(|_| attempt.is_allowed()) {
        let Some((_, key, _)) = linked.iter().find(|(row, ..)| row.id == directory.row.id) else {
            continue;
        };
        let secret = directories::secret_of(state, directory)?;
        let Source::Ldap(settings) = &directory.source else {
            continue;
        };
        let outbound = &state.settings.outbound;
        let typed = (account.username.as_str(), password);
        match authenticate(outbound, settings, &secret, typed).await {
            Verdict::Right(asserted) if asserted.person.key == *key => {
                let mut tx = state.store.begin().await?;
                members::hold(&mut tx, &account.member).await?;
                attempt.succeeded(&mut tx).await?;
                return Ok(Some(tx));
            }
            Verdict::Right(_) => reason = "entry_of_somebody_else",
            Verdict::Wrong(why) => reason = why,
            Verdict::Away(error) => {
                tracing::warn!(%error, directory = directory.row.name, "a directory is away");
                reason = "directory_away";
            }
        }
    }
    attempt.failed(reason).await?;
    Ok(None)
}

/// Who it is here, once the directory has said who it is there.
pub async fn known(
    state: &State,
    directory: &Whole,
    asserted: &Asserted,
) -> Result<Result<MemberId, &'static str>, Failure> {
    let permit = permit_of_directory(Actor::directory(&directory.row.name));
    let mut edit = Edit::begin(state, &permit)
        .await
        .map_err(Failure::internal)?;
    let reason = match member_of(&mut edit, directory, asserted).await {
        Ok(member) => {
            edit.finish().await.map_err(Failure::internal)?;
            return Ok(Ok(member));
        }
        Err(NotKnown::Waits) => {
            // That somebody waits is kept, for an administrator.
            edit.finish().await.map_err(Failure::internal)?;
            "waits_for_an_administrator"
        }
        Err(NotKnown::Unknown) => "unknown_to_us",
        Err(NotKnown::Unfit) => "cannot_be_a_member",
        Err(NotKnown::Store(error)) => return Err(error.into()),
        Err(NotKnown::Refused(refused)) => return Err(Failure::internal(refused)),
    };
    Ok(Err(reason))
}

/// An owner comes in by a password that was set here while the directory is away: somebody must be able to
/// mend what is wrong.
async fn break_glass(
    state: &State,
    reader: &Reader,
    account: &credentials::Account,
    tried: &Tried<'_>,
) -> Result<Option<Response>, Failure> {
    let Some(stored) = account
        .password_hash
        .clone()
        .filter(|_| tried.attempt.is_allowed())
    else {
        return Ok(None);
    };
    let mut read = state.store.read().await?;
    let held = role_holdings::of_member(&mut read, &account.member).await?;
    drop(read);
    if !crate::store::session_facts::built_in(&held).contains(&Role::Owner) {
        return Ok(None);
    }
    let verdict = state
        .passwords
        .verify(Standing::Known, tried.password, Some(stored.clone()));
    if verdict.await? == crate::passwords::Verdict::Wrong {
        return Ok(None);
    }
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    let is_held = credentials::hold_password(&mut tx, &account.member, &stored, &stored).await?;
    let present = credentials::find(&mut tx, &account.member).await?;
    if !is_held || !present.is_some_and(|account| account.is_active(now)) {
        return Ok(None);
    }
    tried.attempt.succeeded(&mut tx).await?;
    let method = AuthenticationMethod::Password;
    let flow = Flow::begin(account.member.clone(), method, now, tried.to.as_str());
    Ok(Some(flow::advance(state, reader, tx, flow, None).await?))
}
