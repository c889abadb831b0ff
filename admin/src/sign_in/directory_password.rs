//! The first factor where a directory keeps the password: it is asked, and none that was set here counts.
//!
//! A hash is checked meanwhile all the same: a directory that answers within the time of one does not show by it
//! for whom it was asked. The words are the same for everybody.

use axum::response::Response;
use config::id::MemberId;
use config::session::AuthenticationMethod;

use super::attempt::Attempt;
use super::by_directory::is_owner;
use super::choose;
use super::directory_new_password::{self, New, NotTaken};
use super::flow::{self, Flow};
use super::identify::Candidate;
use crate::authn::Actor;
use crate::authz::permit_of_directory;
use crate::directories::ldap::authenticate::{Verdict, authenticate};
use crate::directories::ldap::who::Who;
use crate::directories::sign_in::{Asserted, CameBy, NotKnown, member_of};
use crate::directories::{self, MatchBy, Whole};
use crate::edit::Edit;
use crate::pages::{Failure, Reader, ReturnPath};
use crate::passwords::PasswordsError;
use crate::state::State;
use crate::store::{StoreError, Tx, credentials, directories as rows, members};

/// Why nobody was let in, as far as the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotIn {
    /// One answer for a wrong name, a wrong password, and a directory that is away: the last would tell who is
    /// known to it.
    Wrong,
    /// The password was right, and the directory lets the person in no more.
    Locked,
    /// The password was right, and there is nobody here who has it.
    Unknown,
    /// The password was right, and the time of the account is over.
    Expired,
    /// The password was right, and is to be changed elsewhere first.
    PasswordOver,
    /// The password was right, and is to be changed here first; why the new one was not taken.
    ChangePassword(Option<NotTaken>),
}

/// A password that was typed.
pub struct Tried<'a> {
    pub candidate: &'a Candidate,
    pub attempt: &'a Attempt<'a>,
    pub password: &'a str,
    /// In place of one that is too old in the directory.
    pub new: Option<New<'a>>,
    pub to: &'a ReturnPath,
}

/// Who checks a password.
pub struct Asked {
    /// In their order: the one that keeps the password; or, where nobody does, those that let in people who are
    /// not known yet.
    pub directories: Vec<Whole>,
    /// Whether any directory checks passwords, of whomever.
    pub is_any: bool,
    /// No password that was set here counts, even if there is no directory that can be asked.
    is_elsewhere: bool,
}

impl Asked {
    /// Whether the password is checked here.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.directories.is_empty() && !self.is_elsewhere
    }
}

