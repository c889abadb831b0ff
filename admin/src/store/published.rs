//! What the snapshot is built from besides applications: every IP list, and how often each has changed.

use std::sync::Arc;

use config::Timestamp;
use config::id::RuleId;
use config::snapshot::{Effect, IpEntry, IpList};
use futures::TryStreamExt;

use super::{Connection, StoreError};

/// An IP list without its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListHead {
    pub id: RuleId,
    pub name: String,
    pub effect: Effect,
    /// Guards every host, not only what names it.
    pub everywhere: bool,
    /// Which entries are in force; empty for none.
    pub revision: String,
    /// Grows with every change of the list or its entries.
    pub version: i64,
}

pub async fn ip_lists(connection: &mut Connection) -> Result<Vec<ListHead>, StoreError> {
    let rows: Vec<(String, String, String, String, String, i64)> = sqlx::query_as(
        "SELECT id, name, effect, scope, revision, version FROM ip_lists ORDER BY id",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(id, name, effect, scope, revision, version)| {
            let unknown = |what: &str| StoreError::Corrupt(format!("the IP list {id}: {what}"));
            Ok(ListHead {
                effect: match effect.as_str() {
                    "allow" => Effect::Allow,
                    "deny" => Effect::Deny,
                    other => return Err(unknown(other)),
                },
                everywhere: match scope.as_str() {
                    "everywhere" => true,
                    "applications" => false,
                    other => return Err(unknown(other)),
                },
                id: id.into(),
                name,
                revision,
                version,
            })
        })
        .collect()
}

/// A list as it counts, until the next of its entries ends.
#[derive(Clone, Debug)]
pub struct Counting {
    pub list: Arc<IpList>,
    pub until: Option<Timestamp>,
}

/// Reads the entries of a list that have not ended, of which there may be a million: row by row.
pub async fn ip_list(
    connection: &mut Connection,
    head: &ListHead,
    now: Timestamp,
) -> Result<Counting, StoreError> {
    let mut rows = sqlx::query_as::<_, (String, String, Option<i64>)>(
        "SELECT range, note, expires_at FROM ip_revision_entries \
         WHERE revision = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY place",
    )
    .bind(head.revision.as_str())
    .bind(now.as_millis())
    .fetch(connection);
    let mut entries = Vec::new();
    let mut until: Option<Timestamp> = None;
    while let Some((range, note, expires_at)) = rows.try_next().await? {
        let expires_at = expires_at.map(Timestamp);
        until = match (until, expires_at) {
            (Some(first), Some(end)) => Some(first.min(end)),
            (first, end) => first.or(end),
        };
        let range = range
            .parse()
            .map_err(|e| StoreError::Corrupt(format!("the IP list {}: {e}", head.name)))?;
        entries.push(IpEntry {
            range,
            note,
            expires_at,
        });
    }
    let list = Arc::new(IpList {
        id: head.id.clone(),
        name: head.name.clone(),
        effect: head.effect,
        entries: entries.into(),
    });
    Ok(Counting { list, until })
}

#[cfg(test)]
pub mod testing {
    //! Puts applications and lists into the store as plainly as possible.

    use super::Connection;

    pub async fn insert_application(tx: &mut Connection, id: &str, definition: &str) {
        sqlx::query(
            "INSERT INTO applications (id, definition, created_at, updated_at, version) \
             VALUES ($1, $2, 0, 0, 1)",
        )
        .bind(id)
        .bind(definition)
        .execute(tx)
        .await
        .unwrap();
    }

    /// Leaves of the definition nothing but where it leads.
    pub async fn break_application(tx: &mut Connection, id: &str) {
        sqlx::query("UPDATE applications SET definition = $2 WHERE id = $1")
            .bind(id)
            .bind(r#"{"hosts": ["wiki.example.com"]}"#)
            .execute(tx)
            .await
            .unwrap();
    }

    pub async fn insert_list(tx: &mut Connection, id: &str, scope: &str, ranges: &[&str]) {
        sqlx::query(
            "INSERT INTO ip_lists (id, name, name_key, effect, scope, revision, created_at, \
             updated_at, version) VALUES ($1, $1, $1, 'deny', $2, $1, 0, 0, 1)",
        )
        .bind(id)
        .bind(scope)
        .execute(&mut *tx)
        .await
        .unwrap();
        for range in ranges {
            add_entry(tx, id, range).await;
        }
    }

    pub async fn add_entry(tx: &mut Connection, list: &str, range: &str) {
        sqlx::query(
            "INSERT INTO ip_revision_entries (revision, place, range, note) VALUES ($1, \
             (SELECT COALESCE(MAX(place), 0) + 1 FROM ip_revision_entries WHERE revision = $1), \
             $2, '')",
        )
        .bind(list)
        .bind(range)
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query("UPDATE ip_lists SET version = version + 1 WHERE id = $1")
            .bind(list)
            .execute(tx)
            .await
            .unwrap();
    }
}
