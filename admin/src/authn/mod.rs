//! Authentication: who is calling the API. Three outcomes, never a bool.
//!
//! A credential that was sent and is not good is refused, even where a second one might have been:
//! whoever sends a wrong token does not fall back to the cookie beside it.

pub mod csrf;
pub mod session;
mod still;
pub mod token;

pub use still::still;

use std::net::IpAddr;
use std::sync::Arc;

use config::id::{MemberId, SessionId, SignInId};

use axum::http::{HeaderMap, Method};

use crate::authz::Authority;
use crate::logs;
use crate::once::Once;
use crate::state::State;
use crate::store::StoreError;

/// What became of the credentials of a request.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// None was sent.
    NotRequested,
    Authenticated(Actor),
    Failed(Failure),
}

/// Why a credential that was sent did not authenticate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Unknown, ended, expired or malformed: deliberately one answer for all.
    NotGood,
    /// A cookie alone does not prove that the person meant the request (CSRF).
    NotMeant,
}

/// Tries what was sent. Put into the extensions of a request by the control socket and by nothing
/// else, [`Operator`] needs no further credential.
pub async fn authenticate(
    state: &State,
    method: &Method,
    headers: &HeaderMap,
    operator: Option<&Operator>,
    (host, address): (&str, Option<IpAddr>),
) -> Result<Authentication, StoreError> {
    if operator.is_some() {
        let authority = Arc::new(Authority::of_owner());
        return Ok(Authentication::Authenticated(Actor::Operator { authority }));
    }
    let found = if let Some(authorization) = token::sent(headers) {
        token::find(state, authorization).await?
    } else if let Some(cookie) = session::sent(headers) {
        let origin = state.settings.origin_of(host);
        if !csrf::is_meant(method, headers, &origin) {
            return Ok(Authentication::Failed(Failure::NotMeant));
        }
        session::find(state, cookie, host, address).await?
    } else {
        return Ok(Authentication::NotRequested);
    };
    Ok(match found {
        Some(actor) => Authentication::Authenticated(actor),
        None => Authentication::Failed(Failure::NotGood),
    })
}

/// The connection is one to the control socket.
#[derive(Clone, Copy, Debug)]
pub struct Operator;

/// From where a request came.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Absent where it came through the control socket.
    pub address: Option<IpAddr>,
    pub request_id: Option<String>,
    /// The name that the caller gave to the request, if any.
    pub once: Option<Arc<Once>>,
}

/// Whoever acts through the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person in a browser, by the session at the host that was asked.
    Member {
        id: MemberId,
        username: String,
        authority: Arc<Authority>,
        session: SessionId,
        sign_in: SignInId,
    },
    /// A program, by an API token.
    Token {
        id: String,
        name: String,
        /// Who made it; `None` for one made through the control socket.
        maker: Option<MemberId>,
        authority: Arc<Authority>,
    },
    /// Whoever can open the control socket in the data folder, and thus could read the store.
    Operator { authority: Arc<Authority> },
    /// A directory that the organisation has connected: what it says is taken over. Made by
    /// [`Actor::directory`] for [`crate::sync`], and never from a request.
    Directory {
        name: String,
        authority: Arc<Authority>,
    },
}

impl Actor {
    /// All that they may do.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        match self {
            Self::Member { authority, .. }
            | Self::Token { authority, .. }
            | Self::Operator { authority }
            | Self::Directory { authority, .. } => authority,
        }
    }

    #[must_use]
    pub fn member(&self) -> Option<&MemberId> {
        match self {
            Self::Member { id, .. } => Some(id),
            Self::Token { maker, .. } => maker.as_ref(),
            Self::Operator { .. } | Self::Directory { .. } => None,
        }
    }

    /// The name under which it stands in the audit log.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Member { username, .. } => username.clone(),
            Self::Token { name, .. } => format!("token {name}"),
            Self::Operator { .. } => "operator (cli)".to_owned(),
            Self::Directory { name, .. } => format!("directory {name}"),
        }
    }

    /// The directory of this name. Whose accounts it reaches is decided by what is planned (`crate::sync`),
    /// not by a role.
    #[must_use]
    pub fn directory(name: &str) -> Self {
        Self::Directory {
            name: name.to_owned(),
            authority: Arc::new(Authority::of_owner()),
        }
    }
}

impl From<&Actor> for logs::Actor {
    fn from(actor: &Actor) -> Self {
        let (kind, id) = match actor {
            Actor::Member { id, .. } => (logs::ActorKind::Member, Some(id.to_string())),
            Actor::Token { id, .. } => (logs::ActorKind::Token, Some(id.clone())),
            Actor::Operator { .. } => (logs::ActorKind::Operator, None),
            Actor::Directory { .. } => (logs::ActorKind::System, None),
        };
        Self {
            kind,
            id,
            name: actor.name(),
        }
    }
}
