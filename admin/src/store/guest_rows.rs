//! Whether each guest has a row of their own, and nobody else has one.

use config::id::MemberId;

use super::{Connection, StoreError};

const MISSING: &str = "m.kind = 'guest' AND NOT EXISTS \
     (SELECT 1 FROM guests g WHERE g.member_id = m.id)";
const NEEDLESS: &str = "m.kind <> 'guest' AND EXISTS \
     (SELECT 1 FROM guests g WHERE g.member_id = m.id)";

/// One of whom it is not so.
pub async fn astray(connection: &mut Connection) -> Result<Option<MemberId>, StoreError> {
    let sql = format!("SELECT m.id FROM members m WHERE ({MISSING}) OR ({NEEDLESS}) LIMIT 1");
    let row: Option<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|(id,)| id.into()))
}

/// Members who have a row, as if they were guests.
pub async fn of_members(connection: &mut Connection) -> Result<Vec<MemberId>, StoreError> {
    let sql = format!("SELECT m.id FROM members m WHERE {NEEDLESS} ORDER BY m.id");
    let rows: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Gives one to every guest who has none, as to those who were there before guests ended.
pub async fn complete(tx: &mut Connection) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO guests (member_id, created_by) SELECT m.id, '' FROM members m WHERE {MISSING}"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(tx).await?;
    Ok(())
}
