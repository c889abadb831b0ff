//! Since when those who have no second factor have been asked for one.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};

/// Notes that the person is asked at `now`, unless they were before; says since when.
pub async fn since(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    let (since,): (i64,) = sqlx::query_as(
        "INSERT INTO second_factor_demands (member_id, since) VALUES ($1, $2) \
         ON CONFLICT (member_id) DO UPDATE SET since = second_factor_demands.since \
         RETURNING since",
    )
    .bind(member.as_str())
    .bind(now.as_millis())
    .fetch_one(connection)
    .await?;
    Ok(Timestamp(since))
}

/// Nothing is asked of the person any more.
pub async fn forget(connection: &mut Connection, member: &MemberId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM second_factor_demands WHERE member_id = $1")
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
