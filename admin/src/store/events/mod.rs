//! The three logs in the store: written once, read newest first, page by page.

mod access;
mod audit;
mod retention;
mod select;
mod sign_in;
#[cfg(test)]
pub mod tests;

use config::Timestamp;
use serde::{Deserialize, Serialize};

pub use access::{AccessFilter, Row, access_events, insert_access_many};
pub use audit::{AuditEvent, AuditFilter, audit_events, insert_audit};
pub use retention::delete_older;
pub use sign_in::{SignInEvent, SignInFilter, insert_sign_in, sign_in_events};

/// Which part of a log to read: newest first, strictly older than `before`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Events at this moment or later.
    pub since: Option<Timestamp>,
    /// Events before this moment.
    pub until: Option<Timestamp>,
    /// The last event of the page before: the next one goes on after it, whatever was added since.
    pub before: Option<Key>,
    pub limit: u32,
}

/// The place of an event in a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    pub at: Timestamp,
    pub id: String,
}

impl Page {
    /// No page is longer.
    const MAX: u32 = 1000;

    fn limit(&self) -> i64 {
        i64::from(self.limit.clamp(1, Self::MAX))
    }

    /// The bounds as a query takes them: from (included), to (not included), and the key below which
    /// to go on.
    fn bounds(&self) -> (i64, i64, i64, String) {
        let since = self.since.map_or(i64::MIN, Timestamp::as_millis);
        let until = self.until.map_or(i64::MAX, Timestamp::as_millis);
        match &self.before {
            Some(key) => (since, until, key.at.as_millis(), key.id.clone()),
            None => (since, until, i64::MAX, String::new()),
        }
    }
}
