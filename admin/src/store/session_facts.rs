//! All that is known of a session, found by the hash of its cookie.
//!
//! This is what a gateway asks on a miss. The pages that make and end sessions have their own file.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use config::id::{DepartmentId, GroupId, MemberId};
use config::session::TokenHash;
use config::{Named, Principal, PrincipalKind, Role, Session, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::role_holdings::{self, HoldingRow};
use super::{Connection, StoreError};

/// No organisation is deeper; a loop in the tree, which must not be, ends here.
const MAX_DEPTH: i64 = 64;

/// The session at `host` with everything that policy asks about its principal. `None` if there is
/// none, it has ended or expired, or the person may no longer sign in. That of a guest ends with them.
pub async fn find(
    connection: &mut Connection,
    token: &TokenHash,
    host: &str,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query(
        "SELECT s.id, s.sign_in_id, s.host, i.authenticated_at, i.second_factor_at, i.methods, \
         CASE WHEN g.expires_at < i.expires_at THEN g.expires_at ELSE i.expires_at END AS expires_at, \
         i.idle_limit_ms, \
         (SELECT MAX(x.last_seen_at) FROM sessions x WHERE x.sign_in_id = i.id) AS last_seen_at, \
         m.id AS member_id, m.kind, m.username, m.display_name, m.email, m.email_verified_at, \
         m.mobile, m.employee_number \
         FROM sessions s JOIN sign_ins i ON i.id = s.sign_in_id JOIN members m ON m.id = i.member_id \
         LEFT JOIN guests g ON g.member_id = m.id AND m.kind = 'guest' \
         WHERE s.token_hash = $1 AND s.host = $2 AND s.ended_at IS NULL AND i.ended_at IS NULL \
         AND i.expires_at > $3 AND m.status = 'active' \
         AND (g.expires_at IS NULL OR g.expires_at > $3)",
    )
    .bind(token.as_slice())
    .bind(host)
    .bind(now.as_millis())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let member: MemberId = row.try_get::<String, _>("member_id")?.into();
    let held = role_holdings::of_member(connection, &member).await?;
    let principal = Principal {
        kind: read_kind(row.try_get("kind")?)?,
        username: row.try_get("username")?,
        display_name: row.try_get("display_name")?,
        email: verified_email(&row)?,
        mobile: row.try_get("mobile")?,
        employee_number: row.try_get("employee_number")?,
        departments: departments(connection, &member).await?,
        groups: groups(connection, &member).await?,
        roles: built_in(&held),
        administers: !held.is_empty(),
        id: member,
    };
    let session = read_session(&row, principal)?;
    let idle = session
        .idle_limit
        .is_some_and(|limit| now.since(session.last_seen_at) >= limit);
    Ok((!idle).then_some(session))
}

/// The built-in roles that are held everywhere. A role that this version does not know gives nothing.
pub fn built_in(held: &[HoldingRow]) -> Vec<Role> {
    let everywhere = held.iter().filter(|held| held.within.is_none());
    everywhere
        .filter_map(|held| Role::from_name(&held.role))
        .collect()
}

fn read_session(row: &AnyRow, principal: Principal) -> Result<Session, StoreError> {
    let methods: String = row.try_get("methods")?;
    let idle: Option<i64> = row.try_get("idle_limit_ms")?;
    let second_factor: Option<i64> = row.try_get("second_factor_at")?;
    Ok(Session {
        id: row.try_get::<String, _>("id")?.into(),
        sign_in: row.try_get::<String, _>("sign_in_id")?.into(),
        host: row.try_get("host")?,
        principal: Arc::new(principal),
        authenticated_at: Timestamp(row.try_get("authenticated_at")?),
        second_factor_at: second_factor.map(Timestamp),
        methods: serde_json::from_str(&methods)?,
        expires_at: Timestamp(row.try_get("expires_at")?),
        idle_limit: idle.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))),
        last_seen_at: Timestamp(row.try_get("last_seen_at")?),
    })
}

pub(super) fn read_kind(kind: &str) -> Result<PrincipalKind, StoreError> {
    match kind {
        "member" => Ok(PrincipalKind::Member),
        "guest" => Ok(PrincipalKind::Guest),
        other => Err(StoreError::Corrupt(format!("a member of kind {other}"))),
    }
}

fn verified_email(row: &AnyRow) -> Result<Option<String>, StoreError> {
    let verified: Option<i64> = row.try_get("email_verified_at")?;
    let email: Option<String> = row.try_get("email")?;
    Ok(email.filter(|_| verified.is_some()))
}

/// The store need not know to the second when a session was last used.
pub const SEEN_EVERY: Duration = Duration::from_secs(10);

/// Notes the use of sessions, by their ids. Activity needs no other way to the store than the access
/// events that tell of it.
pub async fn touch_all(
    tx: &mut Connection,
    seen: &BTreeMap<String, Timestamp>,
) -> Result<(), StoreError> {
    for (session, seen) in seen {
        sqlx::query("UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND last_seen_at < $3")
            .bind(seen.as_millis())
            .bind(session.as_str())
            .bind(seen.minus(SEEN_EVERY).as_millis())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Each department of the person, the main one first, followed by its ancestors up to the root.
pub async fn departments(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Vec<Named<DepartmentId>>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "WITH RECURSIVE up (id, name, parent_id, place, origin, depth) AS ( \
             SELECT d.id, d.name, d.parent_id, dm.position, d.id, CAST(0 AS BIGINT) \
             FROM department_members dm JOIN departments d ON d.id = dm.department_id \
             WHERE dm.member_id = $1 \
             UNION ALL \
             SELECT d.id, d.name, d.parent_id, up.place, up.origin, up.depth + 1 \
             FROM departments d JOIN up ON d.id = up.parent_id WHERE up.depth < $2 \
         ) SELECT id, name FROM up ORDER BY place, origin, depth",
    )
    .bind(member.as_str())
    .bind(MAX_DEPTH)
    .fetch_all(connection)
    .await?;
    let mut found: Vec<Named<DepartmentId>> = Vec::with_capacity(rows.len());
    for (id, name) in rows {
        if !found.iter().any(|known| known.id.as_str() == id) {
            found.push(Named {
                id: id.into(),
                name,
            });
        }
    }
    Ok(found)
}

/// The groups of the person, by name.
pub async fn groups(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Vec<Named<GroupId>>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT g.id, g.name FROM group_members gm JOIN groups g ON g.id = gm.group_id \
         WHERE gm.member_id = $1 ORDER BY g.name, g.id",
    )
    .bind(member.as_str())
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| Named {
            id: id.into(),
            name,
        })
        .collect())
}

#[cfg(test)]
pub mod tests;
