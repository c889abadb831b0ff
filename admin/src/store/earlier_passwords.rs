//! Hashes of the passwords that a person had before, as many as the policy looks back.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};

/// The newest first.
pub async fn of(
    connection: &mut Connection,
    member: &MemberId,
    most: u16,
) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT password_hash FROM earlier_passwords WHERE member_id = $1 \
         ORDER BY replaced_at DESC LIMIT $2",
    )
    .bind(member.as_str())
    .bind(i64::from(most))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

/// Keeps the present password of the person, which is about to be replaced, and no more than `most` in all.
pub async fn keep_present(
    connection: &mut Connection,
    member: &MemberId,
    most: u16,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO earlier_passwords (member_id, password_hash, replaced_at) \
         SELECT member_id, password_hash, $2 FROM credentials WHERE member_id = $1 \
         ON CONFLICT (member_id, replaced_at) DO NOTHING",
    )
    .bind(member.as_str())
    .bind(now.as_millis())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM earlier_passwords WHERE member_id = $1 AND replaced_at NOT IN ( \
             SELECT replaced_at FROM earlier_passwords WHERE member_id = $1 \
             ORDER BY replaced_at DESC LIMIT $2)",
    )
    .bind(member.as_str())
    .bind(i64::from(most))
    .execute(connection)
    .await?;
    Ok(())
}
