//! A session as the gateway knows it: who, since when, how strongly, until when.
//!
//! The cookie holds 32 random bytes in base64url; everywhere else only their SHA-256 is kept, so a
//! stolen store opens no door.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{MemberId, SessionId, SignInId};
use crate::principal::Principal;

/// SHA-256 of the 32 bytes in a session cookie.
pub type TokenHash = [u8; 32];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    /// Shared by the session at the access host and its children at application hosts.
    pub sign_in: SignInId,
    /// The one host (lower case, no port) at which this session is worth anything.
    pub host: String,
    pub principal: Arc<Principal>,
    pub authenticated_at: Timestamp,
    /// When a second factor was last proven; `None` if never in this sign-in.
    pub second_factor_at: Option<Timestamp>,
    pub methods: Vec<AuthenticationMethod>,
    /// Ends at this moment, whatever happens.
    pub expires_at: Timestamp,
    /// Ends after so long without a request; `None` for no such limit.
    pub idle_limit: Option<Duration>,
    /// The last request that the store knows of.
    pub last_seen_at: Timestamp,
}

/// How a person proved who they are (compare RFC 8176 `amr`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthenticationMethod {
    Password,
    Totp,
    RecoveryCode,
    /// A code that was sent to the person's mobile.
    SmsCode,
    /// A code that was sent to the person's mail address.
    MailCode,
    /// A passkey or a security key, which has verified its user.
    Passkey,
    /// Another sign-in page, of a directory that the organisation has connected.
    Directory,
    /// The one-time link that a first administrator or a new member sets a password with.
    OneTimeLink,
}

/// What is no longer valid. Pushed to every node; whoever holds such a session drops it and cuts
/// what is open on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Revocation {
    /// One session at one host.
    Session(SessionId),
    /// A sign-in with all its child sessions.
    SignIn(SignInId),
    /// What was cached of a person: signed out, deactivated, or changed. Whoever is still entitled
    /// to a session is found again at the next request, with the new facts.
    Member(MemberId),
    /// Everything that was cached, after a gap in the feed.
    All,
}
