//! By what else people of a directory sign in: names that it gives them besides the username.

use config::id::{DirectoryId, MemberId};

use super::many::{CHUNK, placeholders};
use super::{Connection, StoreError};

/// More rows by a statement gain nothing.
const AT_ONCE: usize = 100;

/// Notes the names of these entries, by the keys of both, in place of those that they had.
pub async fn set(
    connection: &mut Connection,
    directory: &DirectoryId,
    names: &[(&str, Vec<String>)],
) -> Result<(), StoreError> {
    for some in names.chunks(CHUNK) {
        let sql = format!(
            "DELETE FROM directory_names WHERE directory_id = $1 AND their_key IN ({})",
            placeholders(2, some.len())
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(directory.as_str());
        let query = some.iter().fold(query, |query, (key, _)| query.bind(*key));
        query.execute(&mut *connection).await?;
    }
    let rows: Vec<(&str, &str)> = names
        .iter()
        .flat_map(|(key, names)| names.iter().map(|name| (*key, name.as_str())))
        .collect();
    for rows in rows.chunks(AT_ONCE) {
        let values: Vec<String> = (0..rows.len())
            .map(|at| format!("($1, ${}, ${})", 2 + at * 2, 3 + at * 2))
            .collect();
        let sql = format!(
            "INSERT INTO directory_names (directory_id, their_key, name_key) VALUES {} \
             ON CONFLICT DO NOTHING",
            values.join(", ")
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(directory.as_str());
        let query = rows
            .iter()
            .fold(query, |query, (key, name)| query.bind(*key).bind(*name));
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Who goes by this name in the directories by which people come in; nobody if several do.
pub async fn find(connection: &mut Connection, name: &str) -> Result<Option<MemberId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT p.member_id FROM directory_names n \
         JOIN directory_people p ON p.directory_id = n.directory_id AND p.their_key = n.their_key \
         JOIN directories d ON d.id = n.directory_id \
         WHERE n.name_key = $1 AND d.enabled_at IS NOT NULL AND d.used_for <> 'organisation' LIMIT 2",
    )
    .bind(name)
    .fetch_all(connection)
    .await?;
    Ok(match rows.as_slice() {
        [(one,)] => Some(one.as_str().into()),
        _ => None,
    })
}
