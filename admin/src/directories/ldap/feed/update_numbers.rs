//! Changes in Microsoft AD by the numbers that a controller counts them with (MS-ADTS §3.1.1.1.9), among them
//! what was deleted, as far as the account may see it.

use std::time::Duration;

use config::clock::Stopwatch;
use ldap3::controls::RawControl;
use tokio::time::sleep;

use super::super::entry::Entry;
use super::super::source::LdapSource;
use super::At;
use crate::directories::source::{Hints, News, SourceError};

const HIGHEST: &str = "highestCommittedUSN";
/// Which database has counted: another one after a restore.
const DATABASE: &str = "invocationId";
/// Whatever can be a person, a department or a group, also once it is moved away, or nobody's any more.
pub(super) const ANY: &str =
    "(|(objectClass=user)(objectClass=contact)(objectClass=group)(objectClass=organizationalUnit))";
/// How often the number is asked for, which is little work.
pub(super) const EVERY: Duration = Duration::from_millis(500);

impl LdapSource {
    pub(super) async fn update_number_now(
        &mut self,
        root: &Entry,
    ) -> Result<Option<At>, SourceError> {
        let controller = self.controller(root).await?;
        let at = controller.zip(highest(root));
        Ok(at.map(|(controller, highest)| At::UpdateNumbers {
            controller,
            highest,
        }))
    }

    pub(super) async fn number_news(
        &mut self,
        controller: &str,
        since: i64,
        patience: Duration,
    ) -> Result<News, SourceError> {
        let since_when = Stopwatch::start();
        let mut root = self.root().await?;
        // Numbers of another controller say nothing of this one's.
        if self.controller(&root).await?.as_deref() != Some(controller) {
            return Ok(News::Lost);
        }
        loop {
            match highest(&root) {
                None => return Ok(News::Lost),
                Some(highest) if highest < since => return Ok(News::Lost),
                Some(highest) if highest > since => {
                    return self.numbered(&root, controller, (since, highest)).await;
                }
                Some(_) if since_when.elapsed() >= patience => return Ok(News::Nothing),
                Some(_) => {
                    sleep(EVERY.min(patience)).await;
                    root = self.root().await?;
                }
            }
        }
    }

    /// Whatever was changed behind one number, up to another.
    async fn numbered(
        &mut self,
        root: &Entry,
        controller: &str,
        (since, highest): (i64, i64),
    ) -> Result<News, SourceError> {
        let key = self.settings.people.key.clone();
        let base = root.first("defaultNamingContext");
        let base = base.unwrap_or_else(|| self.settings.base.clone());
        let filter = format!("(&{ANY}(uSNChanged>={}))", since + 1);
        let deleted = RawControl {
            ctype: "1.2.840.113556.1.4.417".to_owned(),
            crit: false,
            val: None,
        };
        let found = self
            .all_with(vec![deleted], &base, &filter, vec![key.clone()])
            .await?;
        let at = At::UpdateNumbers {
            controller: controller.to_owned(),
            highest,
        };
        Ok(News::Hints(Hints {
            keys: found.iter().filter_map(|entry| entry.key(&key)).collect(),
            present: None,
            cursor: self.written(at),
        }))
    }

    async fn controller(&mut self, root: &Entry) -> Result<Option<String>, SourceError> {
        let Some(service) = root.first("dsServiceName") else {
            return Ok(None);
        };
        let attributes = vec![DATABASE.to_owned()];
        let found = self.one(&service, "(objectClass=*)", attributes).await?;
        let id = found.as_ref().and_then(|entry| entry.bytes(DATABASE));
        Ok(id.map(crate::hex::hex))
    }
}

pub(super) fn highest(root: &Entry) -> Option<i64> {
    root.first(HIGHEST)?.trim().parse().ok()
}
