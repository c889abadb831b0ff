//! Many people at once, for runs that bring them in step with a directory.

use std::collections::HashMap;

use config::Timestamp;
use config::id::{DepartmentId, MemberId};

use super::many::{CHUNK, placeholders};
use super::members::{COLUMNS, Fields, MemberRow, Row, kind_name};
use super::{Connection, StoreError};
use crate::search_key;

/// By what an entry of a directory is taken for somebody who is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    Username,
    EmployeeNumber,
    VerifiedEmail,
}

impl Match {
    /// The column that is compared, and what else must be so.
    fn column(self) -> (&'static str, &'static str) {
        match self {
            Self::Username => ("username_key", "1 = 1"),
            Self::EmployeeNumber => ("employee_number", "1 = 1"),
            Self::VerifiedEmail => ("email_key", "email_verified_at IS NOT NULL"),
        }
    }
}

/// Who has these values: several may have one employee number.
pub async fn fitting(
    connection: &mut Connection,
    by: Match,
    values: &[&str],
) -> Result<Vec<(String, MemberId)>, StoreError> {
    let (column, condition) = by.column();
    let mut found = Vec::new();
    for values in values.chunks(CHUNK) {
        let sql = format!(
            "SELECT {column}, id FROM members WHERE {condition} AND {column} IN ({})",
            placeholders(1, values.len())
        );
        found.extend(pairs(connection, sql, values).await?);
    }
    Ok(found)
}

/// Who has these mail addresses, verified or not, by their keys.
pub async fn holders_of_mail(
    connection: &mut Connection,
    keys: &[&str],
) -> Result<HashMap<String, MemberId>, StoreError> {
    let mut found = HashMap::new();
    for keys in keys.chunks(CHUNK) {
        let sql = format!(
            "SELECT email_key, id FROM members WHERE email_key IN ({})",
            placeholders(1, keys.len())
        );
        found.extend(pairs(connection, sql, keys).await?);
    }
    Ok(found)
}

async fn pairs(
    connection: &mut Connection,
    sql: String,
    values: &[&str],
) -> Result<Vec<(String, MemberId)>, StoreError> {
    let query = sqlx::query_as::<_, (String, String)>(sqlx::AssertSqlSafe(sql));
    let query = values.iter().fold(query, |query, value| query.bind(*value));
    let rows = query.fetch_all(connection).await?.into_iter();
    Ok(rows.map(|(value, id)| (value, id.into())).collect())
}

/// These people; those who are gone are missing.
pub async fn rows(
    connection: &mut Connection,
    ids: &[MemberId],
) -> Result<Vec<MemberRow>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let sql = format!(
            "SELECT {COLUMNS} FROM members m WHERE m.id IN ({})",
            placeholders(1, ids.len())
        );
        let query = sqlx::query_as::<_, Row>(sqlx::AssertSqlSafe(sql));
        let query = ids.iter().fold(query, |query, id| query.bind(id.as_str()));
        let rows = query.fetch_all(&mut *connection).await?;
        found.extend(rows.into_iter().map(MemberRow::from));
    }
    Ok(found)
}

/// In which departments these people are, the main one first.
pub async fn departments(
    connection: &mut Connection,
    ids: &[MemberId],
) -> Result<HashMap<MemberId, Vec<DepartmentId>>, StoreError> {
    let mut found: HashMap<MemberId, Vec<DepartmentId>> = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let sql = format!(
            "SELECT member_id, department_id FROM department_members WHERE member_id IN ({}) \
             ORDER BY member_id, position, department_id",
            placeholders(1, ids.len())
        );
        let query = sqlx::query_as::<_, (String, String)>(sqlx::AssertSqlSafe(sql));
        let query = ids.iter().fold(query, |query, id| query.bind(id.as_str()));
        for (member, department) in query.fetch_all(&mut *connection).await? {
            found
                .entry(member.into())
                .or_default()
                .push(department.into());
        }
    }
    Ok(found)
}

/// Of these people, those who hold a role.
pub async fn holding_roles(
    connection: &mut Connection,
    ids: &[MemberId],
) -> Result<Vec<MemberId>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let sql = format!(
            "SELECT DISTINCT member_id FROM member_roles WHERE member_id IN ({})",
            placeholders(1, ids.len())
        );
        let query = sqlx::query_as::<_, (String,)>(sqlx::AssertSqlSafe(sql));
        let query = ids.iter().fold(query, |query, id| query.bind(id.as_str()));
        let rows = query.fetch_all(&mut *connection).await?.into_iter();
        found.extend(rows.map(|(id,)| MemberId::from(id)));
    }
    Ok(found)
}

/// Somebody new.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub id: MemberId,
    pub fields: Fields,
    pub is_email_verified: bool,
    pub departments: Vec<DepartmentId>,
}

/// So many columns of a new person are bound.
const BOUND: usize = 12;
/// More rows by a statement gain nothing.
const AT_ONCE: usize = 32;

/// Adds people who come from the directory of this name.
pub async fn insert(
    connection: &mut Connection,
    people: &[NewPerson],
    source: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    for people in people.chunks(AT_ONCE) {
        insert_rows(connection, people, source, now).await?;
    }
    let placed: Vec<(&MemberId, &DepartmentId, i64)> = people
        .iter()
        .flat_map(|one| {
            (0_i64..)
                .zip(&one.departments)
                .map(|(at, department)| (&one.id, department, at))
        })
        .collect();
    for placed in placed.chunks(AT_ONCE * 4) {
        let values: Vec<String> = (0..placed.len())
            .map(|at| format!("({})", placeholders(1 + at * 3, 3)))
            .collect();
        let sql = format!(
            "INSERT INTO department_members (department_id, member_id, position) VALUES {}",
            values.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for (member, department, at) in placed {
            query = query
                .bind(department.as_str())
                .bind(member.as_str())
                .bind(*at);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert_rows(
    connection: &mut Connection,
    people: &[NewPerson],
    source: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values: Vec<String> = (0..people.len())
        .map(|at| {
            format!(
                "('active', $1, CAST($2 AS BIGINT), CAST($2 AS BIGINT), 1, {})",
                placeholders(3 + at * BOUND, BOUND)
            )
        })
        .collect();
    let sql = format!(
        "INSERT INTO members (status, source, created_at, updated_at, version, id, kind, username, \
         username_key, display_name, email, email_key, email_verified_at, mobile, search, name_order, \
         employee_number) VALUES {}",
        values.join(", ")
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(source)
        .bind(now.as_millis());
    for one in people {
        let fields = &one.fields;
        query = query
            .bind(one.id.as_str())
            .bind(kind_name(fields.kind))
            .bind(fields.username.as_str())
            .bind(fields.username_key.as_str())
            .bind(fields.display_name.as_str())
            .bind(fields.email.as_deref())
            .bind(fields.email_key.as_deref())
            .bind(one.is_email_verified.then_some(now.as_millis()))
            .bind(fields.mobile.as_deref())
            .bind(fields.search())
            .bind(search_key::order(&fields.display_name))
            .bind(fields.employee_number.as_deref());
    }
    query.execute(connection).await?;
    Ok(())
}

/// Says where a person comes from; `None`: from here.
pub async fn set_source(
    connection: &mut Connection,
    id: &MemberId,
    source: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE members SET source = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(source)
        .execute(connection)
        .await?;
    Ok(())
}
