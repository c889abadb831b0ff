//! Store → snapshot: everything that a gateway obeys, read at one moment.
//!
//! A snapshot that does not validate is refused with its problems; the last good one stays in force.

use std::collections::HashMap;
use std::sync::Arc;

use config::id::RuleId;
use config::snapshot::{Application, Brand, IpList, Watermark};
use config::{Problem, Snapshot, Timestamp};

use crate::sealed::Sealer;
use crate::signing_keys;
use crate::store::published::ListHead;
use crate::store::{self, Connection, StoreError, changes, documents, published};

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
/// when it has changed.
#[derive(Debug, Default)]
pub struct Publisher {
    lists: HashMap<RuleId, (i64, Arc<IpList>)>,
}

impl Publisher {
    /// Reads through `view`, which must see the store at one moment.
    pub async fn build(
        &mut self,
        view: &mut Connection,
        sealer: &Sealer,
        now: Timestamp,
    ) -> Result<Snapshot, PublishError> {
        let revision = changes::position(view).await?.snapshot;
        let heads = published::ip_lists(view).await?;
        self.read_lists(view, &heads).await?;
        let keys = store::signing_keys::all(view).await?;
        let snapshot = Snapshot {
            revision: u64::try_from(revision).unwrap_or_default(),
            built_at: now,
            applications: self.applications(view).await?,
            ip_lists: self.everywhere(&heads),
            watermark: document::<Watermark>(view, documents::WATERMARK).await?,
            brand: document::<Brand>(view, documents::BRAND).await?,
            signing_keys: signing_keys::publish(&keys, sealer)?
                .ok_or(PublishError::NoSigningKey)?,
        };
        snapshot.validate().map_err(PublishError::Invalid)?;
        Ok(snapshot)
    }

    async fn read_lists(
        &mut self,
        view: &mut Connection,
        heads: &[ListHead],
    ) -> Result<(), StoreError> {
        self.lists
            .retain(|id, _| heads.iter().any(|head| head.id == *id));
        for head in heads {
            let known = self.lists.get(&head.id);
            if known.is_none_or(|(version, _)| *version != head.version) {
                let list = published::ip_list(view, head).await?;
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
        self.lists.get(id).map(|(_, list)| Arc::clone(list))
    }

    async fn applications(
        &self,
        view: &mut Connection,
    ) -> Result<Vec<Arc<Application>>, PublishError> {
        let mut applications = Vec::new();
        let mut problems = Vec::new();
        for (id, definition) in published::applications(view).await? {
            match definition.into_application(id.clone(), |list| self.list(list)) {
                Ok(application) => applications.push(Arc::new(application)),
                Err(missing) => problems.push(Problem {
                    source: format!("application {id}"),
                    key: "ip_lists".into(),
                    what: format!("there is no IP list {missing}"),
                    allowed: "name lists that exist, or take it off".into(),
                }),
            }
        }
        if problems.is_empty() {
            Ok(applications)
        } else {
            Err(PublishError::Invalid(problems))
        }
    }
}

async fn document<T: Default + serde::de::DeserializeOwned>(
    view: &mut Connection,
    name: &str,
) -> Result<T, StoreError> {
    let found = documents::get(view, name).await?;
    Ok(found.map(|document| document.body).unwrap_or_default())
}

#[cfg(test)]
mod tests;
