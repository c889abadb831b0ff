//! In which language a person is told something.

use config::Language;
use config::id::MemberId;

use super::{Connection, StoreError};

/// Notes the language in which the person uses our pages; `is_trusted`: from a browser that is theirs, so
/// that it takes the place of an earlier one.
pub async fn remember(
    connection: &mut Connection,
    member: &MemberId,
    language: Language,
    is_trusted: bool,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE members SET language = $2 \
         WHERE id = $1 AND (language IS NULL OR ($3 = 1 AND language <> $2))",
    )
    .bind(member.as_str())
    .bind(language.tag())
    .bind(i64::from(is_trusted))
    .execute(connection)
    .await?;
    Ok(())
}

/// The person's, if it is known.
pub async fn of(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Option<Language>, StoreError> {
    let row: Option<(Option<String>,)> =
        sqlx::query_as("SELECT language FROM members WHERE id = $1")
            .bind(member.as_str())
            .fetch_optional(connection)
            .await?;
    let tag = row.and_then(|(tag,)| tag);
    Ok(tag.as_deref().and_then(Language::from_tag))
}
