//! Which part of a log is asked for, and the page that answers.

use std::time::Duration;

use config::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::{self, Problem};
use crate::refused::Invalid;
use crate::store::events::{Found, Key, Order, Page};

/// From when to when, and from which end on.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Between {
    /// Milliseconds since 1970; this moment or later.
    since: Option<i64>,
    /// Milliseconds since 1970; before this moment.
    until: Option<i64>,
    /// From which end on: the newest first unless told.
    #[param(inline)]
    #[serde(default)]
    order: Order,
}

impl Between {
    /// The page that is asked for.
    pub fn page(&self, part: &api::Page) -> Result<Page, Problem> {
        let after = match part.after.as_deref() {
            None => None,
            Some(text) => Some(read_key(text).ok_or_else(no_place)?),
        };
        Ok(Page {
            after,
            limit: u32::try_from(part.limit()?).unwrap_or(u32::MAX),
            ..self.whole()?
        })
    }

    /// All of it, some at a time.
    pub fn whole(&self) -> Result<Page, Problem> {
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since >= until
        {
            return Err(no_time_between());
        }
        Ok(Page {
            since: self.since.map(Timestamp),
            until: self.until.map(Timestamp),
            order: self.order,
            after: None,
            limit: u32::MAX,
        })
    }
}

/// An id of ours says when it was made: what a request left in a log is not far from there. `within`
/// is how long such a request may take until it is told of.
pub fn near_request(mut page: Page, id: Option<&str>, within: Duration) -> Page {
    const CLOCKS: Duration = Duration::from_secs(5);
    let made = id.and_then(|id| Uuid::try_parse(id).ok()?.get_timestamp());
    if let Some((seconds, nanos)) = made.map(|made| made.to_unix()) {
        let at = Timestamp::default().plus(Duration::new(seconds, nanos));
        page.since = page.since.max(Some(at.minus(CLOCKS)));
        let until = at.plus(within).plus(CLOCKS);
        page.until = Some(page.until.map_or(until, |asked| asked.min(until)));
    }
    page
}

fn no_place() -> Problem {
    Invalid::new(
        "after",
        ("this is no place in a log", "这不是日志中的有效位置"),
        ("`next` of the page before", "上一页返回的 next"),
    )
    .into()
}

fn no_time_between() -> Problem {
    Invalid::new(
        "until",
        ("it is not after since", "不晚于 since"),
        ("a later moment than since", "晚于 since 的时刻"),
    )
    .into()
}

fn read_key(text: &str) -> Option<Key> {
    let (at, id) = text.split_once('_')?;
    Some(Key {
        at: Timestamp(at.parse().ok()?),
        id: id.to_owned(),
    })
}

/// A part of a log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LogPage<T> {
    pub items: Vec<T>,
    /// To be sent as `after` for the part that follows; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Present where the page is not full because what is asked for is rare: up to here the log was
    /// searched, and `next` goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub searched_to: Option<Timestamp>,
}

impl<T> From<Found<T>> for LogPage<T> {
    fn from(found: Found<T>) -> Self {
        let at = found.next.as_ref().map(|key| key.at);
        Self {
            items: found.items,
            next: found
                .next
                .map(|key| format!("{}_{}", key.at.as_millis(), key.id)),
            searched_to: at.filter(|_| found.is_cut_short),
        }
    }
}
