//! The entries of IP lists, of which there may be a million: put together as a revision beside the one
//! in force, a few rows in a transaction, so that other writers get their turn in between.

use std::net::IpAddr;

use config::Timestamp;
use config::id::EventId;
use config::snapshot::{AddressRange, IpEntry};

use super::{Connection, StoreError};

/// Rows in one transaction: a fraction of a second.
pub const CHUNK: i64 = 4_000;
/// Rows in one statement: few round trips, and few parameters, among which SQLite looks for each.
const BATCH: usize = 100;

/// A new revision without entries, in force for no list yet.
pub async fn begin(connection: &mut Connection, now: Timestamp) -> Result<String, StoreError> {
    let revision = EventId::generate().to_string();
    sqlx::query("INSERT INTO ip_revisions (id, begun_at) VALUES ($1, $2)")
        .bind(revision.as_str())
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(revision)
}

/// Copies the entries in the places after `place`, at most [`CHUNK`] of them; the place to go on
/// after, until there is none.
pub async fn copy(
    connection: &mut Connection,
    from: &str,
    to: &str,
    place: i64,
) -> Result<Option<i64>, StoreError> {
    let (last,): (i64,) = sqlx::query_as(
        "SELECT COALESCE(MAX(place), 0) FROM ip_revision_entries WHERE revision = $1",
    )
    .bind(from)
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO ip_revision_entries (revision, place, range, note, expires_at) \
         SELECT $1, place, range, note, expires_at FROM ip_revision_entries \
         WHERE revision = $2 AND place > $3 AND place <= $4",
    )
    .bind(to)
    .bind(from)
    .bind(place)
    .bind(place + CHUNK)
    .execute(connection)
    .await?;
    Ok((place + CHUNK < last).then_some(place + CHUNK))
}

/// The place after which further entries go.
pub async fn last_place(connection: &mut Connection, revision: &str) -> Result<i64, StoreError> {
    let (last,): (i64,) = sqlx::query_as(
        "SELECT COALESCE(MAX(place), 0) FROM ip_revision_entries WHERE revision = $1",
    )
    .bind(revision)
    .fetch_one(connection)
    .await?;
    Ok(last)
}

/// Adds entries in the places after `place`; one that the revision has already takes the new note
/// and the new end.
pub async fn add(
    connection: &mut Connection,
    revision: &str,
    place: i64,
    entries: &[IpEntry],
) -> Result<(), StoreError> {
    let mut places = place + 1..;
    for batch in entries.chunks(BATCH) {
        let values: Vec<String> = (0..batch.len())
            .map(|i| {
                let at = 4 * i + 2;
                format!("($1, ${at}, ${}, ${}, ${})", at + 1, at + 2, at + 3)
            })
            .collect();
        let sql = format!(
            "INSERT INTO ip_revision_entries (revision, place, range, note, expires_at) VALUES {} \
             ON CONFLICT (revision, range) DO UPDATE SET note = excluded.note, \
             expires_at = excluded.expires_at",
            values.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(revision);
        for (entry, place) in batch.iter().zip(&mut places) {
            query = query
                .bind(place)
                .bind(entry.range.to_string())
                .bind(entry.note.as_str())
                .bind(entry.expires_at.map(Timestamp::as_millis));
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

pub async fn count(connection: &mut Connection, revision: &str) -> Result<i64, StoreError> {
    let (count,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM ip_revision_entries WHERE revision = $1")
            .bind(revision)
            .fetch_one(connection)
            .await?;
    Ok(count)
}

/// An entry with the place that a page of them ends at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    pub place: i64,
    pub entry: IpEntry,
}

type Row = (i64, String, String, Option<i64>);

impl EntryRow {
    fn read((place, range, note, expires_at): Row) -> Result<Self, StoreError> {
        let range = range
            .parse()
            .map_err(|e| StoreError::Corrupt(format!("an entry of an IP list: {e}")))?;
        Ok(Self {
            place,
            entry: IpEntry {
                range,
                note,
                expires_at: expires_at.map(Timestamp),
            },
        })
    }
}

/// In the order in which they were added, those after `place`.
pub async fn page(
    connection: &mut Connection,
    revision: &str,
    place: i64,
    limit: i64,
) -> Result<Vec<EntryRow>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT place, range, note, expires_at FROM ip_revision_entries \
         WHERE revision = $1 AND place > $2 ORDER BY place LIMIT $3",
    )
    .bind(revision)
    .bind(place)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(EntryRow::read).collect()
}

/// The entry of exactly this range.
pub async fn of_range(
    connection: &mut Connection,
    revision: &str,
    range: AddressRange,
) -> Result<Option<IpEntry>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT place, range, note, expires_at FROM ip_revision_entries \
         WHERE revision = $1 AND range = $2",
    )
    .bind(revision)
    .bind(range.to_string())
    .fetch_optional(connection)
    .await?;
    let row = row.map(EntryRow::read).transpose()?;
    Ok(row.map(|row| row.entry))
}

