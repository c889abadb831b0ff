//! The outbox of messages, and how many were sent.

use config::Timestamp;
use config::id::MemberId;
use config::language::LocalText;

use super::{Connection, StoreError};

/// A message, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    pub id: String,
    pub created_at: Timestamp,
    pub channel: String,
    pub recipient: String,
    pub member: Option<MemberId>,
    pub kind: String,
    pub language: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    pub attempts: i64,
    /// When it is tried next, while it waits.
    pub next_at: Timestamp,
    pub expires_at: Timestamp,
    pub done_at: Option<Timestamp>,
    pub reference: Option<String>,
    pub finding: Option<LocalText>,
}

type Row = (
    String,
    i64,
    String,
    String,
    Option<String>,
    String,
    String,
    String,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
);

const COLUMNS: &str = "id, created_at, channel, recipient, member_id, kind, language, state, \
                       attempts, next_at, expires_at, done_at, reference, finding";

fn read(row: Row) -> Result<MessageRow, StoreError> {
    let finding = row.13.map(|text| serde_json::from_str(&text)).transpose()?;
    Ok(MessageRow {
        id: row.0,
        created_at: Timestamp(row.1),
        channel: row.2,
        recipient: row.3,
        member: row.4.map(Into::into),
        kind: row.5,
        language: row.6,
        state: row.7,
        attempts: row.8,
        next_at: Timestamp(row.9),
        expires_at: Timestamp(row.10),
        done_at: row.11.map(Timestamp),
        reference: row.12,
        finding,
    })
}

/// Puts it into the outbox, with its sealed content while there is something to send.
pub async fn insert(
    tx: &mut Connection,
    row: &MessageRow,
    content: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO messages ({COLUMNS}, content) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    );
    let finding = row
        .finding
        .as_ref()
        .map(serde_json::to_string)
        .transpose()?;
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(row.id.as_str())
        .bind(row.created_at.as_millis())
        .bind(row.channel.as_str())
        .bind(row.recipient.as_str())
        .bind(row.member.as_ref().map(MemberId::as_str))
        .bind(row.kind.as_str())
        .bind(row.language.as_str())
        .bind(row.state.as_str())
        .bind(row.attempts)
        .bind(row.next_at.as_millis())
        .bind(row.expires_at.as_millis())
        .bind(row.done_at.map(Timestamp::as_millis))
        .bind(row.reference.as_deref())
        .bind(finding)
        .bind(content)
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether one of the channel waits to be sent now.
pub async fn is_due(
    connection: &mut Connection,
    channel: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT CAST(1 AS BIGINT) FROM messages \
         WHERE state = 'waiting' AND channel = $1 AND next_at <= $2 LIMIT 1",
    )
    .bind(channel)
    .bind(now.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Takes the one of the channel that has waited longest, for whoever comes first; another gets it if nothing was heard of
/// it by `again_at`.
pub async fn claim(
    tx: &mut Connection,
    channel: &str,
    now: Timestamp,
    again_at: Timestamp,
) -> Result<Option<(MessageRow, Vec<u8>)>, StoreError> {
    let due: Option<(String,)> = sqlx::query_as(
        "SELECT id FROM messages WHERE state = 'waiting' AND channel = $1 AND next_at <= $2 \
         ORDER BY next_at, id LIMIT 1",
    )
    .bind(channel)
    .bind(now.as_millis())
    .fetch_optional(&mut *tx)
    .await?;
    let Some((id,)) = due else { return Ok(None) };
    let claimed: Option<(Option<Vec<u8>>,)> = sqlx::query_as(
        "UPDATE messages SET next_at = $2, attempts = attempts + 1 \
         WHERE id = $1 AND state = 'waiting' AND next_at <= $3 RETURNING content",
    )
    .bind(id.as_str())
    .bind(again_at.as_millis())
    .bind(now.as_millis())
    .fetch_optional(&mut *tx)
    .await?;
    let Some((content,)) = claimed else {
        return Ok(None);
    };
    let row = find(tx, &id).await?;
    Ok(row.map(|row| (row, content.unwrap_or_default())))
}

pub async fn find(tx: &mut Connection, id: &str) -> Result<Option<MessageRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM messages WHERE id = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(tx)
        .await?;
    row.map(read).transpose()
}

