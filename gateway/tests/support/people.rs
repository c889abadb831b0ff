//! People, their sessions, and the store that knows them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::id::{MemberId, SessionId, SignInId};
use config::link::{SessionLookup, StoreAway};
use config::session::{AuthenticationMethod, TokenHash};
use config::{Principal, PrincipalKind, Session, Timestamp};
use futures::future::BoxFuture;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

/// The sessions that the store would find.
#[derive(Default)]
pub struct People {
    sessions: Mutex<HashMap<TokenHash, Session>>,
    away: Mutex<bool>,
}

/// Somebody who is signed in at one host.
#[derive(Clone)]
pub struct SignedIn {
    pub session: Session,
    /// The value of the session cookie.
    pub token: String,
}

impl SignedIn {
    /// For a Cookie header.
    pub fn cookie(&self) -> String {
        format!("{}={}", config::cookies::SESSION, self.token)
    }
}

impl People {
    /// Somebody signs in at a host.
    pub fn sign_in(&self, username: &str, host: &str, now: Timestamp) -> SignedIn {
        let secret: [u8; 32] = rand::random();
        let hash: TokenHash = Sha256::digest(secret).into();
        let session = Session {
            id: SessionId::generate(),
            sign_in: SignInId::generate(),
            host: host.into(),
            principal: Arc::new(person(username)),
            authenticated_at: now,
            second_factor_at: None,
            methods: vec![AuthenticationMethod::Password],
            expires_at: now.plus(Duration::from_hours(8)),
            idle_limit: None,
            last_seen_at: now,
        };
        self.sessions.lock().insert(hash, session.clone());
        SignedIn {
            session,
            token: URL_SAFE_NO_PAD.encode(secret),
        }
    }

    /// The store forgets a session, as it does when it ends.
    pub fn forget(&self, id: &SessionId) {
        self.sessions.lock().retain(|_, session| session.id != *id);
    }

    /// The store cannot be asked any more, or again.
    pub fn store_away(&self, away: bool) {
        *self.away.lock() = away;
    }
}

impl SessionLookup for People {
    fn find<'a>(
        &'a self,
        token: &'a TokenHash,
        host: &'a str,
    ) -> BoxFuture<'a, Result<Option<Session>, StoreAway>> {
        Box::pin(async move {
            if *self.away.lock() {
                return Err(StoreAway("switched off by the test".into()));
            }
            let found = self.sessions.lock().get(token).cloned();
            Ok(found.filter(|session| session.host == host))
        })
    }
}

pub fn person(username: &str) -> Principal {
    Principal {
        id: MemberId::from(format!("member-{username}")),
        kind: PrincipalKind::Member,
        username: username.into(),
        display_name: username.into(),
        email: None,
        mobile: None,
        employee_number: None,
        departments: Vec::new(),
        groups: Vec::new(),
        roles: Vec::new(),
        administers: false,
    }
}
