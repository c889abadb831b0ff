//! The one way to read a page of a log.
//!
//! A log is long, and people ask for what no index knows: a part of a path, a network, a reason. So
//! the engine is asked only for what it has an index for, and what it gives is sifted here, in both
//! engines alike. An answer reads a bounded number of events: a search for something rare ends with a
//! page that is not full, and the key from which the next one goes on.
//!
//! Only the conditions that are asked for stand in the query: a condition that may be NULL would keep
//! both engines from the index that fits.

use std::fmt::Write as _;
use std::time::Duration;

use config::clock::Stopwatch;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, FromRow};

use super::page::{Found, Key, Order, Page, Placed};
use crate::store::{Connection, StoreError};

/// So many events are read for one answer at most, and so long: whoever waits sees something soon.
const MOST: usize = 20_000;
const LONGEST: Duration = Duration::from_millis(100);
/// Events of one query: few while little may be needed, then more, but never much memory.
const FIRST: usize = 256;
const LAST: usize = 4096;
/// Parameters before the condition's: from, to, and the key from which to go on.
const BOUNDS: usize = 4;

pub struct Select {
    columns: &'static str,
    table: &'static str,
    condition: String,
    value: Option<String>,
}

impl Select {
    /// `columns` and `table` are our own words, never a caller's.
    pub fn new(columns: &'static str, table: &'static str) -> Self {
        Self {
            columns,
            table,
            condition: String::new(),
            value: None,
        }
    }

    /// Whether the engine has been told where to look.
    fn is_led(&self) -> bool {
        !self.condition.is_empty()
    }

    /// Takes the index of `column`, if a value is wanted and no better index was taken before.
    pub fn by(mut self, column: &'static str, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|_| !self.is_led()) {
            self.value = Some(value.to_owned());
            self.condition = format!(" AND {column} = ${}", BOUNDS + 1);
        }
        self
    }

    /// Takes the index that is only of the rows of which `term` holds, word by word.
    pub fn among(mut self, term: &'static str, wanted: bool) -> Self {
        if wanted && !self.is_led() {
            self.condition = format!(" AND {term}");
        }
        self
    }

    /// The page of the events that `keep` wants. `sifts` is false where that is all of them.
    pub async fn search<T>(
        &self,
        connection: &mut Connection,
        page: &Page,
        sifts: bool,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Found<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Placed + Send + Unpin,
    {
        let (limit, since) = (page.limit(), Stopwatch::start());
        let mut size = if sifts { FIRST.max(limit) } else { limit };
        let (mut at, mut read, mut items) = (page.after.clone(), 0, Vec::new());
        loop {
            let rows: Vec<T> = self.fetch(connection, page, at.as_ref(), size).await?;
            read += rows.len();
            let is_last = rows.len() < size;
            at = rows.last().map(Placed::key).or(at);
            for row in rows {
                if keep(&row) {
                    items.push(row);
                }
                if items.len() == limit {
                    let next = items.last().map(Placed::key);
                    return Ok(found(items, next, false));
                }
            }
            if is_last {
                return Ok(found(items, None, false));
            }
            if read >= MOST || since.elapsed() >= LONGEST {
                return Ok(found(items, at, true));
            }
            size = (size * 2).min(LAST);
        }
    }

    async fn fetch<T>(
        &self,
        connection: &mut Connection,
        page: &Page,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let (since, until, at, id) = page.bounds(after);
        let mut query = sqlx::query_as(AssertSqlSafe(self.text(page.order)))
            .bind(since)
            .bind(until)
            .bind(at)
            .bind(id);
        if let Some(value) = &self.value {
            query = query.bind(value.as_str());
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        Ok(query.bind(limit).fetch_all(connection).await?)
    }

    /// Holds nothing but our own words and the numbers of parameters.
    fn text(&self, order: Order) -> String {
        let (beyond, way) = match order {
            Order::Newest => ("<", "DESC"),
            Order::Oldest => (">", "ASC"),
        };
        let mut text = format!(
            "SELECT {} FROM {} WHERE at >= $1 AND at < $2 AND (at, id) {beyond} ($3, $4)",
            self.columns, self.table
        );
        let limit = BOUNDS + usize::from(self.value.is_some()) + 1;
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{} ORDER BY at {way}, id {way} LIMIT ${limit}",
            self.condition
        );
        text
    }
}

fn found<T>(items: Vec<T>, next: Option<Key>, is_cut_short: bool) -> Found<T> {
    Found {
        items,
        next,
        is_cut_short,
    }
}