/// Nothing more is tried: what it said is forgotten.
pub async fn end(
    tx: &mut Connection,
    id: &str,
    state: &str,
    (reference, finding): (Option<&str>, &LocalText),
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE messages SET state = $2, reference = $3, finding = $4, done_at = $5, content = NULL \
         WHERE id = $1 AND state = 'waiting'",
    )
    .bind(id)
    .bind(state)
    .bind(reference)
    .bind(serde_json::to_string(finding)?)
    .bind(now.as_millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// It is tried again at `next_at`.
pub async fn put_off(
    tx: &mut Connection,
    id: &str,
    finding: &LocalText,
    next_at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE messages SET next_at = $2, finding = $3 WHERE id = $1 AND state = 'waiting'",
    )
    .bind(id)
    .bind(next_at.as_millis())
    .bind(serde_json::to_string(finding)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Those that wait for a member are not sent any more.
pub async fn withdraw(
    tx: &mut Connection,
    member: &MemberId,
    kind: &str,
    finding: &LocalText,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE messages SET state = 'failed', finding = $3, done_at = $4, content = NULL \
         WHERE member_id = $1 AND kind = $2 AND state = 'waiting'",
    )
    .bind(member.as_str())
    .bind(kind)
    .bind(serde_json::to_string(finding)?)
    .bind(now.as_millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// Which messages are listed.
#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    pub channel: Option<String>,
    pub state: Option<String>,
    pub member: Option<MemberId>,
}

/// Newest first.
pub async fn list(
    connection: &mut Connection,
    filter: &MessageFilter,
    after: Option<(Timestamp, &str)>,
    limit: i64,
) -> Result<Vec<MessageRow>, StoreError> {
    let (at, id) = after.map_or((i64::MAX, ""), |(at, id)| (at.as_millis(), id));
    let sql = format!(
        "SELECT {COLUMNS} FROM messages WHERE (created_at, id) < ($1, $2) \
         AND ($3 IS NULL OR channel = $3) AND ($4 IS NULL OR state = $4) \
         AND ($5 IS NULL OR member_id = $5) \
         ORDER BY created_at DESC, id DESC LIMIT $6"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(at)
        .bind(id)
        .bind(filter.channel.as_deref())
        .bind(filter.state.as_deref())
        .bind(filter.member.as_ref().map(MemberId::as_str))
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Forgets at most `limit` messages from before `then` that do not wait any more.
pub async fn forget(tx: &mut Connection, then: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM messages WHERE id IN (SELECT id FROM messages \
         WHERE created_at < $1 AND state <> 'waiting' ORDER BY created_at LIMIT $2)",
    )
    .bind(then.as_millis())
    .bind(limit)
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets the counts of days before `day`.
pub async fn forget_counts(tx: &mut Connection, day: i64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM message_counts WHERE day < $1")
        .bind(day)
        .execute(tx)
        .await?;
    Ok(())
}

/// Counts one more of `name` on that day, unless there were `most`, or one after `last`. Says whether it
/// did; atomic over all nodes.
pub async fn count(
    tx: &mut Connection,
    name: &str,
    day: i64,
    most: i64,
    last: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "INSERT INTO message_counts (name, day, count, last_at) VALUES ($1, $2, 1, $5) \
         ON CONFLICT (name, day) DO UPDATE SET count = message_counts.count + 1, last_at = $5 \
         WHERE message_counts.count < $3 AND message_counts.last_at <= $4 \
         RETURNING message_counts.count",
    )
    .bind(name)
    .bind(day)
    .bind(most)
    .bind(last.as_millis())
    .bind(now.as_millis())
    .fetch_optional(tx)
    .await?;
    Ok(row.is_some())
}

/// What it says, sealed, while it waits.
#[cfg(test)]
pub async fn content(connection: &mut Connection, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let (content,): (Option<Vec<u8>>,) =
        sqlx::query_as("SELECT content FROM messages WHERE id = $1")
            .bind(id)
            .fetch_one(connection)
            .await?;
    Ok(content)
}
