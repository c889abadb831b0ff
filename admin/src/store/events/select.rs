//! The one query that reads a page of a log.
//!
//! Only the conditions that are asked for stand in it: a condition that may be NULL would keep both
//! engines from the index that fits, and a log is long.

use std::fmt::Write as _;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, FromRow};

use super::Page;
use crate::store::{Connection, StoreError};

/// Parameters before those of the conditions: from, to, and the key to go on below.
const BOUNDS: usize = 4;

pub struct Select {
    text: String,
    values: Vec<String>,
}

impl Select {
    /// `columns` and `table` are our own words, never a caller's.
    pub fn new(columns: &'static str, table: &'static str) -> Self {
        Self {
            text: format!(
                "SELECT {columns} FROM {table} WHERE at >= $1 AND at < $2 AND (at, id) < ($3, $4)"
            ),
            values: Vec::new(),
        }
    }

    /// Leaves out what has another value in `column`; nothing if `value` is `None`.
    pub fn only(mut self, column: &'static str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.values.push(value.to_owned());
            let number = BOUNDS + self.values.len();
            // Writing to a String cannot fail.
            let _ = write!(self.text, " AND {column} = ${number}");
        }
        self
    }

    /// The page, newest first.
    pub async fn fetch<T>(
        mut self,
        connection: &mut Connection,
        page: &Page,
    ) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let last = BOUNDS + self.values.len() + 1;
        let _ = write!(self.text, " ORDER BY at DESC, id DESC LIMIT ${last}");
        let (since, until, at, id) = page.bounds();
        let mut query = sqlx::query_as(AssertSqlSafe(self.text))
            .bind(since)
            .bind(until)
            .bind(at)
            .bind(id);
        for value in self.values {
            query = query.bind(value);
        }
        Ok(query.bind(page.limit()).fetch_all(connection).await?)
    }
}
