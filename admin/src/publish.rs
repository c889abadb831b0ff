//! Store → snapshot: everything that a gateway obeys, read at one moment.
//!
//! An application that cannot be obeyed is set aside: the last good one that is known stays in force
//! for it, or else its hosts are closed; the others go on. A certificate whose key cannot be opened is
//! left out. Whatever else does not validate refuses the
//! snapshot as a whole, and the last good one stays in force.

use std::collections::HashMap;
use std::sync::Arc;

use config::id::{ApplicationId, RuleId};
use config::snapshot::{Application, Brand, ClosedApplication, IpList, Watermark};
use config::{Problem, Snapshot, Timestamp};

use crate::appearance;
use crate::applications::sort_out::{SetAside, Sorted, sort_out};
use crate::certificates;
use crate::guests::network;
use crate::ip_lists::switch;
use crate::pictures;
use crate::sealed::Sealer;
use crate::signing_keys;
use crate::store::published::{Counting, ListHead};
use crate::store::{self, Connection, StoreError, changes, published};

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is in the store must not be obeyed.
    #[error("{}", list(.0))]
    Invalid(Vec<Problem>),
    /// No signing key has been made yet.
    #[error("there is no key yet that signs identity assertions")]
    NoSigningKey,
}

fn list(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

/// Builds snapshots. Remembers the IP lists, so that one with a million entries is read again only
/// when it has changed, and the last good application of each id.
#[derive(Debug, Default)]
pub struct Publisher {
    lists: HashMap<RuleId, (i64, Counting)>,
    good: HashMap<ApplicationId, Arc<Application>>,
}

/// A snapshot, and what in the store could not go into it.
#[derive(Clone, Debug)]
pub struct Built {
    pub snapshot: Snapshot,
    pub set_aside: Vec<SetAside>,
    /// A sentence for each.
    pub unread_certificates: Vec<String>,
}

impl Publisher {
    /// Reads through `view`, which must see the store at one moment.
    pub async fn build(
        &mut self,
        view: &mut Connection,
        sealer: &Sealer,
        now: Timestamp,
    ) -> Result<Built, PublishError> {
        let revision = changes::position(view).await?.snapshot;
        let heads = published::ip_lists(view).await?;
        self.read_lists(view, &heads, now).await?;
        let keys = store::signing_keys::all(view).await?;
        let rows = store::applications::all(view).await?;
        let mut sorted = sort_out(rows, |id| self.list(id));
        let closed = self.stand_in(&mut sorted);
        let (certificates, unread_certificates) = certificates::publish(view, sealer).await?;
        let mut snapshot = Snapshot {
            revision: u64::try_from(revision).unwrap_or_default(),
            built_at: now,
            applications: sorted.good,
            closed,
            ip_lists: self.everywhere(&heads),
            guest_groups: network::publish(view, |id| self.list(id)).await?,
            watermark: appearance::get::<Watermark>(view).await?.body,
            brand: appearance::get::<Brand>(view).await?.body,
            pictures: pictures::all(view).await?,
            signing_keys: signing_keys::publish(&keys, sealer)?
                .ok_or(PublishError::NoSigningKey)?,
            certificates,
        };
        snapshot.validate().map_err(PublishError::Invalid)?;
        let good = snapshot.applications.iter();
        self.good = good.map(|a| (a.id.clone(), Arc::clone(a))).collect();
        if switch::read(view).await?.off_since.is_some() {
            unguard(&mut snapshot);
        }
        Ok(Built {
            snapshot,
            set_aside: sorted.set_aside,
            unread_certificates,
        })
    }

    /// When the next entry of a list ends, and what was built counts no more.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        self.lists.values().filter_map(|(_, list)| list.until).min()
    }

    /// Puts the last good one in the place of each that was set aside; what is left is closed.
    fn stand_in(&self, sorted: &mut Sorted) -> Vec<ClosedApplication> {
        let Sorted {
            good,
            set_aside,
            claims,
        } = sorted;
        let mut unknown = Vec::new();
        for aside in set_aside.iter() {
            match self.good.get(&aside.id) {
                Some(last) if claims.take(last).is_ok() => good.push(self.guarded_anew(last)),
                _ => unknown.push(aside),
            }
        }
        unknown.iter().map(|aside| aside.closed(claims)).collect()
    }

    /// The application with the IP lists that guard it as they are now.
    fn guarded_anew(&self, application: &Application) -> Arc<Application> {
        let lists = application.ip_lists.iter();
        let lists = lists.map(|list| self.list(&list.id).unwrap_or_else(|| Arc::clone(list)));
        Arc::new(Application {
            ip_lists: lists.collect(),
            ..application.clone()
        })
    }

    async fn read_lists(
        &mut self,
        view: &mut Connection,
        heads: &[ListHead],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.lists
            .retain(|id, _| heads.iter().any(|head| head.id == *id));
        for head in heads {
            let known = self.lists.get(&head.id);
            let is_good = |(version, list): &(i64, Counting)| {
                *version == head.version && list.until.is_none_or(|until| until > now)
            };
            if !known.is_some_and(is_good) {
                let list = published::ip_list(view, head, now).await?;
                self.lists.insert(head.id.clone(), (head.version, list));
            }
        }
        Ok(())
    }

    fn everywhere(&self, heads: &[ListHead]) -> Vec<Arc<IpList>> {
        heads
            .iter()
            .filter(|head| head.everywhere)
            .filter_map(|head| self.list(&head.id))
            .collect()
    }

    fn list(&self, id: &RuleId) -> Option<Arc<IpList>> {
        let (_, counting) = self.lists.get(id)?;
        Some(Arc::clone(&counting.list))
    }
}

/// Takes all IP lists out of what gateways obey.
fn unguard(snapshot: &mut Snapshot) {
    snapshot.ip_lists.clear();
    snapshot.guest_groups.clear();
    for application in &mut snapshot.applications {
        if !application.ip_lists.is_empty() {
            Arc::make_mut(application).ip_lists.clear();
        }
    }
}

#[cfg(test)]
mod tests;
