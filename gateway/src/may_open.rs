//! What the portal shows: whether a person could open an application's front page just now, asked
//! of the very rules that will decide when they do.

use std::net::IpAddr;
use std::sync::Arc;

use config::id::{ApplicationId, SessionId, SignInId};
use config::link::MayOpen;
use config::{Principal, Session, Timestamp};
use http::Method;

use crate::gate::Gate;
use crate::path::denial::Denial;
use crate::path::policy::judge;
use crate::path::session::Identity;
use crate::sessions::SessionEntry;

impl MayOpen for Gate {
    fn may_open(
        &self,
        principal: &Principal,
        client_address: IpAddr,
        application: &ApplicationId,
    ) -> bool {
        let Some(rulebook) = self.rulebook.load_full() else {
            return false;
        };
        let Some(routed) = rulebook.applications.get(application) else {
            return false;
        };
        if routed.ip_rules.judge(client_address).refusing().is_some() {
            return false;
        }
        let now = self.clock.now();
        let front = routed.path_rule_for(&routed.application.path_prefix, &Method::GET);
        let identity = Identity::Authenticated(Arc::new(SessionEntry::new(fresh(principal, now))));
        let (access, guests) = (routed.access(front), &rulebook.guest_rules);
        let verdict = judge(access, guests, &identity, client_address, now).verdict;
        // A second factor can still be given on the way in.
        matches!(
            verdict,
            Ok(()) | Err(Denial::TwoStepRequired | Denial::TwoStepStale)
        )
    }
}

/// A session of the person that was just begun, for asking what it would open.
fn fresh(principal: &Principal, now: Timestamp) -> Session {
    Session {
        id: SessionId::generate(),
        sign_in: SignInId::generate(),
        host: String::new(),
        principal: Arc::new(principal.clone()),
        authenticated_at: now,
        second_factor_at: None,
        methods: Vec::new(),
        expires_at: Timestamp(i64::MAX),
        idle_limit: None,
        last_seen_at: now,
    }
}
