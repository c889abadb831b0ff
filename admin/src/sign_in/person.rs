//! The person who is signed in at a host of ours.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use config::id::SessionId;
use config::session::{AuthenticationMethod, Revocation};
use config::{Session, Timestamp, cookies};

use super::finish;
use super::lockout::Guess;
use crate::guests::network;
use crate::pages::cookies::{Keep, set};
use crate::pages::{Failure, Reader};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::{StoreError, Tx, members, session_facts, sessions, sign_ins};
use crate::tokens::Token;

/// What touches the account's own locks asks for a proof that is not older.
const FRESH: Duration = Duration::from_mins(10);
/// The activity of a session is written down no more often.
const TOUCH_AFTER: Duration = Duration::from_secs(30);

/// A signed-in person, with the session at the host that was asked.
#[derive(Clone)]
pub struct Person(pub Session);

impl Person {
    /// Whoever the browser's cookie stands for, if anybody who may come from there.
    pub async fn find(state: &State, reader: &Reader) -> Result<Option<Self>, StoreError> {
        let Some(token) = reader.token(cookies::SESSION) else {
            return Ok(None);
        };
        let now = state.clock.now();
        let host = &reader.visitor.host;
        if !state.settings.is_own_host(host) {
            return Ok(None);
        }
        let mut read = state.store.read().await?;
        let found = session_facts::find(&mut read, &token.hash(), host, now).await?;
        drop(read);
        let from = reader.visitor.client_address;
        let Some(session) = found.filter(|s| !network::keeps_person_out(state, &s.principal, from))
        else {
            return Ok(None);
        };
        if now.since(session.last_seen_at) >= TOUCH_AFTER {
            let mut tx = state.store.begin().await?;
            sessions::touch(&mut tx, &session.id, now).await?;
            tx.commit().await?;
        }
        Ok(Some(Self(session)))
    }

    /// Whether the person has proven who they are recently enough to change their own locks: with
    /// the second factor where there is one.
    #[must_use]
    pub fn is_fresh(&self, has_factor: bool, now: Timestamp) -> bool {
        let proven = if has_factor {
            self.0.second_factor_at
        } else {
            Some(self.0.authenticated_at)
        };
        proven.is_some_and(|at| now.since(at) < FRESH)
    }

    /// Notes in `tx` that the person has proven who they are once more, and puts a new session in
    /// the place of the old one, whose cookie is dead once the transaction is committed.
    ///
    /// # Errors
    /// As [`Person::renew`].
    pub async fn strengthen(
        &self,
        state: &State,
        reader: &Reader,
        tx: &mut Tx,
        method: AuthenticationMethod,
    ) -> Result<Renewed, Failure> {
        let mut methods = self.0.methods.clone();
        if !methods.contains(&method) {
            methods.push(method);
        }
        let is_second = Guess::of(method) == Guess::SecondFactor;
        let now = state.clock.now();
        sign_ins::strengthen(tx, &self.0.sign_in, &methods, is_second, now).await?;
        self.renew(state, reader, tx).await
    }

    /// Puts a new session in the place of the old one. Each cookie takes one such step: of several
    /// that bring it at once, one succeeds, and one that was ended meanwhile takes none.
    ///
    /// # Errors
    /// [`Failure::SignInNeeded`] if the session is over.
    pub async fn renew(
        &self,
        state: &State,
        reader: &Reader,
        tx: &mut Tx,
    ) -> Result<Renewed, Failure> {
        let now = state.clock.now();
        let host = &reader.visitor.host;
        members::hold(tx, &self.0.principal.id).await?;
        let old = reader.token(cookies::SESSION).ok_or_else(session_over)?;
        if sessions::end(tx, &old.hash(), host, now).await?.is_none() {
            return Err(session_over());
        }
        let token = Token::generate();
        let id = SessionId::generate();
        sessions::insert(tx, &id, &self.0.sign_in, host, &token.hash(), now).await?;
        // Every node forgets what it knew of this sign-in, and asks anew.
        let changed = Change::Revoked(Revocation::SignIn(self.0.sign_in.clone()));
        announce(tx, changed, now).await?;
        let rules = sign_in_policy::rules_of(tx, &self.0.principal.id).await?;
        let keep = finish::keep(&rules.sessions);
        Ok(Renewed { token, keep })
    }
}

/// The cookie of a session that took the place of another.
pub struct Renewed {
    token: Token,
    keep: Keep,
}

fn session_over() -> Failure {
    Failure::SignInNeeded("/account".to_owned())
}

/// Gives the browser the cookie of its new session.
pub fn carry(response: &mut Response, renewed: &Renewed) {
    let text = renewed.token.as_text();
    set(response, cookies::SESSION, text, renewed.keep);
}

impl FromRequestParts<State> for Person {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let reader = <Reader as FromRequestParts<State>>::from_request_parts(parts, state).await?;
        if let Some(person) = Self::find(state, &reader).await? {
            return Ok(person);
        }
        // A form cannot be sent again after signing in: then the account page is where to go on.
        let back = match parts.method {
            Method::GET | Method::HEAD => reader.here,
            _ => "/account".to_owned(),
        };
        Err(Failure::SignInNeeded(back))
    }
}

/// For pages that also serve whoever is not signed in.
impl axum::extract::OptionalFromRequestParts<State> for Person {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Option<Self>, Failure> {
        let reader = <Reader as FromRequestParts<State>>::from_request_parts(parts, state).await?;
        Ok(Self::find(state, &reader).await?)
    }
}
