//! Many people at once, for runs that bring them in step with a directory.

use std::collections::HashMap;

use config::Timestamp;
use config::id::{DepartmentId, MemberId};

use super::many::{found, placeholders};
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
    let rows: Vec<(String, String)> = found(connection, &[], values, |names| {
        format!("SELECT {column}, id FROM members WHERE {condition} AND {column} IN ({names})")
    })
    .await?;
    Ok(rows
        .into_iter()
        .map(|(value, id)| (value, id.into()))
        .collect())
}

/// Who has these mail addresses, verified or not, by their keys.
pub async fn holders_of_mail(
    connection: &mut Connection,
    keys: &[&str],
) -> Result<HashMap<String, MemberId>, StoreError> {
    let rows: Vec<(String, String)> = found(connection, &[], keys, |names| {
        format!("SELECT email_key, id FROM members WHERE email_key IN ({names})")
    })
    .await?;
    Ok(rows.into_iter().map(|(key, id)| (key, id.into())).collect())
}

fn names_of(ids: &[MemberId]) -> Vec<&str> {
    ids.iter().map(MemberId::as_str).collect()
}

/// These people; those who are gone are missing.
pub async fn rows(
    connection: &mut Connection,
    ids: &[MemberId],
) -> Result<Vec<MemberRow>, StoreError> {
    let rows: Vec<Row> = found(connection, &[], &names_of(ids), |names| {
        format!("SELECT {COLUMNS} FROM members m WHERE m.id IN ({names})")
    })
    .await?;
    Ok(rows.into_iter().map(MemberRow::from).collect())
}

/// In which departments these people are, the main one first.
pub async fn departments(
    connection: &mut Connection,
    ids: &[MemberId],
) -> Result<HashMap<MemberId, Vec<DepartmentId>>, StoreError> {
    let rows: Vec<(String, String)> = found(connection, &[], &names_of(ids), |names| {
        format!(
            "SELECT member_id, department_id FROM department_members WHERE member_id IN ({names}) \
             ORDER BY member_id, position, department_id"
        )
    })
    .await?;
    let mut of_each: HashMap<MemberId, Vec<DepartmentId>> = HashMap::new();
    for (member, department) in rows {
        let theirs = of_each.entry(member.into()).or_default();
        theirs.push(department.into());
    }
    Ok(of_each)
}

/// Of these people, those who hold a role.
pub async fn holding_roles(
    connection: &mut Connection,
    ids: &[MemberId],
) -> Result<Vec<MemberId>, StoreError> {
    let rows: Vec<(String,)> = found(connection, &[], &names_of(ids), |names| {
        format!("SELECT DISTINCT member_id FROM member_roles WHERE member_id IN ({names})")
    })
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
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
/// Has these people come from the directory of this name, unless they come from another.
pub async fn claim(
    connection: &mut Connection,
    ids: &[MemberId],
    source: &str,
) -> Result<(), StoreError> {
    for ids in ids.chunks(super::many::CHUNK) {
        let sql = format!(
            "UPDATE members SET source = $1 WHERE source IS NULL AND id IN ({})",
            placeholders(2, ids.len())
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(source);
        let query = ids.iter().fold(query, |query, id| query.bind(id.as_str()));
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

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
