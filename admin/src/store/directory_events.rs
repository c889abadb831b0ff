//! What suites have told us by themselves, until it has been looked at, and for a while longer: a suite tells
//! again what it is not sure that we have heard.

use config::Timestamp;
use config::id::DirectoryId;

use super::{Connection, StoreError};

/// What is touched by what was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touches {
    /// Those who are named by key.
    People,
    /// Departments, or whom the application may see.
    Structure,
}

impl Touches {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Structure => "structure",
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "people" => Self::People,
            // What a newer node wrote has everything looked at.
            _ => Self::Structure,
        }
    }
}

/// Something that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent<'a> {
    /// What the suite calls it: told again, it is the same.
    pub id: &'a str,
    pub kind: &'a str,
    pub touches: Touches,
    pub keys: &'a [String],
}

/// The same, as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    pub seq: i64,
    pub touches: Touches,
    pub keys: Vec<String>,
}

/// Writes down what was told; whether it is new. The number is taken last and its row locked until the end: whoever
/// has seen one number has missed none below it.
pub async fn insert(
    tx: &mut Connection,
    directory: &DirectoryId,
    event: &NewEvent<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (seq,): (i64,) = sqlx::query_as(
        "UPDATE counters SET value = value + 1 WHERE name = 'directory_events' RETURNING value",
    )
    .fetch_one(&mut *tx)
    .await?;
    let done = sqlx::query(
        "INSERT INTO directory_events (directory_id, seq, event_id, kind, touches, keys, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (directory_id, event_id) DO NOTHING",
    )
    .bind(directory.as_str())
    .bind(seq)
    .bind(event.id)
    .bind(event.kind)
    .bind(event.touches.as_str())
    .bind(serde_json::to_string(event.keys)?)
    .bind(now.as_millis())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The number of the last of all.
pub async fn position(connection: &mut Connection) -> Result<i64, StoreError> {
    let (value,): (i64,) =
        sqlx::query_as("SELECT value FROM counters WHERE name = 'directory_events'")
            .fetch_one(connection)
            .await?;
    Ok(value)
}

/// What a directory has told after `seq`, in order.
pub async fn after(
    connection: &mut Connection,
    directory: &DirectoryId,
    seq: i64,
    limit: i64,
) -> Result<Vec<EventRow>, StoreError> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        "SELECT seq, touches, keys FROM directory_events WHERE directory_id = $1 AND seq > $2 \
         ORDER BY seq LIMIT $3",
    )
    .bind(directory.as_str())
    .bind(seq)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let read = |(seq, touches, keys): (i64, String, String)| {
        Ok(EventRow {
            seq,
            touches: Touches::read(&touches),
            keys: serde_json::from_str(&keys)?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Forgets what was told before `then`, and up to where.
pub async fn forget(connection: &mut Connection, then: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE directory_callbacks SET forgotten_seq = (SELECT max(seq) FROM directory_events \
         WHERE directory_events.directory_id = directory_callbacks.directory_id AND received_at < $1) \
         WHERE EXISTS (SELECT 1 FROM directory_events \
         WHERE directory_events.directory_id = directory_callbacks.directory_id AND received_at < $1)",
    )
    .bind(then.as_millis())
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM directory_events WHERE received_at < $1")
        .bind(then.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}
