//! Which of the people, groups and departments exist that something names.

use std::collections::HashSet;

use super::many::{CHUNK, placeholders};
use super::{Connection, StoreError};

/// What can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mentioned {
    Group,
    Department,
    Person,
}

/// Those of these ids that there are.
pub async fn existing(
    connection: &mut Connection,
    of: Mentioned,
    ids: &[&str],
) -> Result<HashSet<String>, StoreError> {
    let table = match of {
        Mentioned::Group => "groups",
        Mentioned::Department => "departments",
        Mentioned::Person => "members",
    };
    let mut found = HashSet::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let names = placeholders(1, ids.len());
        let sql = format!("SELECT id FROM {table} WHERE id IN ({names})");
        let query = sqlx::query_as::<_, (String,)>(sqlx::AssertSqlSafe(sql));
        let query = ids.iter().fold(query, |query, id| query.bind(*id));
        let rows = query.fetch_all(&mut *connection).await?;
        found.extend(rows.into_iter().map(|(id,)| id));
    }
    Ok(found)
}
