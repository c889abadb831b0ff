//! Changes by the moment at which each entry was last changed (RFC 4512 §3.4.4), where a server tells of them
//! in no better way. What was deleted has none: the next run over everything finds it.

use std::time::Duration;

use super::super::source::LdapSource;
use super::At;
use crate::directories::source::{Hints, News, SourceError};

const STAMP: &str = "modifyTimestamp";
/// How often it is asked: servers search all entries for it.
const EVERY: Duration = Duration::from_secs(30);

impl LdapSource {
    /// From the newest entry of the last day on, or from a day ago.
    pub(super) async fn newest_now(&mut self) -> Result<Option<At>, SourceError> {
        let since = self.now.as_millis() - 86_400_000;
        let since = written(since);
        let found = self.changed_since(&since).await?;
        // A server that tells of no stamps tells of no changes.
        let is_told = !found.is_empty() || self.tells_stamps().await?;
        Ok(is_told.then(|| newest(&since, &[], &found)))
    }

    pub(super) async fn stamp_news(
        &mut self,
        since: &str,
        seen: &[String],
        patience: Duration,
    ) -> Result<News, SourceError> {
        tokio::time::sleep(patience.min(EVERY)).await;
        let found = self.changed_since(since).await?;
        let at = newest(since, seen, &found);
        let is_new = |(key, stamp): &&(String, String)| stamp != since || !seen.contains(key);
        let keys = found.iter().filter(is_new).map(|(key, _)| key.clone());
        Ok(News::Hints(Hints {
            keys: keys.collect(),
            present: None,
            cursor: self.written(at),
        }))
    }

    /// The keys and stamps of those that were changed at that moment or later.
    async fn changed_since(&mut self, since: &str) -> Result<Vec<(String, String)>, SourceError> {
        let key = self.settings.people.key.clone();
        let filter = format!("(&{}({STAMP}>={since}))", self.filter_of_all());
        let base = self.settings.base.clone();
        let attributes = vec![key.clone(), STAMP.to_owned()];
        let found = self.all(&base, &filter, attributes).await?;
        let read = found
            .iter()
            .filter_map(|entry| Some((entry.key(&key)?, entry.first(STAMP)?)));
        Ok(read.collect())
    }

    async fn tells_stamps(&mut self) -> Result<bool, SourceError> {
        let base = self.settings.base.clone();
        let found = self
            .one(&base, "(objectClass=*)", vec![STAMP.to_owned()])
            .await?;
        Ok(found.is_some_and(|entry| entry.first(STAMP).is_some()))
    }
}

/// The cursor behind all of these. Stamps of one server are as long as each other, so that they are in order
/// as texts are. Whoever was changed in the newest second may be changed in it again: they are looked at once
/// more, the next time.
fn newest(since: &str, seen: &[String], found: &[(String, String)]) -> At {
    let newest = found.iter().map(|(_, stamp)| stamp.as_str()).max();
    let newest = newest.unwrap_or(since).max(since);
    let mut at_once = Vec::new();
    if newest == since {
        let again = found.iter().filter(|(_, stamp)| stamp == newest);
        at_once.extend(again.map(|(key, _)| key.clone()));
        at_once.extend(seen.iter().cloned());
        at_once.sort_unstable();
        at_once.dedup();
    }
    At::Timestamps {
        newest: newest.to_owned(),
        seen: at_once,
    }
}

/// Milliseconds since 1970 as LDAP writes moments: `20260131235959Z`.
fn written(millis: i64) -> String {
    let moment = jiff::Timestamp::from_second(millis.div_euclid(1000)).unwrap_or_default();
    moment.strftime("%Y%m%d%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(at: &At) -> (&str, Vec<&str>) {
        let At::Timestamps { newest, seen } = at else {
            panic!("{at:?}")
        };
        (newest, seen.iter().map(String::as_str).collect())
    }

    #[test]
    fn whatever_was_changed_in_the_newest_second_is_looked_at_twice() {
        let one = |key: &str, stamp: &str| (key.to_owned(), stamp.to_owned());
        let first = newest("1Z", &[], &[one("a", "2Z"), one("b", "1Z")]);
        assert_eq!(seen(&first), ("2Z", vec![]));
        let again = newest("2Z", &[], &[one("a", "2Z")]);
        assert_eq!(seen(&again), ("2Z", vec!["a"]));
        let more = newest("2Z", &["a".to_owned()], &[one("b", "2Z")]);
        assert_eq!(seen(&more), ("2Z", vec!["a", "b"]));
        assert_eq!(
            seen(&newest("2Z", &["a".to_owned()], &[])),
            ("2Z", vec!["a"])
        );
    }

    #[test]
    fn a_moment_is_written_as_ldap_does() {
        assert_eq!(written(1_700_000_000_123), "20231114221320Z");
    }
}
