//! People, a page at a time, and how many there are.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Member, complete};
use crate::refused::Invalid;
use crate::store::listing::{Key, Place};
use crate::store::member_lists::{self as lists, Filter, Part, Sort};
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
        .map(|last| place_of(part.sort, last).to_string());
    Ok((complete(connection, found).await?, next))
}

pub async fn count(connection: &mut Connection, filter: &Filter) -> Result<Count, StoreError> {
    let count = lists::count(connection, filter, MOST_COUNTED + 1).await?;
    Ok(Count {
        count: count.min(MOST_COUNTED),
        more: count > MOST_COUNTED,
    })
}

fn place_of(sort: Sort, last: &MemberRow) -> Place {
    Place {
        id: last.id.to_string(),
        key: match sort {
            Sort::Username => Key::Text(last.username_key.clone()),
            Sort::DisplayName => Key::Text(last.name_order.clone()),
            Sort::CreatedAt => Key::Number(last.created_at.as_millis()),
        },
    }
}

/// Reads the place where a page ended.
pub fn place(sort: Sort, text: &str) -> Result<Place, Invalid> {
    Place::read(text, sort == Sort::CreatedAt).ok_or_else(Invalid::no_place)
}
