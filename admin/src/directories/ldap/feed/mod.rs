//! What has changed in a directory since a run took everything over: which entries are to be looked at again.
//! Whatever a server tells of a change is a hint alone, and never that somebody is gone: each entry is read
//! anew.
//!
//! | how | where | tells of |
//! |---|---|---|
//! | [`content_sync`] (RFC 4533) | where the server offers it, such as slapd with `syncprov` | everything, at once |
//! | [`dir_sync`] | Microsoft AD, where the account may replicate | everything, within a second |
//! | [`update_numbers`] | Microsoft AD | everything that the account may see, within a second |
//! | [`timestamps`] | everywhere else | what is there, within half a minute; not what is gone |

mod again;
mod content_sync;
mod dir_sync;
mod timestamps;
mod update_numbers;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::dialect::Dialect;
use super::entry::Entry;
use super::source::LdapSource;
use crate::directories::source::{News, SourceError};

pub use content_sync::Persisting;

/// From where on changes are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    /// Of which settings: by others, other entries are read.
    of: String,
    at: At,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
enum At {
    ContentSync {
        cookie: String,
    },
    DirSync {
        cookie: String,
    },
    UpdateNumbers {
        /// Which controller has counted: each counts by itself.
        controller: String,
        highest: i64,
    },
    Timestamps {
        newest: String,
        /// The keys of those that were changed in that very second, and were looked at after it.
        seen: Vec<String>,
    },
}

impl LdapSource {
    /// Where changes begin that come after now; `None`: they are not to be told from each other.
    pub(super) async fn mark_now(&mut self) -> Result<Option<String>, SourceError> {
        if !self.has_one_key() {
            return Ok(None);
        }
        let root = self.root().await?;
        let at = match self.settings.dialect {
            Dialect::Ad(_) => match self.dir_sync_now(&root).await {
                Ok(Some(at)) => Some(at),
                Ok(None) => self.update_number_now(&root).await?,
                // A controller may take too long to walk through all that it has.
                Err(error) => {
                    tracing::warn!(%error, "changes are told by their numbers instead");
                    self.update_number_now(&root).await?
                }
            },
            Dialect::Standard => match self.cookie_now(&root).await? {
                Some(at) => Some(at),
                None => self.newest_now().await?,
            },
        };
        Ok(at.map(|at| self.written(at)))
    }

    /// What is new since the cursor, waited for so long.
    pub(super) async fn news_since(
        &mut self,
        cursor: &str,
        patience: Duration,
    ) -> Result<News, SourceError> {
        let Ok(Cursor { of, at }) = serde_json::from_str(cursor) else {
            return Ok(News::Lost);
        };
        if of != self.settings_hash() || !self.has_one_key() {
            return Ok(News::Lost);
        }
        match at {
            At::ContentSync { cookie } => self.sync_news(&cookie, patience).await,
            At::DirSync { cookie } => self.dir_sync_news(&cookie, patience).await,
            At::UpdateNumbers {
                controller,
                highest,
            } => self.number_news(&controller, highest, patience).await,
            At::Timestamps { newest, seen } => self.stamp_news(&newest, &seen, patience).await,
        }
    }

    fn written(&self, at: At) -> String {
        let of = self.settings_hash();
        serde_json::to_string(&Cursor { of, at }).unwrap_or_default()
    }

    fn settings_hash(&self) -> String {
        let settings = serde_json::to_vec(&self.settings).unwrap_or_default();
        crate::hex::hex(&Sha256::digest(settings)[..8])
    }

    /// What a server says of itself (RFC 4512 §5.1).
    async fn root(&mut self) -> Result<Entry, SourceError> {
        let attributes = [
            "supportedControl",
            "namingContexts",
            "defaultNamingContext",
            "highestCommittedUSN",
            "dsServiceName",
        ];
        let attributes = attributes.map(str::to_owned).to_vec();
        let root = self.one("", "(objectClass=*)", attributes).await?;
        root.ok_or_else(|| {
            let server = &self.bound.server;
            SourceError::new((
                &format!("{server}: it says nothing of itself"),
                &format!("{server}：无法读取 RootDSE"),
            ))
        })
    }

    /// Whether one attribute tells people, departments and groups from each other.
    fn has_one_key(&self) -> bool {
        let (people, units, groups) = (
            &self.settings.people,
            &self.settings.units,
            &self.settings.groups,
        );
        let same = |other: &str| people.key.eq_ignore_ascii_case(other);
        !same("dn")
            && (!units.enabled || same(&units.key))
            && (!groups.enabled || same(&groups.key))
    }

    /// The filter for whatever is read.
    fn filter_of_all(&self) -> String {
        let (people, units, groups) = (
            &self.settings.people,
            &self.settings.units,
            &self.settings.groups,
        );
        let mut filters = people.filter.clone();
        if units.enabled {
            filters += &units.filter;
        }
        if groups.enabled {
            filters += &groups.filter;
        }
        format!("(|{filters})")
    }
}

#[cfg(test)]
mod tests;
