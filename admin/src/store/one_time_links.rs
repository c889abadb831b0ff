//! Codes that work once: the first administrator's, and those with which a person sets a password.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};
use crate::messages::Channel;
use crate::tokens::TokenHash;

/// What a code is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Making the first administrator.
    SetUp,
    /// Setting this person's password, as an administrator decided.
    Password(MemberId),
    /// The same for somebody who was here before, by a code that went this way.
    PasswordBy(MemberId, Channel),
    /// The same, as whoever knows the person's name asked, by a code that went this way.
    Reset(MemberId, Channel),
}

impl Purpose {
    fn columns(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::SetUp => ("set_up", None),
            Self::Password(member) => ("password", Some(member.as_str())),
            Self::PasswordBy(member, Channel::Mail) => ("password_by_mail", Some(member.as_str())),
            Self::PasswordBy(member, Channel::Sms) => ("password_by_sms", Some(member.as_str())),
            Self::Reset(member, Channel::Mail) => ("reset_by_mail", Some(member.as_str())),
            Self::Reset(member, Channel::Sms) => ("reset_by_sms", Some(member.as_str())),
        }
    }
}

/// Puts a new code in the place of every earlier one for the same purpose.
pub async fn replace(
    connection: &mut Connection,
    purpose: &Purpose,
    code: &TokenHash,
    now: Timestamp,
    expires: Timestamp,
) -> Result<(), StoreError> {
    let (name, member) = purpose.columns();
    forget(connection, purpose).await?;
    sqlx::query(
        "INSERT INTO one_time_links (id, purpose, member_id, token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(uuid::Uuid::now_v7().to_string())
    .bind(name)
    .bind(member)
    .bind(code.to_vec())
    .bind(now.as_millis())
    .bind(expires.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes back every code that is out for this purpose.
pub async fn forget(connection: &mut Connection, purpose: &Purpose) -> Result<(), StoreError> {
    let (name, member) = purpose.columns();
    sqlx::query(
        "DELETE FROM one_time_links WHERE purpose = $1 AND used_at IS NULL \
         AND (member_id = $2 OR (member_id IS NULL AND $3 = 0))",
    )
    .bind(name)
    .bind(member.unwrap_or_default())
    .bind(i64::from(member.is_some()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes back every code with which the person could set a password.
pub async fn forget_member(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM one_time_links WHERE member_id = $1 AND used_at IS NULL")
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Whom a code that is still good is for.
pub async fn find(
    connection: &mut Connection,
    code: &TokenHash,
    now: Timestamp,
) -> Result<Option<Purpose>, StoreError> {
    let row: Option<(String, Option<String>)> = sqlx::query_as(
        "SELECT purpose, member_id FROM one_time_links \
         WHERE token_hash = $1 AND expires_at > $2 AND used_at IS NULL",
    )
    .bind(code.to_vec())
    .bind(now.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.and_then(|(purpose, member)| read(&purpose, member)))
}

/// Uses a code up. `false` if it is no longer good: of several that try at once, one succeeds.
pub async fn use_up(
    connection: &mut Connection,
    code: &TokenHash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE one_time_links SET used_at = $2 \
         WHERE token_hash = $1 AND expires_at > $2 AND used_at IS NULL",
    )
    .bind(code.to_vec())
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn read(purpose: &str, member: Option<String>) -> Option<Purpose> {
    match (purpose, member) {
        ("set_up", None) => Some(Purpose::SetUp),
        ("password", Some(member)) => Some(Purpose::Password(member.into())),
        ("password_by_mail", Some(member)) => {
            Some(Purpose::PasswordBy(member.into(), Channel::Mail))
        }
        ("password_by_sms", Some(member)) => Some(Purpose::PasswordBy(member.into(), Channel::Sms)),
        ("reset_by_mail", Some(member)) => Some(Purpose::Reset(member.into(), Channel::Mail)),
        ("reset_by_sms", Some(member)) => Some(Purpose::Reset(member.into(), Channel::Sms)),
        _ => None,
    }
}
