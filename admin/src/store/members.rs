//! Members: rows, search, and what hangs on a member: roles, departments, groups.

use std::collections::HashSet;

use super::many::{CHUNK, placeholders};
use super::{Connection, StoreError, many};
use crate::search_key;
use config::id::{DepartmentId, GroupId, MemberId};

use config::{PrincipalKind, Timestamp};

/// What may be changed about a person, with the keys by which they are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    pub kind: PrincipalKind,
    pub username: String,
    pub username_key: String,
    pub display_name: String,
    pub email: Option<String>,
    pub email_key: Option<String>,
    pub mobile: Option<String>,
    pub employee_number: Option<String>,
}

impl Fields {
    /// The text in which the person is looked for.
    pub(super) fn search(&self) -> String {
        search_key::of_person(
            &self.username,
            &self.display_name,
            self.email.as_deref(),
            self.mobile.as_deref(),
            self.employee_number.as_deref(),
        )
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    pub id: MemberId,
    pub kind: PrincipalKind,
    pub status: String,
    pub username: String,
    pub username_key: String,
    pub display_name: String,
    pub email: Option<String>,
    pub email_verified_at: Option<Timestamp>,
    pub mobile: Option<String>,
    pub employee_number: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
    /// The directory that the person comes from; `None` for those made here.
    pub source: Option<String>,
    /// By what people are put in order of their names.
    pub name_order: String,
}

pub(super) type Row = (
    String,
    String,
    String,
    String,
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    i64,
    i64,
    i64,
    Option<String>,
    String,
);

pub(super) const COLUMNS: &str = "m.id, m.kind, m.status, m.username, m.username_key, m.display_name, m.email, \
     m.email_verified_at, m.mobile, m.employee_number, m.created_at, m.updated_at, m.version, \
     m.source, m.name_order";

impl From<Row> for MemberRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.0.into(),
            kind: if row.1 == "guest" {
                PrincipalKind::Guest
            } else {
                PrincipalKind::Member
            },
            status: row.2,
            username: row.3,
            username_key: row.4,
            display_name: row.5,
            email: row.6,
            email_verified_at: row.7.map(Timestamp),
            mobile: row.8,
            employee_number: row.9,
            created_at: Timestamp(row.10),
            updated_at: Timestamp(row.11),
            version: row.12,
            source: row.13,
            name_order: row.14,
        }
    }
}

/// What the store calls it.
#[must_use]
pub fn kind_name(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Member => "member",
        PrincipalKind::Guest => "guest",
    }
}

pub async fn insert(
    connection: &mut Connection,
    id: &MemberId,
    fields: &Fields,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO members (id, kind, status, username, username_key, display_name, email, \
         email_key, mobile, employee_number, created_at, updated_at, search, name_order, version) \
         VALUES ($1, $2, 'active', $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, 1)",
    )
    .bind(id.as_str())
    .bind(kind_name(fields.kind))
    .bind(fields.username.as_str())
    .bind(fields.username_key.as_str())
    .bind(fields.display_name.as_str())
    .bind(fields.email.as_deref())
    .bind(fields.email_key.as_deref())
    .bind(fields.mobile.as_deref())
    .bind(fields.employee_number.as_deref())
    .bind(now.as_millis())
    .bind(fields.search())
    .bind(search_key::order(&fields.display_name))
    .execute(connection)
    .await?;
    Ok(())
}

