//! What tests write of people without the rules of the domain.

use config::Timestamp;
use config::id::MemberId;

use super::super::{Connection, StoreError};

/// Where codes reach the person.
pub async fn set_reach(
    connection: &mut Connection,
    member: &MemberId,
    email: Option<&str>,
    mobile: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE members SET email = $2, email_key = $2, email_verified_at = $3, mobile = $4 \
         WHERE id = $1",
    )
    .bind(member.as_str())
    .bind(email)
    .bind(email.map(|_| now.as_millis()))
    .bind(mobile)
    .execute(connection)
    .await?;
    Ok(())
}

/// The number of a person, as it stands in no list of ours.
pub async fn set_employee_number(
    connection: &mut Connection,
    member: &MemberId,
    number: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE members SET employee_number = $2 WHERE id = $1")
        .bind(member.as_str())
        .bind(number)
        .execute(connection)
        .await?;
    Ok(())
}

/// Another name by which the person signs in.
pub async fn set_username(
    connection: &mut Connection,
    member: &MemberId,
    username: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE members SET username = $2, username_key = $2 WHERE id = $1")
        .bind(member.as_str())
        .bind(username)
        .execute(connection)
        .await?;
    Ok(())
}
