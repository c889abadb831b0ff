//! Lists of things: in an order, a page at a time, each page from where the one before ended, whatever
//! has come and gone since.

use std::fmt;

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use super::condition::Condition;
use super::{Connection, StoreError};

/// A place in a list: the last one of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub id: String,
    pub key: Key,
}

/// By what it was put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Text(String),
    Number(i64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Key::Text(key) => write!(f, "{}_{key}", self.id),
            Key::Number(key) => write!(f, "{}_{key}", self.id),
        }
    }
}

impl Place {
    /// As it was written down; `numbers`: by what the list is put in order.
    #[must_use]
    pub fn read(text: &str, numbers: bool) -> Option<Self> {
        let (id, key) = text.split_once('_')?;
        let key = if numbers {
            Key::Number(key.parse().ok()?)
        } else {
            Key::Text(key.to_owned())
        };
        let id = id.to_owned();
        Some(Self { id, key })
    }

    /// Only what comes after it, in the order of a column and then of the ids.
    pub fn beyond(&self, all: &mut Condition, (column, id): (&str, &str), descending: bool) {
        let than = if descending { "<" } else { ">" };
        let key = match &self.key {
            Key::Text(text) => all.text(text.as_str()),
            Key::Number(number) => all.number(*number),
        };
        let last = all.text(self.id.as_str());
        all.and(&format!("({column}, {id}) {than} ({key}, {last})"));
    }
}

/// By what things with a name are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// As it is read: Chinese names by pinyin.
    Name,
    CreatedAt,
    UpdatedAt,
}

impl Sort {
    #[must_use]
    pub fn is_of_numbers(self) -> bool {
        self != Self::Name
    }
}

/// Which part of the list.
#[derive(Clone, Debug)]
pub struct Part {
    pub sort: Sort,
    pub descending: bool,
    pub after: Option<Place>,
    pub limit: i64,
}

/// What is listed: the columns of a table that has `id`, `created_at` and `updated_at`, and the one by
/// which its names are put in order.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    pub columns: &'static str,
    pub table: &'static str,
    pub name: &'static str,
}

/// A row, and its place.
struct Placed<R> {
    row: R,
    id: String,
    key: String,
}

impl<'r, R: FromRow<'r, AnyRow>> FromRow<'r, AnyRow> for Placed<R> {
    fn from_row(row: &'r AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            row: R::from_row(row)?,
            id: row.try_get("place_id")?,
            key: row.try_get("place_key")?,
        })
    }
}

/// What meets the condition, and the place at which the next page begins.
pub async fn page<R, T: From<R>>(
    connection: &mut Connection,
    listed: Listed,
    mut all: Condition,
    part: &Part,
) -> Result<(Vec<T>, Option<Place>), StoreError>
where
    R: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
{
    let column = match part.sort {
        Sort::Name => listed.name,
        Sort::CreatedAt => "created_at",
        Sort::UpdatedAt => "updated_at",
    };
    if let Some(after) = &part.after {
        after.beyond(&mut all, (column, "id"), part.descending);
    }
    let limit = all.number(part.limit);
    let direction = if part.descending { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT {}, id AS place_id, CAST({column} AS TEXT) AS place_key FROM {} WHERE {} \
         ORDER BY {column} {direction}, id {direction} LIMIT {limit}",
        listed.columns,
        listed.table,
        all.sql()
    );
    let query = sqlx::query_as::<_, Placed<R>>(sqlx::AssertSqlSafe(sql));
    let rows = all.bind(query).fetch_all(connection).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|n| n == part.limit);
    let last = rows.last().filter(|_| full);
    let next = last.and_then(|last| {
        let written = format!("{}_{}", last.id, last.key);
        Place::read(&written, part.sort.is_of_numbers())
    });
    Ok((
        rows.into_iter().map(|placed| T::from(placed.row)).collect(),
        next,
    ))
}
