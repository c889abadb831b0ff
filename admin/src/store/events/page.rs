//! Which part of a log is asked for, and what was found of it.

use config::Timestamp;
use serde::{Deserialize, Serialize};

/// Events from `since` to `until`, from one end on, strictly after the key `after`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Events at this moment or later.
    pub since: Option<Timestamp>,
    /// Events before this moment.
    pub until: Option<Timestamp>,
    pub order: Order,
    /// Where the page before ended: this one goes on there, whatever was added since.
    pub after: Option<Key>,
    pub limit: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    #[default]
    Newest,
    Oldest,
}

/// The place of an event in a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    pub at: Timestamp,
    pub id: String,
}

/// An event that knows its place.
pub trait Placed {
    fn key(&self) -> Key;
}

/// What was found of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    pub items: Vec<T>,
    /// Where to go on; `None` at the end of the log.
    pub next: Option<Key>,
    /// The page is not full because enough was read for one answer.
    pub is_cut_short: bool,
}

impl Page {
    /// No page is longer.
    const MAX: u32 = 1000;

    pub(super) fn limit(&self) -> usize {
        self.limit.clamp(1, Self::MAX) as usize
    }

    /// The bounds as a query takes them: from (included), to (not included), and the key from which to
    /// go on. An engine looks up one bound at each end, and not always the key: so the moment of the key
    /// bounds too, or each page would go through all those before it.
    pub(super) fn bounds(&self, after: Option<&Key>) -> (i64, i64, i64, String) {
        let since = self.since.map_or(i64::MIN, Timestamp::as_millis);
        let until = self.until.map_or(i64::MAX, Timestamp::as_millis);
        match (after, self.order) {
            (
                Some(Key {
                    at: Timestamp(at),
                    id,
                }),
                Order::Newest,
            ) => (since, until.min(at.saturating_add(1)), *at, id.clone()),
            (
                Some(Key {
                    at: Timestamp(at),
                    id,
                }),
                Order::Oldest,
            ) => (since.max(*at), until, *at, id.clone()),
            (None, Order::Newest) => (since, until, i64::MAX, String::new()),
            (None, Order::Oldest) => (since, until, i64::MIN, String::new()),
        }
    }
}
