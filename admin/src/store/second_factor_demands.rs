//! Since when those who have no second factor have been asked for one.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};

/// Notes that the person is asked at `now`, unless they were before.
pub async fn note(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO second_factor_demands (member_id, since) VALUES ($1, $2) \
         ON CONFLICT (member_id) DO NOTHING",
    )
    .bind(member.as_str())
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Since when the person has been asked, if they have.
pub async fn find(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Option<Timestamp>, StoreError> {
    let row: Option<(i64,)> =
        sqlx::query_as("SELECT since FROM second_factor_demands WHERE member_id = $1")
            .bind(member.as_str())
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(since,)| Timestamp(since)))
}

/// Nothing is asked of the person any more.
pub async fn forget(connection: &mut Connection, member: &MemberId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM second_factor_demands WHERE member_id = $1")
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
