//! What identity providers say of themselves: kept in memory by each node for a while and fetched anew after it, so
//! that new certificates are followed. What cannot be fetched, or cannot be used, leaves the last good one as it
//! was, which is in the store for other nodes and for when this one starts again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use config::Timestamp;
use config::id::DirectoryId;
use parking_lot::Mutex;
use tokio::sync::Mutex as Turn;
use url::Url;

use super::metadata::{Idp, read};
use super::settings::SamlSettings;
use crate::directories::provider::Unusable;
use crate::outbound::http;
use crate::state::State;
use crate::store::{StoreError, directory_metadata};

/// A certificate that the provider has withdrawn is believed no longer than this.
const LIFE: Duration = Duration::from_hours(1);
/// A provider is asked no sooner again: a signature by a key that nobody has heard of makes no flood.
const PAUSE: Duration = Duration::from_secs(30);
const MOST: usize = 100;
const MAX_ANSWER: usize = 4 * 1024 * 1024;

struct Asked {
    at: Timestamp,
    idp: Arc<Idp>,
}

type Slot = Arc<Turn<Option<Asked>>>;

/// Those that this node has asked.
#[derive(Clone, Default)]
pub struct Idps(Arc<Mutex<HashMap<(DirectoryId, String), Slot>>>);

impl Idps {
    /// What the provider says, now or a while ago.
    ///
    /// # Errors
    /// If nothing that can be used is known of it.
    pub async fn known(
        &self,
        state: &State,
        (id, settings): (&DirectoryId, &SamlSettings),
    ) -> Result<Arc<Idp>, Unusable> {
        self.younger_than(LIFE, state, (id, settings)).await
    }

    /// The same, asked anew unless that was done just now.
    ///
    /// # Errors
    /// If nothing that can be used is known of it.
    pub async fn renewed(
        &self,
        state: &State,
        (id, settings): (&DirectoryId, &SamlSettings),
    ) -> Result<Arc<Idp>, Unusable> {
        self.younger_than(PAUSE, state, (id, settings)).await
    }

    async fn younger_than(
        &self,
        life: Duration,
        state: &State,
        (id, settings): (&DirectoryId, &SamlSettings),
    ) -> Result<Arc<Idp>, Unusable> {
        let now = state.clock.now();
        if settings.metadata_url.is_empty() {
            return valid(read(&settings.metadata, &settings.entity_id)?, now).map(Arc::new);
        }
        let slot = self.slot(id, settings);
        let mut asked = slot.lock().await;
        let idp = match &*asked {
            Some(asked) if now < asked.at.plus(life) => asked.idp.clone(),
            _ => {
                let last = asked.as_ref().map(|asked| asked.idp.clone());
                let idp = renew(state, (id, settings), last).await?;
                *asked = Some(Asked {
                    at: now,
                    idp: idp.clone(),
                });
                idp
            }
        };
        valid((*idp).clone(), now).map(Arc::new)
    }

    fn slot(&self, id: &DirectoryId, settings: &SamlSettings) -> Slot {
        let mut all = self.0.lock();
        if all.len() >= MOST {
            all.clear();
        }
        let source = [&settings.metadata_url, &settings.entity_id, &settings.ca];
        let name = (id.clone(), source.map(String::as_str).join("\n"));
        all.entry(name).or_default().clone()
    }
}

/// What is over is not believed, however good it was.
fn valid(idp: Idp, now: Timestamp) -> Result<Idp, Unusable> {
    if idp.valid_until.is_some_and(|until| now >= until) {
        return Err(Unusable::new((
            "the provider's metadata is over: its validUntil has passed",
            "身份提供方的元数据已过期（validUntil）",
        )));
    }
    Ok(idp)
}

/// What is fetched, or else what was known.
async fn renew(
    state: &State,
    (id, settings): (&DirectoryId, &SamlSettings),
    last: Option<Arc<Idp>>,
) -> Result<Arc<Idp>, Unusable> {
    let why = match fetch(state, settings).await {
        Ok((idp, body)) => {
            if last.as_deref() != Some(&idp)
                && let Err(error) = keep(state, id, (&settings.metadata_url, &body)).await
            {
                tracing::warn!(%error, "metadata cannot be kept");
            }
            return Ok(Arc::new(idp));
        }
        Err(why) => why,
    };
    tracing::warn!(%why, directory = %id, "the metadata stays as it was");
    if let Some(last) = last {
        return Ok(last);
    }
    let kept = kept(state, id, &settings.metadata_url).await.ok().flatten();
    let kept = kept.and_then(|body| read(&body, &settings.entity_id).ok());
    kept.map(Arc::new).ok_or(why)
}

async fn keep(state: &State, id: &DirectoryId, what: (&str, &str)) -> Result<(), StoreError> {
    let mut tx = state.store.begin().await?;
    directory_metadata::keep(&mut tx, id, what, state.clock.now()).await?;
    tx.commit().await
}

async fn kept(state: &State, id: &DirectoryId, url: &str) -> Result<Option<String>, StoreError> {
    let mut read = state.store.read().await?;
    directory_metadata::find(&mut read, id, url).await
}

/// Asks the provider, or reads what was written down.
///
/// # Errors
/// If it says nothing that can be used.
pub async fn fetch(state: &State, settings: &SamlSettings) -> Result<(Idp, String), Unusable> {
    let now = state.clock.now();
    if settings.metadata_url.is_empty() {
        let idp = read(&settings.metadata, &settings.entity_id)?;
        return Ok((valid(idp, now)?, settings.metadata.clone()));
    }
    let url = Url::parse(&settings.metadata_url)
        .map_err(|_| Unusable::new(("the address is none", "地址无效")))?;
    let authority = Some(settings.ca.as_str()).filter(|pem| !pem.is_empty());
    let client = http::client(&state.settings.outbound, &url, authority).await?;
    let sent = client.get(url).send().await?;
    let status = sent.status().as_u16();
    let bytes = http::read(sent, MAX_ANSWER).await?;
    if status != 200 {
        return Err(Unusable::new((
            &format!("the metadata was answered with {status}"),
            &format!("元数据地址返回 {status}"),
        )));
    }
    let body = String::from_utf8(bytes).unwrap_or_default();
    let idp = valid(read(&body, &settings.entity_id)?, now)?;
    Ok((idp, body))
}
