//! When people were last at work, as their requests tell it: access events are the one way by which
//! the store learns that a session is in use.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use config::Timestamp;

use crate::access_record::Id;
use crate::store::events::Row;
use crate::store::session_facts::SEEN_EVERY;

/// From so many on, what is known of sessions is looked through for what is no longer of use.
const MANY: usize = 8192;

/// What the store has been told of each session.
#[derive(Default)]
pub struct Activity {
    told: HashMap<String, Timestamp>,
}

impl Activity {
    /// What the store has to learn from the events: each session once, and only if it has not been
    /// told of for a while. In order of the ids, so that two nodes never wait for each other in a
    /// circle.
    pub fn news(&self, rows: &[Row<'_>]) -> BTreeMap<String, Timestamp> {
        let mut last: HashMap<Id<'_>, i64> = HashMap::new();
        for record in rows.iter().map(|row| &row.record) {
            if let Some(session) = record.session {
                let seen = last.entry(session).or_default();
                *seen = record.at.max(*seen);
            }
        }
        let seen = last.into_iter();
        seen.map(|(session, at)| (session.to_string(), Timestamp(at)))
            .filter(|(session, at)| self.is_news(session, *at))
            .collect()
    }

    fn is_news(&self, session: &str, at: Timestamp) -> bool {
        let told = self.told.get(session);
        told.is_none_or(|told| at.since(*told) > SEEN_EVERY)
    }

    /// Notes that the store has it.
    pub fn told(&mut self, news: BTreeMap<String, Timestamp>) {
        let newest = news.values().max().copied().unwrap_or_default();
        self.told.extend(news);
        if self.told.len() > MANY {
            let recent =
                |told: Timestamp| newest.since(told) <= SEEN_EVERY + Duration::from_secs(1);
            self.told.retain(|_, told| recent(*told));
        }
    }
}