/// Changes the person if they are still at `version`. An address that changes is no longer verified.
pub async fn update(
    connection: &mut Connection,
    id: &MemberId,
    version: i64,
    fields: &Fields,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE members SET username = $3, username_key = $4, display_name = $5, email = $6, \
         email_verified_at = CASE WHEN email_key = $7 THEN email_verified_at ELSE NULL END, \
         email_key = $7, mobile = $8, employee_number = $9, updated_at = $10, kind = $11, \
         search = $12, name_order = $13, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(id.as_str())
    .bind(version)
    .bind(fields.username.as_str())
    .bind(fields.username_key.as_str())
    .bind(fields.display_name.as_str())
    .bind(fields.email.as_deref())
    .bind(fields.email_key.as_deref())
    .bind(fields.mobile.as_deref())
    .bind(fields.employee_number.as_deref())
    .bind(now.as_millis())
    .bind(kind_name(fields.kind))
    .bind(fields.search())
    .bind(search_key::order(&fields.display_name))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn set_status(
    connection: &mut Connection,
    id: &MemberId,
    status: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE members SET status = $2, updated_at = $3, version = version + 1 WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(status)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets nobody else in who would take a step for this person, or away from them, until the
/// transaction ends: each step sees the one before it whole.
///
/// Held before anything else of the person's, so that two steps never wait for each other.
pub async fn hold(connection: &mut Connection, id: &MemberId) -> Result<(), StoreError> {
    sqlx::query("UPDATE members SET version = version WHERE id = $1")
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes since when somebody vouches for the mail address of the person; `None`: nobody does.
pub async fn set_email_verified(
    connection: &mut Connection,
    id: &MemberId,
    since: Option<Timestamp>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE members SET email_verified_at = $2 WHERE id = $1 AND email IS NOT NULL")
        .bind(id.as_str())
        .bind(since.map(Timestamp::as_millis))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that something that hangs on the person has changed.
pub async fn touch(
    connection: &mut Connection,
    id: &MemberId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE members SET updated_at = $2, version = version + 1 WHERE id = $1")
        .bind(id.as_str())
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// The same for many at once.
pub async fn touch_each(
    connection: &mut Connection,
    ids: &[MemberId],
    now: Timestamp,
) -> Result<(), StoreError> {
    for ids in ids.chunks(CHUNK) {
        let sql = format!(
            "UPDATE members SET updated_at = $1, version = version + 1 WHERE id IN ({})",
            placeholders(2, ids.len())
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_millis());
        let query = ids.iter().fold(query, |query, id| query.bind(id.as_str()));
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

pub async fn remove(connection: &mut Connection, id: &MemberId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM members WHERE id = $1")
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    connection: &mut Connection,
    id: &MemberId,
) -> Result<Option<MemberRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM members m WHERE m.id = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(MemberRow::from))
}

pub async fn is_guest(connection: &mut Connection, id: &MemberId) -> Result<bool, StoreError> {
    let row: Option<(String,)> = sqlx::query_as("SELECT kind FROM members WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some_and(|(kind,)| kind == kind_name(PrincipalKind::Guest)))
}

/// Which of them are guests.
pub async fn guests_among(
    connection: &mut Connection,
    ids: &[&MemberId],
) -> Result<HashSet<MemberId>, StoreError> {
    let ids: Vec<_> = ids.iter().map(|id| id.as_str()).collect();
    let guest = kind_name(PrincipalKind::Guest);
    let sql = |names: &str| format!("SELECT id FROM members WHERE kind = $1 AND id IN ({names})");
    let found: Vec<(String,)> = many::found(connection, &[guest], &ids, sql).await?;
    Ok(found.into_iter().map(|(id,)| id.into()).collect())
}

/// By the key of a username or a mail address.
pub async fn find_by_key(
    connection: &mut Connection,
    key: &str,
) -> Result<Option<MemberRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM members m WHERE m.username_key = $1 OR m.email_key = $1 \
         ORDER BY CASE WHEN m.username_key = $1 THEN 0 ELSE 1 END LIMIT 1"
    );
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(MemberRow::from))
}

/// By the key of a username alone.
pub async fn find_by_username(
    connection: &mut Connection,
    key: &str,
) -> Result<Option<MemberRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM members m WHERE m.username_key = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(MemberRow::from))
}

/// Who has the mail address of this key, verified or not.
pub async fn holder_of(
    connection: &mut Connection,
    email_key: &str,
) -> Result<Option<MemberId>, StoreError> {
    let row: Option<(String,)> = sqlx::query_as("SELECT id FROM members WHERE email_key = $1")
        .bind(email_key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|(id,)| id.into()))
}

/// # Errors
/// [`StoreError::Reference`] if there is no such department.
pub async fn set_departments(
    connection: &mut Connection,
    id: &MemberId,
    departments: &[DepartmentId],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM department_members WHERE member_id = $1")
        .bind(id.as_str())
        .execute(&mut *connection)
        .await?;
    for (position, department) in (0_i64..).zip(departments) {
        sqlx::query(
            "INSERT INTO department_members (department_id, member_id, position) VALUES ($1, $2, $3)",
        )
        .bind(department.as_str())
        .bind(id.as_str())
        .bind(position)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Puts the person into exactly these groups; those that have a rule, are for guests or come from a directory
/// stay as they are.
///
/// # Errors
/// [`StoreError::Reference`] if there is no such group.
pub async fn set_groups(
    connection: &mut Connection,
    id: &MemberId,
    groups: &[GroupId],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM group_members WHERE member_id = $1 \
         AND group_id IN (SELECT id FROM groups WHERE rule IS NULL AND for_guests_since IS NULL) \
         AND group_id NOT IN (SELECT group_id FROM directory_groups)",
    )
    .bind(id.as_str())
    .execute(&mut *connection)
    .await?;
    for group in groups {
        super::groups::add_member(connection, group, id, now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod testing;
#[cfg(test)]
pub use testing::{set_employee_number, set_reach, set_username};
