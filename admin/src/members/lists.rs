//! People, a page at a time, and how many there are.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Member, complete};
use crate::refused::Invalid;
use crate::store::member_lists::{self as lists, Filter, Key, Part, Place, Sort};
use crate::store::members::MemberRow;
use crate::store::{Connection, StoreError};

/// Beyond this nobody reads a number, and counting takes its time.
const MOST_COUNTED: i64 = 10_000;

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    pub count: i64,
    /// There are more than that.
    pub more: bool,
}

/// The people, with the place at which the next page begins.
pub async fn list(
    connection: &mut Connection,
    filter: &Filter,
    part: &Part,
) -> Result<(Vec<Member>, Option<String>), StoreError> {
    let found = lists::list(connection, filter, part).await?;
    let full = i64::try_from(found.len()).is_ok_and(|n| n == part.limit);
    let next = found
        .last()
        .filter(|_| full)
        .map(|last| key(part.sort, last));
    Ok((complete(connection, found).await?, next))
}

pub async fn count(connection: &mut Connection, filter: &Filter) -> Result<Count, StoreError> {
    let count = lists::count(connection, filter, MOST_COUNTED + 1).await?;
    Ok(Count {
        count: count.min(MOST_COUNTED),
        more: count > MOST_COUNTED,
    })
}

fn key(sort: Sort, last: &MemberRow) -> String {
    let id = last.id.as_str();
    match sort {
        Sort::Username => format!("{id}_{}", last.username_key),
        Sort::DisplayName => format!("{id}_{}", last.name_order),
        Sort::CreatedAt => format!("{id}_{}", last.created_at.as_millis()),
    }
}

/// Reads the place where a page ended.
pub fn place(sort: Sort, text: &str) -> Result<Place, Invalid> {
    let place = text.split_once('_').and_then(|(id, key)| {
        let key = match sort {
            Sort::Username | Sort::DisplayName => Key::Text(key.to_owned()),
            Sort::CreatedAt => Key::Number(key.parse().ok()?),
        };
        let id = id.to_owned();
        Some(Place { id, key })
    });
    place.ok_or_else(|| {
        Invalid::new(
            "after",
            ("this is no place in a list", "这不是列表中的有效位置"),
            (
                "`next` of the page before, in the same order",
                "按相同排序得到的上一页返回的 next",
            ),
        )
    })
}
