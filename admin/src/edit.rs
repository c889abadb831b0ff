//! What somebody asks to be changed: the changes, the audit entries that tell of them, and what
//! other nodes must hear, all in one transaction or not at all.

use std::collections::HashSet;

use config::id::{MemberId, SignInId};
use config::session::Revocation;
use config::{Settings, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::applications::check::{self, Unfit};
use crate::authz::Permit;
use crate::logs::{self, AuditEntry, AuditResult, Target};
use crate::refused::Refused;
use crate::sign_in_policy;
use crate::state::State;
use crate::store::Tx;
use crate::store::changes::{self, Change};

/// When a change is about more people than this, nodes ask anew about everybody: that is sooner done
/// than telling of each.
pub const MOST_FORGOTTEN: usize = 1000;

/// A change under way. Dropped without [`Edit::commit`], it leaves no trace.
pub struct Edit<'a> {
    pub now: Timestamp,
    pub tx: Tx,
    state: &'a State,
    permit: &'a Permit,
    /// Whether the snapshot must be built anew.
    republish: bool,
    /// What has been noted so far.
    changed: Vec<Target>,
    forgotten: HashSet<MemberId>,
    forgets_everybody: bool,
    ended: Vec<SignInId>,
    result: AuditResult,
}

impl<'a> Edit<'a> {
    pub async fn begin(state: &'a State, permit: &'a Permit) -> Result<Self, Refused> {
        Ok(Self {
            now: state.clock.now(),
            tx: state.store.begin().await?,
            state,
            permit,
            republish: false,
            changed: Vec::new(),
            forgotten: HashSet::new(),
            forgets_everybody: false,
            ended: Vec::new(),
            result: AuditResult::Done,
        })
    }

    #[must_use]
    pub fn state(&self) -> &'a State {
        self.state
    }

    #[must_use]
    pub fn permit(&self) -> &'a Permit {
        self.permit
    }

    /// What the operator of this node has written.
    #[must_use]
    pub fn settings(&self) -> &'a Settings {
        &self.state.settings
    }

    /// What gateways obey has changed: it is checked as a whole before it is committed.
    pub fn republish(&mut self) {
        self.republish = true;
    }

    /// What was cached of the person is out of date.
    pub fn forget(&mut self, member: &MemberId) {
        if self.forgotten.len() <= MOST_FORGOTTEN {
            self.forgotten.insert(member.clone());
        }
    }

    /// What was cached of anybody is out of date. Whoever says so has settled the sessions of all.
    pub fn forget_everybody(&mut self) {
        self.forgets_everybody = true;
    }

    /// Whose sessions may follow other rules now; `None`: anybody's.
    fn others(&self) -> Option<Vec<MemberId>> {
        let are_few = self.forgotten.len() <= MOST_FORGOTTEN;
        are_few.then(|| self.forgotten.iter().cloned().collect())
    }

    /// The sign-in has ended.
    pub fn ended(&mut self, sign_in: SignInId) {
        self.ended.push(sign_in);
    }

    /// What was tried did not work out: the entries that follow say so.
    pub fn failed(&mut self) {
        self.result = AuditResult::Failed;
    }

    /// What other nodes must hear.
    fn announcements(&mut self) -> Vec<Change> {
        let mut all = Vec::new();
        if self.republish {
            all.push(Change::Snapshot);
        }
        let ended = std::mem::take(&mut self.ended).into_iter();
        all.extend(ended.map(|sign_in| Change::Revoked(Revocation::SignIn(sign_in))));
        let forgotten = std::mem::take(&mut self.forgotten);
        if forgotten.len() > MOST_FORGOTTEN || self.forgets_everybody {
            all.push(Change::Revoked(Revocation::All));
        } else {
            let forgotten = forgotten.into_iter().map(Revocation::Member);
            all.extend(forgotten.map(Change::Revoked));
        }
        all
    }

    /// Writes the entry that tells of one change.
    pub async fn note(
        &mut self,
        action: &'static str,
        target: Target,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Result<(), Refused> {
        let entry = AuditEntry {
            actor: self.permit.actor().into(),
            client_address: self.permit.origin().address,
            request_id: self.permit.origin().request_id.clone(),
            action,
            target: target.clone(),
            result: self.result,
            before,
            after,
        };
        logs::record_audit(&mut self.tx, self.now, &entry).await?;
        self.changed.push(target);
        Ok(())
    }

    /// What a gateway could not obey of that which is left behind.
    pub async fn unfit(&mut self) -> Result<Vec<Unfit>, Refused> {
        if self.republish {
            check::whole(&mut self.tx, self.state, &self.changed).await
        } else {
            Ok(Vec::new())
        }
    }

    /// Makes all that was noted lasting.
    ///
    /// # Errors
    /// [`Refused::Invalid`] if a gateway could not obey what comes out of it.
    pub async fn finish(mut self) -> Result<(), Refused> {
        let unfit = self.unfit().await?;
        if !unfit.is_empty() {
            let alone = self.changed.len() == 1;
            let told = unfit.into_iter().map(|unfit| unfit.told(alone));
            return Err(Refused::Invalid(told.collect()));
        }
        if let Some(once) = &self.permit.origin().once {
            once.claim(&mut self.tx, self.now).await?;
        }
        let others = self.others();
        let some = others.as_ref().is_none_or(|others| !others.is_empty());
        if some && !self.forgets_everybody {
            let over = sign_in_policy::resettle(&mut self.tx, others.as_deref(), self.now);
            let over = over.await?;
            self.ended.extend(over);
        }
        // Last, because it holds the lock of the feed until the commit.
        for change in self.announcements() {
            changes::announce(&mut self.tx, change, self.now).await?;
        }
        Ok(self.tx.commit().await?)
    }

    /// Makes the change lasting, with the entry that tells of it.
    ///
    /// # Errors
    /// [`Refused::Invalid`] if a gateway could not obey what comes out of it.
    pub async fn commit(
        mut self,
        action: &'static str,
        target: Target,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Result<(), Refused> {
        self.note(action, target, before, after).await?;
        self.finish().await
    }
}

/// Notes in the audit log that a caller was refused.
pub async fn record_refusal(
    state: &State,
    actor: &crate::authn::Actor,
    origin: &crate::authn::Origin,
    action: &'static str,
    resource: &'static str,
    why: &str,
) -> Result<(), Refused> {
    let mut tx = state.store.begin().await?;
    let entry = AuditEntry {
        actor: actor.into(),
        client_address: origin.address,
        request_id: origin.request_id.clone(),
        action,
        target: Target {
            kind: resource,
            id: None,
            name: why.to_owned(),
        },
        result: AuditResult::Refused,
        before: None,
        after: None,
    };
    logs::record_audit(&mut tx, state.clock.now(), &entry).await?;
    Ok(tx.commit().await?)
}

/// The state of a thing for the audit log.
pub fn shown<T: Serialize>(thing: &T) -> Option<Value> {
    serde_json::to_value(thing).ok()
}

/// What the audit log calls a thing.
pub fn target(kind: &'static str, id: &str, name: &str) -> Target {
    Target {
        kind,
        id: Some(id.to_owned()),
        name: name.to_owned(),
    }
}
