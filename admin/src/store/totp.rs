//! Authenticators: the sealed seed of each person's, and the last step whose code was used.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};

/// The sealed seed of the authenticator in use.
pub async fn seed(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>,)> = sqlx::query_as("SELECT seed FROM totp WHERE member_id = $1")
        .bind(member.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|(seed,)| seed))
}

/// Marks the code of `step` as used. `false` if this step, or a later one, was used before: of
/// several that bring the same code at once, one succeeds.
pub async fn use_step(
    connection: &mut Connection,
    member: &MemberId,
    step: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE totp SET last_step = $2 \
         WHERE member_id = $1 AND (last_step IS NULL OR last_step < $2)",
    )
    .bind(member.as_str())
    .bind(step)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps a sealed seed until its first code proves that the authenticator has it.
pub async fn begin_enrolment(
    connection: &mut Connection,
    member: &MemberId,
    seed: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO totp_enrolments (member_id, seed, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (member_id) DO UPDATE SET seed = $2, created_at = $3",
    )
    .bind(member.as_str())
    .bind(seed.to_vec())
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// The sealed seed of an enrolment that was begun after `not_before`.
pub async fn enrolment(
    connection: &mut Connection,
    member: &MemberId,
    not_before: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>,)> =
        sqlx::query_as("SELECT seed FROM totp_enrolments WHERE member_id = $1 AND created_at > $2")
            .bind(member.as_str())
            .bind(not_before.as_millis())
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(seed,)| seed))
}

/// Takes away the enrolment that was kept as `sealed`. `false` if it is gone, or another one is in its
/// place: of several that confirm at once, one succeeds.
pub async fn take_enrolment(
    connection: &mut Connection,
    member: &MemberId,
    sealed: &[u8],
) -> Result<bool, StoreError> {
    let taken = sqlx::query("DELETE FROM totp_enrolments WHERE member_id = $1 AND seed = $2")
        .bind(member.as_str())
        .bind(sealed.to_vec())
        .execute(connection)
        .await?;
    Ok(taken.rows_affected() == 1)
}

/// Puts an authenticator to use, in place of another one if there was. The code of `step` has been
/// used.
pub async fn put_to_use(
    connection: &mut Connection,
    member: &MemberId,
    sealed: &[u8],
    step: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO totp (member_id, seed, confirmed_at, last_step) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (member_id) DO UPDATE SET seed = $2, confirmed_at = $3, last_step = $4",
    )
    .bind(member.as_str())
    .bind(sealed.to_vec())
    .bind(now.as_millis())
    .bind(step)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes the authenticator and an enrolment under way away.
pub async fn remove(connection: &mut Connection, member: &MemberId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM totp WHERE member_id = $1",
        "DELETE FROM totp_enrolments WHERE member_id = $1",
    ] {
        sqlx::query(sql)
            .bind(member.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
