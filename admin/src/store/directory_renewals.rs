//! What is shown to directories from time to time, so that they say whether somebody is still there.

use config::Timestamp;
use config::id::{DirectoryId, MemberId, SignInId};

use super::{Connection, StoreError};
use crate::directories::sign_in::Renewal;

/// Keeps it, in the place of what the sign-in had before.
pub async fn keep(
    connection: &mut Connection,
    (sign_in, directory): (&SignInId, &DirectoryId),
    renewal: &Renewal,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO directory_renewals (sign_in_id, directory_id, token, due_at) \
         SELECT $1, id, $3, $4 FROM directories WHERE id = $2 \
         ON CONFLICT (sign_in_id) DO UPDATE SET token = excluded.token, due_at = excluded.due_at, \
         asked_at = NULL",
    )
    .bind(sign_in.as_str())
    .bind(directory.as_str())
    .bind(&renewal.token)
    .bind(renewal.due_at.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// A sign-in that is open, of which the directory is to be asked.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Due {
    pub sign_in_id: String,
    pub directory_id: String,
    pub token: String,
    pub member_id: String,
    pub username: String,
    pub address: String,
    pub user_agent: String,
    pub device: String,
    /// When it was shown before, where no answer was heard since.
    pub asked_at: Option<i64>,
}

impl Due {
    #[must_use]
    pub fn sign_in(&self) -> SignInId {
        self.sign_in_id.clone().into()
    }

    #[must_use]
    pub fn member(&self) -> MemberId {
        self.member_id.clone().into()
    }
}

/// Those that are due, the longest first.
pub async fn due(
    connection: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Due>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT r.sign_in_id, r.directory_id, r.token, m.id AS member_id, m.username, s.address, s.user_agent, \
         s.device, r.asked_at FROM directory_renewals r JOIN sign_ins s ON s.id = r.sign_in_id \
         JOIN members m ON m.id = s.member_id \
         WHERE r.due_at <= $1 AND s.ended_at IS NULL AND s.expires_at > $1 \
         ORDER BY r.due_at, r.sign_in_id LIMIT $2",
    )
    .bind(now.as_millis())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Notes that these are shown now.
pub async fn note_asked(
    connection: &mut Connection,
    shown: &[Due],
    now: Timestamp,
) -> Result<(), StoreError> {
    for one in shown {
        sqlx::query(
            "UPDATE directory_renewals SET asked_at = $3 WHERE sign_in_id = $1 AND token = $2",
        )
        .bind(&one.sign_in_id)
        .bind(&one.token)
        .bind(now.as_millis())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// To be shown again then: nothing was heard, or nothing that counts.
pub async fn retry(
    connection: &mut Connection,
    shown: &Due,
    (at, asked_at): (Timestamp, Option<i64>),
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE directory_renewals SET due_at = $3, asked_at = $4 WHERE sign_in_id = $1 AND token = $2",
    )
    .bind(&shown.sign_in_id)
    .bind(&shown.token)
    .bind(at.as_millis())
    .bind(asked_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Nobody else of that directory is asked of before then.
pub async fn spare(
    connection: &mut Connection,
    directory: &str,
    until: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE directory_renewals SET due_at = $2 WHERE directory_id = $1 AND due_at < $2",
    )
    .bind(directory)
    .bind(until.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets all that a directory is shown, now that it is somebody else.
pub async fn forget_all_of(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM directory_renewals WHERE directory_id = $1")
        .bind(directory.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// What is to be shown the next time, and when, unless something else was kept meanwhile.
pub async fn put_off(
    connection: &mut Connection,
    shown: &Due,
    next: &Renewal,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE directory_renewals SET token = $3, due_at = $4, asked_at = NULL \
         WHERE sign_in_id = $1 AND token = $2",
    )
    .bind(&shown.sign_in_id)
    .bind(&shown.token)
    .bind(&next.token)
    .bind(next.due_at.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets what was shown. `false` if something else was kept meanwhile.
pub async fn forget(connection: &mut Connection, shown: &Due) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM directory_renewals WHERE sign_in_id = $1 AND token = $2")
        .bind(&shown.sign_in_id)
        .bind(&shown.token)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets what is kept of sign-ins that are over.
pub async fn forget_over(connection: &mut Connection, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM directory_renewals WHERE sign_in_id IN (SELECT r.sign_in_id FROM directory_renewals r \
         JOIN sign_ins s ON s.id = r.sign_in_id WHERE s.ended_at IS NOT NULL OR s.expires_at <= $1)",
    )
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// How many are kept.
#[cfg(test)]
pub async fn count(connection: &mut Connection) -> Result<i64, StoreError> {
    let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM directory_renewals")
        .fetch_one(connection)
        .await?;
    Ok(count)
}