/// Takes the entry of exactly this range out of a revision that is not in force yet.
pub async fn remove(
    connection: &mut Connection,
    revision: &str,
    range: AddressRange,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM ip_revision_entries WHERE revision = $1 AND range = $2")
        .bind(revision)
        .bind(range.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// The first entry of the revision that has the address in it and has not ended.
pub async fn find(
    connection: &mut Connection,
    revision: &str,
    address: IpAddr,
    now: Timestamp,
) -> Result<Option<IpEntry>, StoreError> {
    let mut place = 0;
    loop {
        let page = page(connection, revision, place, CHUNK).await?;
        let Some(last) = page.last() else {
            return Ok(None);
        };
        place = last.place;
        let counts = |entry: &IpEntry| entry.expires_at.is_none_or(|end| end > now);
        let mut entries = page.into_iter().map(|row| row.entry);
        let found = entries.find(|entry| entry.range.contains(address) && counts(entry));
        if found.is_some() {
            return Ok(found);
        }
    }
}

/// In place of the time at which a revision was begun, once it is in force.
const IN_FORCE: i64 = i64::MAX;

/// Notes that somebody is at work on the revision; false if [`sweep`] has it already.
pub async fn touch(
    connection: &mut Connection,
    revision: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE ip_revisions SET begun_at = $2 WHERE id = $1 AND begun_at > 0")
        .bind(revision)
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps the revision from [`sweep`], which it takes turns with by the revision's row; false if that was
/// here first and the revision is no longer whole.
pub async fn keep(connection: &mut Connection, revision: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE ip_revisions SET begun_at = $2 WHERE id = $1 AND begun_at > 0")
        .bind(revision)
        .bind(IN_FORCE)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives the revision up: [`sweep`] deletes it.
pub async fn give_up(connection: &mut Connection, revision: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE ip_revisions SET begun_at = 0 WHERE id = $1")
        .bind(revision)
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes some entries of a revision that was given up, or that was begun before `then` and is in
/// force for no list; how many rows went. To be called again until there is nothing more.
pub async fn sweep(connection: &mut Connection, then: Timestamp) -> Result<u64, StoreError> {
    let idle: Option<(String,)> = sqlx::query_as(
        "SELECT id FROM ip_revisions WHERE begun_at < $1 \
         AND id NOT IN (SELECT revision FROM ip_lists) \
         AND id NOT IN (SELECT revision FROM ip_trials) ORDER BY begun_at LIMIT 1",
    )
    .bind(then.as_millis())
    .fetch_optional(&mut *connection)
    .await?;
    let Some((revision,)) = idle else {
        return Ok(0);
    };
    // Whoever puts it in force meanwhile comes too late from here on, or was here first.
    let given_up =
        sqlx::query("UPDATE ip_revisions SET begun_at = 0 WHERE id = $1 AND begun_at < $2")
            .bind(revision.as_str())
            .bind(then.as_millis())
            .execute(&mut *connection)
            .await?;
    if given_up.rows_affected() == 0 {
        return Ok(0);
    }
    let entries = sqlx::query(
        "DELETE FROM ip_revision_entries WHERE revision = $1 AND place IN \
         (SELECT place FROM ip_revision_entries WHERE revision = $1 ORDER BY place LIMIT $2)",
    )
    .bind(revision.as_str())
    .bind(CHUNK)
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if entries > 0 {
        return Ok(entries);
    }
    let done = sqlx::query("DELETE FROM ip_revisions WHERE id = $1")
        .bind(revision)
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
pub mod testing {
    use super::Connection;

    /// Of all revisions.
    pub async fn count_all(connection: &mut Connection) -> i64 {
        let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM ip_revision_entries")
            .fetch_one(connection)
            .await
            .unwrap();
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ip_trials::{self, TrialRow};
    use crate::store::testing::on_both_engines;

    const HOUR: i64 = 3_600_000;

    #[tokio::test]
    async fn a_revision_that_is_being_swept_comes_into_force_no_more() {
        on_both_engines(async |store| {
            let mut tx = store.begin().await.unwrap();
            let entries = [IpEntry {
                expires_at: None,
                range: "192.0.2.7".parse().unwrap(),
                note: String::new(),
            }];
            let [slow, kept] = [
                begin(&mut tx, Timestamp(1)).await.unwrap(),
                begin(&mut tx, Timestamp(2)).await.unwrap(),
            ];
            add(&mut tx, &slow, 0, &entries).await.unwrap();
            add(&mut tx, &kept, 0, &entries).await.unwrap();
            assert!(keep(&mut tx, &kept).await.unwrap());
            assert_eq!(sweep(&mut tx, Timestamp(HOUR)).await.unwrap(), 1);
            assert!(!keep(&mut tx, &slow).await.unwrap(), "an entry is gone");
            while sweep(&mut tx, Timestamp(HOUR)).await.unwrap() > 0 {}
            assert!(!keep(&mut tx, &slow).await.unwrap(), "all is gone");
            assert_eq!(count(&mut tx, &kept).await.unwrap(), 1);
            tx.commit().await.unwrap();
        })
        .await;
    }

    #[tokio::test]
    async fn what_a_trial_would_put_back_is_not_swept_away() {
        on_both_engines(async |store| {
            let mut tx = store.begin().await.unwrap();
            let revision = begin(&mut tx, Timestamp(1)).await.unwrap();
            give_up(&mut tx, &revision).await.unwrap();
            let trial = TrialRow {
                list: "l".into(),
                effect: "allow".into(),
                scope: "everywhere".into(),
                revision,
                entries: 0,
                actor_name: "security".into(),
                address: "192.0.2.7".into(),
                begun_at: Timestamp(1),
                until: Timestamp(HOUR),
            };
            ip_trials::begin(&mut tx, &trial).await.unwrap();
            assert_eq!(sweep(&mut tx, Timestamp(HOUR)).await.unwrap(), 0);
            ip_trials::end(&mut tx).await.unwrap();
            assert_eq!(sweep(&mut tx, Timestamp(HOUR)).await.unwrap(), 1);
            tx.commit().await.unwrap();
        })
        .await;
    }

    #[tokio::test]
    async fn on_postgresql_whoever_sweeps_waits_for_whoever_puts_in_force() {
        let store = crate::store::testing::TestStore::postgres().await;
        let mut tx = store.begin().await.unwrap();
        let revision = begin(&mut tx, Timestamp(1)).await.unwrap();
        tx.commit().await.unwrap();
        let mut upload = store.begin().await.unwrap();
        assert!(keep(&mut upload, &revision).await.unwrap());
        let other = store.store.clone();
        let sweeper = tokio::spawn(async move {
            let mut tx = other.begin().await.unwrap();
            let swept = sweep(&mut tx, Timestamp(HOUR)).await.unwrap();
            tx.commit().await.unwrap();
            swept
        });
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        upload.commit().await.unwrap();
        assert_eq!(sweeper.await.unwrap(), 0);
    }
}
