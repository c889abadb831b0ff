//! By which session of a directory a sign-in came about.

use config::Timestamp;
use config::id::{DirectoryId, MemberId, SignInId};

use super::{Connection, StoreError, directory_renewals};
use crate::directories::sign_in::CameBy;

/// Neither is longer, in bytes: an index holds them.
pub const LONGEST: usize = 1000;

/// Keeps it, where the directory has a name for it.
pub async fn insert(
    connection: &mut Connection,
    sign_in: &SignInId,
    came_by: &CameBy,
) -> Result<(), StoreError> {
    let fits = |text: &Option<String>| {
        let text = text.clone().unwrap_or_default();
        Some(text)
            .filter(|text| text.len() <= LONGEST)
            .unwrap_or_default()
    };
    let (session, subject) = (fits(&came_by.session), fits(&came_by.subject));
    if session.is_empty() && subject.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO directory_sessions (sign_in_id, directory_id, session, subject, repeated) \
         SELECT $1, id, $3, $4, $5 FROM directories WHERE id = $2",
    )
    .bind(sign_in.as_str())
    .bind(came_by.directory.as_str())
    .bind(session)
    .bind(subject)
    .bind(came_by.repeated.as_deref())
    .execute(&mut *connection)
    .await?;
    if let Some(renewal) = &came_by.renewal {
        directory_renewals::keep(connection, (sign_in, &came_by.directory), renewal).await?;
    }
    Ok(())
}

/// Keeps by which session somebody has come anew to the directory by which they had come.
pub async fn renew(
    connection: &mut Connection,
    sign_in: &SignInId,
    came_by: &CameBy,
) -> Result<(), StoreError> {
    let former = of_sign_in(connection, sign_in).await?;
    if former.is_none_or(|former| former.directory != came_by.directory) {
        return Ok(());
    }
    sqlx::query("DELETE FROM directory_sessions WHERE sign_in_id = $1")
        .bind(sign_in.as_str())
        .execute(&mut *connection)
        .await?;
    insert(connection, sign_in, came_by).await
}

/// Forgets what is repeated to a directory, now that it is somebody else.
pub async fn forget_repeated(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE directory_sessions SET repeated = NULL WHERE directory_id = $1")
        .bind(directory.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// A sign-in that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    pub sign_in: SignInId,
    pub member: MemberId,
    pub username: String,
}

/// Which are open of those that the directory names: by the session, by the person, or by both.
pub async fn open_of(
    connection: &mut Connection,
    came_by: &CameBy,
    now: Timestamp,
) -> Result<Vec<Open>, StoreError> {
    let (session, subject) = (came_by.session.as_deref(), came_by.subject.as_deref());
    if session.is_none() && subject.is_none() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT s.id, m.id, m.username FROM directory_sessions d JOIN sign_ins s ON s.id = d.sign_in_id \
         JOIN members m ON m.id = s.member_id \
         WHERE d.directory_id = $1 AND ($2 IS NULL OR d.session = $2) \
         AND ($3 IS NULL OR d.subject = $3) AND s.ended_at IS NULL AND s.expires_at > $4 ORDER BY s.id",
    )
    .bind(came_by.directory.as_str())
    .bind(session)
    .bind(subject)
    .bind(now.as_millis())
    .fetch_all(connection)
    .await?;
    let open = |(sign_in, member, username): (String, String, String)| Open {
        sign_in: sign_in.into(),
        member: member.into(),
        username,
    };
    Ok(rows.into_iter().map(open).collect())
}

/// By which session of which directory the sign-in came about.
pub async fn of_sign_in(
    connection: &mut Connection,
    sign_in: &SignInId,
) -> Result<Option<CameBy>, StoreError> {
    let row: Option<(String, String, String, Option<String>)> = sqlx::query_as(
        "SELECT directory_id, session, subject, repeated FROM directory_sessions WHERE sign_in_id = $1",
    )
    .bind(sign_in.as_str())
    .fetch_optional(connection)
    .await?;
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(row.map(|(directory, session, subject, repeated)| CameBy {
        directory: DirectoryId::from(directory),
        session: said(session),
        subject: said(subject),
        repeated,
        renewal: None,
    }))
}