/// Who is to be asked about this candidate.
pub async fn asked(state: &State, candidate: &Candidate) -> Result<Asked, StoreError> {
    let mut read = state.store.read().await?;
    let mut all = directories::for_sign_in(&mut read).await?;
    all.retain(|directory| directory.source.kind().takes_passwords());
    let account = candidate.account.as_ref();
    let is_elsewhere = account.is_some_and(|account| account.is_password_elsewhere);
    let is_any = is_elsewhere || !all.is_empty();
    match &candidate.account {
        Some(account) if account.is_password_elsewhere => {
            let linked = rows::links_of(&mut read, &account.member).await?;
            all.retain(|one| linked.iter().any(|(row, ..)| row.id == one.row.id));
        }
        Some(account) if account.password_hash.is_some() => all.clear(),
        _ => all.retain(|one| one.sign_in.creates || one.sign_in.match_by != MatchBy::Nothing),
    }
    Ok(Asked {
        directories: all,
        is_any,
        is_elsewhere,
    })
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
    match hashed {
        // It hides how long the directory took, no more: what that has said stands.
        Ok(_) | Err(PasswordsError::Busy) => {}
        Err(error) => return Err(error.into()),
    }
    let (directory, asserted, is_new) = match found? {
        Found::Right(directory, asserted, is_new) => (directory, asserted, is_new),
        Found::Wrong(reason, why) => {
            tried.attempt.failed(reason).await?;
            return Ok(Err(why));
        }
        Found::Away { was_checked } => {
            let glass = match account {
                Some(account) => break_glass(state, reader, account, &tried).await?,
                None => Glass::None,
            };
            match glass {
                Glass::Broken(response) => return Ok(Ok(*response)),
                Glass::Held => tried.attempt.failed("wrong_password").await?,
                // A guess that another directory has refused stays counted.
                Glass::None if was_checked => tried.attempt.failed("directory_away").await?,
                Glass::None => tried.attempt.not_checked("directory_away").await?,
            }
            return Ok(Err(NotIn::Wrong));
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
    begin(state, reader, (&directory, member, is_new), &tried).await
}

/// Goes on with the sign-in of whoever has proven it.
async fn begin(
    state: &State,
    reader: &Reader,
    (directory, member, is_new): (&Whole, MemberId, bool),
    tried: &Tried<'_>,
) -> Result<Result<Response, NotIn>, Failure> {
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &member).await?;
    let present = credentials::find(&mut tx, &member).await?;
    let Some(account) = present.filter(|account| account.is_active(now)) else {
        drop(tx);
        tried.attempt.failed("account_disabled").await?;
        return Ok(Err(NotIn::Wrong));
    };
    if is_new {
        choose::end_what_it_opened(state, reader, &mut tx, &account, None).await?;
    }
    let failures = tried.attempt.others(&mut tx).await?;
    tried.attempt.succeeded(&mut tx).await?;
    let came_by = CameBy {
        directory: directory.row.id.clone(),
        session: None,
        subject: None,
        repeated: None,
        renewal: None,
    };
    let method = (AuthenticationMethod::Password, came_by);
    let mut flow = Flow::begin_by_directory(member, method, now, tried.to.as_str());
    flow.failures = failures;
    Ok(Ok(flow::advance(state, reader, tx, flow, None).await?))
}

enum Found {
    /// Whether the password is a new one.
    Right(Box<Whole>, Box<Asserted>, bool),
    /// The reason for the log, and for the person.
    Wrong(&'static str, NotIn),
    /// Nobody has said that it is right, and one could not be asked.
    Away {
        /// Whether another one has said that it is wrong.
        was_checked: bool,
    },
}

const AWAY: Found = Found::Away { was_checked: false };

/// What the person is told of why their directory does not let them in. Whoever knows the password is told;
/// what needs none to be heard, such as a lock after wrong guesses, tells of nobody.
fn told(reason: &'static str, directory: &Whole) -> NotIn {
    match reason {
        "account_disabled" => NotIn::Locked,
        "account_expired" => NotIn::Expired,
        "password_expired" | "password_must_change" if directory.source.changes_passwords() => {
            NotIn::ChangePassword(None)
        }
        "password_expired" | "password_must_change" => NotIn::PasswordOver,
        _ => NotIn::Wrong,
    }
}

/// The first that knows the name and the password; nobody is asked about a guess too many.
async fn ask(state: &State, directories: &[Whole], tried: &Tried<'_>) -> Result<Found, StoreError> {
    if !tried.attempt.is_allowed() {
        return Ok(Found::Wrong("wrong_password", NotIn::Wrong));
    }
    let account = tried.candidate.account.as_ref();
    let linked = match account {
        Some(account) => rows::links_of(&mut *state.store.read().await?, &account.member).await?,
        None => Vec::new(),
    };
    let name = account.map_or(tried.candidate.typed.as_str(), |account| &account.username);
    let (mut wrong, mut is_away) = (None, directories.is_empty());
    for directory in directories {
        // Whoever is known there is asked about by key, however they were named.
        let key = linked.iter().find(|(row, ..)| row.id == directory.row.id);
        let who = key.map_or(Who::Named(name), |(_, key, _)| Who::Known(key));
        match one(state, directory, who, tried).await? {
            right @ Found::Right(..) => return Ok(right),
            Found::Wrong(reason, why) => wrong = Some((reason, why)),
            Found::Away { .. } => is_away = true,
        }
    }
    Ok(match (is_away, wrong) {
        (true, _) => Found::Away {
            was_checked: wrong.is_some(),
        },
        (false, Some((reason, why))) => Found::Wrong(reason, why),
        (false, None) => Found::Wrong("unknown_account", NotIn::Wrong),
    })
}

/// Asks one directory.
async fn one(
    state: &State,
    directory: &Whole,
    who: Who<'_>,
    tried: &Tried<'_>,
) -> Result<Found, StoreError> {
    let right = |asserted, is_new| Found::Right(Box::new(directory.clone()), asserted, is_new);
    let reason = match asked_of(state, directory, who, tried.password).await? {
        Verdict::Right(asserted) => return Ok(right(asserted, false)),
        Verdict::Wrong(reason) => reason,
        Verdict::Away(_) => return Ok(AWAY),
    };
    let why = told(reason, directory);
    let (NotIn::ChangePassword(_), Some(new)) = (why, tried.new) else {
        return Ok(Found::Wrong(reason, why));
    };
    let set = directory_new_password::set(state, directory, who, (tried.password, new));
    if let Err(not_taken) = set.await? {
        return Ok(Found::Wrong(reason, NotIn::ChangePassword(Some(not_taken))));
    }
    Ok(match asked_of(state, directory, who, new.password).await? {
        Verdict::Right(asserted) => right(asserted, true),
        Verdict::Wrong(reason) => Found::Wrong(reason, told(reason, directory)),
        Verdict::Away(_) => AWAY,
    })
}

async fn asked_of(
    state: &State,
    directory: &Whole,
    who: Who<'_>,
    password: &str,
) -> Result<Verdict, StoreError> {
    let secret = directories::secret_of(state, directory)?;
    let Some(settings) = directory.source.ldap() else {
        return Ok(Verdict::Wrong("unknown_account"));
    };
    let access = directories::ldap_access(state, &settings, &secret);
    let verdict = authenticate(access, who, password).await;
    if let Verdict::Away(error) = &verdict {
        tracing::warn!(%error, directory = directory.row.name, "a directory is away");
    }
    Ok(verdict)
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
    let (mut reason, mut is_away) = (None, false);
    for directory in all.iter().filter(|_| attempt.is_allowed()) {
        let Some((_, key, _)) = linked.iter().find(|(row, ..)| row.id == directory.row.id) else {
            continue;
        };
        match asked_of(state, directory, Who::Known(key), password).await? {
            Verdict::Right(_) => {
                let mut tx = state.store.begin().await?;
                members::hold(&mut tx, &account.member).await?;
                attempt.succeeded(&mut tx).await?;
                return Ok(Some(tx));
            }
            Verdict::Wrong(why) => reason = Some(why),
            Verdict::Away(_) => is_away = true,
        }
    }
    match (reason, is_away) {
        (None, true) => attempt.not_checked("directory_away").await?,
        (reason, _) => attempt.failed(reason.unwrap_or("wrong_password")).await?,
    }
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

/// What becomes of a password that was set here while the directory is away.
enum Glass {
    /// It is none that would count.
    None,
    /// It was tried, and is wrong: that counts as any other guess.
    Held,
    Broken(Box<Response>),
}

/// An owner comes in by a password that was set here while the directory is away: somebody must be able to
/// mend what is wrong.
async fn break_glass(
    state: &State,
    reader: &Reader,
    account: &credentials::Account,
    tried: &Tried<'_>,
) -> Result<Glass, Failure> {
    let Some(stored) = account.password_hash.clone() else {
        return Ok(Glass::None);
    };
    if !is_owner(&mut *state.store.read().await?, &account.member).await? {
        return Ok(Glass::None);
    }
    let (attempt, password) = (tried.attempt, tried.password);
    let verdict = attempt.check(attempt.standing(), password, Some(&stored));
    if verdict.await? == crate::passwords::Verdict::Wrong {
        return Ok(Glass::Held);
    }
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    let is_held = credentials::hold_password(&mut tx, &account.member, &stored, &stored).await?;
    let present = credentials::find(&mut tx, &account.member).await?;
    if !is_held || !present.is_some_and(|account| account.is_active(now)) {
        return Ok(Glass::Held);
    }
    tried.attempt.succeeded(&mut tx).await?;
    let method = AuthenticationMethod::Password;
    let flow = Flow::begin(account.member.clone(), method, now, tried.to.as_str());
    let response = flow::advance(state, reader, tx, flow, None).await?;
    Ok(Glass::Broken(Box::new(response)))
}
