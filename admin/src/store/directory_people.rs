//! Which entry of a directory is which person here.

use config::Timestamp;
use config::id::{DirectoryId, MemberId};

use super::many::found;
use super::{Connection, StoreError};

/// The first half of a SHA-256.
pub type Facts = [u8; 16];

/// What is needed of every link to tell whether anything has to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub key: String,
    /// `None`: the person is to be looked at again, whatever the directory says.
    pub facts: Option<Facts>,
    /// Whether the directory named them no more when it was last asked.
    pub was_gone: bool,
    pub member: MemberId,
    /// Whether they can sign in.
    pub is_active: bool,
}

/// The links behind `after` in the order of their keys; those of people who were changed here since are to
/// be looked at again.
pub async fn page(
    connection: &mut Connection,
    directory: &DirectoryId,
    after: &str,
    limit: i64,
) -> Result<Vec<Known>, StoreError> {
    let rows: Vec<PageRow> = sqlx::query_as(
        "SELECT p.their_key, p.facts, p.member_version, p.gone_at, p.member_id, m.version, m.status \
         FROM directory_people p JOIN members m ON m.id = p.member_id \
         WHERE p.directory_id = $1 AND p.their_key > $2 ORDER BY p.their_key LIMIT $3",
    )
    .bind(directory.as_str())
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(row).collect())
}

/// The links by these keys, as [`page`] gives them.
pub async fn known(
    connection: &mut Connection,
    directory: &DirectoryId,
    keys: &[String],
) -> Result<Vec<Known>, StoreError> {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let bound = [directory.as_str()];
    let rows = found::<PageRow>(connection, &bound, &keys, |keys| {
        format!(
            "SELECT p.their_key, p.facts, p.member_version, p.gone_at, p.member_id, m.version, m.status \
             FROM directory_people p JOIN members m ON m.id = p.member_id \
             WHERE p.directory_id = $1 AND p.their_key IN ({keys})"
        )
    });
    Ok(rows.await?.into_iter().map(row).collect())
}

/// How many who come from a directory can sign in.
pub async fn count_active(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<i64, StoreError> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT count(*) FROM directory_people p JOIN members m ON m.id = p.member_id \
         WHERE p.directory_id = $1 AND m.status = 'active'",
    )
    .bind(directory.as_str())
    .fetch_one(connection)
    .await?;
    Ok(count)
}

type PageRow = (
    String,
    Option<Vec<u8>>,
    Option<i64>,
    Option<i64>,
    String,
    i64,
    String,
);

fn row((key, facts, settled, gone, member, version, status): PageRow) -> Known {
    Known {
        key,
        facts: facts
            .filter(|_| settled == Some(version))
            .and_then(|facts| facts.try_into().ok()),
        was_gone: gone.is_some(),
        member: member.into(),
        is_active: status == "active",
    }
}

/// Whom a directory names by these keys: the key, the person, and whether they are shut out.
pub async fn of_keys(
    connection: &mut Connection,
    directory: &DirectoryId,
    keys: &[&str],
) -> Result<Vec<(String, MemberId, bool)>, StoreError> {
    let bound = [directory.as_str()];
    let rows: Vec<(String, String, Option<i64>)> = found(connection, &bound, keys, |names| {
        format!(
            "SELECT their_key, member_id, shut_at FROM directory_people \
             WHERE directory_id = $1 AND their_key IN ({names})"
        )
    })
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(key, member, shut)| (key, member.into(), shut.is_some()))
        .collect())
}

/// Of these people, those who come from another directory that is used for the organisation, with its name: the
/// one that is said to be their source.
pub async fn from_elsewhere(
    connection: &mut Connection,
    directory: &DirectoryId,
    members: &[MemberId],
) -> Result<Vec<(MemberId, String)>, StoreError> {
    let members: Vec<&str> = members.iter().map(MemberId::as_str).collect();
    let bound = [directory.as_str()];
    let rows: Vec<(String, String)> = found(connection, &bound, &members, |names| {
        format!(
            "SELECT p.member_id, d.name FROM directory_people p JOIN directories d \
             ON d.id = p.directory_id JOIN members m ON m.id = p.member_id \
             WHERE d.id <> $1 AND d.used_for <> 'sign_in' AND m.source = d.name \
             AND p.member_id IN ({names})"
        )
    })
    .await?;
    Ok(rows
        .into_iter()
        .map(|(member, name)| (member.into(), name))
        .collect())
}

/// Of these people, those who are linked to the directory under whatever key.
pub async fn linked(
    connection: &mut Connection,
    directory: &DirectoryId,
    members: &[MemberId],
) -> Result<Vec<MemberId>, StoreError> {
    let members: Vec<&str> = members.iter().map(MemberId::as_str).collect();
    let bound = [directory.as_str()];
    let rows: Vec<(String,)> = found(connection, &bound, &members, |names| {
        format!(
            "SELECT member_id FROM directory_people WHERE directory_id = $1 AND member_id IN ({names})"
        )
    })
    .await?;
    Ok(rows.into_iter().map(|(member,)| member.into()).collect())
}

/// Whoever comes from the directory and holds a role.
pub async fn holders_of_roles(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<Vec<MemberId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT p.member_id FROM directory_people p \
         JOIN member_roles r ON r.member_id = p.member_id WHERE p.directory_id = $1",
    )
    .bind(directory.as_str())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// A link as it is to be.
#[derive(Clone, Debug)]
pub struct Link<'a> {
    pub key: &'a str,
    pub member: &'a MemberId,
    /// All zero, as no hash is: the person is looked at again.
    pub facts: Facts,
    pub is_shut: bool,
}

/// So many columns of each row are bound.
const BOUND: usize = 5;
/// More rows by a statement gain nothing.
const AT_ONCE: usize = 32;

/// Notes what was taken over, with the version that each person has by now.
///
/// # Errors
/// [`StoreError::Conflict`] if one of the people is linked to the directory under another key.
pub async fn settle(
    connection: &mut Connection,
    directory: &DirectoryId,
    links: &[Link<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    for links in links.chunks(AT_ONCE) {
        let values: Vec<String> = (0..links.len())
            .map(|at| {
                let first = 3 + at * BOUND;
                format!(
                    "($1, ${first}, ${}, ${}, (SELECT version FROM members WHERE id = ${}), \
                     CAST(${} AS BIGINT), CAST($2 AS BIGINT))",
                    first + 1,
                    first + 2,
                    first + 3,
                    first + 4
                )
            })
            .collect();
        let sql = format!(
            "INSERT INTO directory_people (directory_id, their_key, member_id, facts, member_version, \
             shut_at, linked_at) VALUES {} ON CONFLICT (directory_id, their_key) DO UPDATE SET \
             member_id = excluded.member_id, facts = excluded.facts, \
             member_version = excluded.member_version, gone_at = NULL, shut_at = CASE WHEN excluded.shut_at IS NULL \
             THEN NULL ELSE COALESCE(directory_people.shut_at, excluded.shut_at) END",
            values.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(directory.as_str())
            .bind(now.as_millis());
        for link in links {
            query = query
                .bind(link.key)
                .bind(link.member.as_str())
                .bind(link.facts.as_slice())
                .bind(link.member.as_str())
                .bind(link.is_shut.then_some(now.as_millis()));
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Notes that the directory names the person no more, and whether they are shut out for that.
pub async fn set_gone(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
    is_shut: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE directory_people SET gone_at = $3, shut_at = COALESCE($4, shut_at), facts = NULL \
         WHERE directory_id = $1 AND their_key = $2",
    )
    .bind(directory.as_str())
    .bind(key)
    .bind(now.as_millis())
    .bind(is_shut.then_some(now.as_millis()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Has the person looked at again, who is in the directory and not shut out by it.
pub async fn set_back(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE directory_people SET gone_at = NULL, shut_at = NULL, facts = NULL \
         WHERE directory_id = $1 AND their_key = $2",
    )
    .bind(directory.as_str())
    .bind(key)
    .execute(connection)
    .await?;
    Ok(())
}

/// No directory has shut the person out: somebody has decided it by hand.
pub async fn forget_shut(connection: &mut Connection, member: &MemberId) -> Result<(), StoreError> {
    sqlx::query("UPDATE directory_people SET shut_at = NULL WHERE member_id = $1")
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets who an entry is. Whether that was known.
pub async fn unlink(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("DELETE FROM directory_people WHERE directory_id = $1 AND their_key = $2")
            .bind(directory.as_str())
            .bind(key)
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets the entry under which the directory names a person no more; whether they are shut out for that.
pub async fn unlink_gone(
    connection: &mut Connection,
    directory: &DirectoryId,
    member: &MemberId,
) -> Result<bool, StoreError> {
    let shut: Option<(Option<i64>,)> = sqlx::query_as(
        "DELETE FROM directory_people WHERE directory_id = $1 AND member_id = $2 \
         AND gone_at IS NOT NULL RETURNING shut_at",
    )
    .bind(directory.as_str())
    .bind(member.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(shut.is_some_and(|(shut,)| shut.is_some()))
}

/// Has everybody looked at again: what the directory says is taken over by other rules from now on.
pub async fn forget_facts(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE directory_people SET facts = NULL WHERE directory_id = $1")
        .bind(directory.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Has every directory look at the person again: another one says who they are from now on.
pub async fn forget_facts_of(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE directory_people SET facts = NULL WHERE member_id = $1")
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Members who can sign in, hold no role, and are linked to no directory: behind `after`, by id.
pub async fn unlinked(
    connection: &mut Connection,
    after: &str,
    limit: i64,
) -> Result<Vec<(MemberId, String)>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT m.id, m.username FROM members m WHERE m.kind = 'member' AND m.status = 'active' \
         AND m.id > $1 AND NOT EXISTS (SELECT 1 FROM member_roles r WHERE r.member_id = m.id) \
         AND NOT EXISTS (SELECT 1 FROM directory_people p JOIN directories d ON d.id = p.directory_id \
         WHERE p.member_id = m.id AND d.used_for <> 'sign_in') ORDER BY m.id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (id.into(), name))
        .collect())
}

/// The name of the directory that says who the person is.
pub async fn organisation_of(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT d.name FROM directory_people p JOIN directories d ON d.id = p.directory_id \
         JOIN members m ON m.id = p.member_id WHERE p.member_id = $1 AND d.used_for <> 'sign_in' \
         ORDER BY CASE WHEN m.source = d.name THEN 0 ELSE 1 END, p.linked_at LIMIT 1",
    )
    .bind(member.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(name,)| name))
}
