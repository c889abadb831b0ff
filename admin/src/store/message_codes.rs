//! Codes that were sent as a second factor, or in the place of the password, each good in the one sign-in that
//! asked for it.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};

/// A code that may still be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentCode {
    pub channel: String,
    /// Sealed.
    pub code: Vec<u8>,
}

/// Puts a new code in the place of the one that was sent for `whose` before.
pub async fn replace(
    connection: &mut Connection,
    whose: &str,
    member: &MemberId,
    sent: &SentCode,
    now: Timestamp,
    expires: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO message_codes (whose, member_id, channel, code, guesses, sent_at, expires_at) \
         VALUES ($1, $2, $3, $4, 0, $5, $6) \
         ON CONFLICT (whose) DO UPDATE SET member_id = $2, channel = $3, code = $4, guesses = 0, \
         sent_at = $5, expires_at = $6",
    )
    .bind(whose)
    .bind(member.as_str())
    .bind(sent.channel.as_str())
    .bind(sent.code.as_slice())
    .bind(now.as_millis())
    .bind(expires.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// By which channel the code went that is good for `whose`, if there is one.
pub async fn channel(
    connection: &mut Connection,
    whose: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT channel FROM message_codes WHERE whose = $1 AND expires_at > $2")
            .bind(whose)
            .bind(now.as_millis())
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(channel,)| channel))
}

/// To whom the code that is good for `whose` went, and by which channel.
pub async fn addressee(
    connection: &mut Connection,
    whose: &str,
    now: Timestamp,
) -> Result<Option<(MemberId, String)>, StoreError> {
    let row: Option<(String, String)> = sqlx::query_as(
        "SELECT member_id, channel FROM message_codes WHERE whose = $1 AND expires_at > $2",
    )
    .bind(whose)
    .bind(now.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(member, channel)| (member.into(), channel)))
}

/// Whether any was sent to the person since then.
pub async fn was_sent_since(
    connection: &mut Connection,
    member: &MemberId,
    then: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT sent_at FROM message_codes WHERE member_id = $1 AND sent_at > $2 LIMIT 1",
    )
    .bind(member.as_str())
    .bind(then.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Counts a guess and gives what it must equal; `None` if there is no good code, or so many guesses were
/// made at it.
pub async fn guess(
    connection: &mut Connection,
    whose: &str,
    most: i64,
    now: Timestamp,
) -> Result<Option<SentCode>, StoreError> {
    let row: Option<(String, Vec<u8>)> = sqlx::query_as(
        "UPDATE message_codes SET guesses = guesses + 1 \
         WHERE whose = $1 AND guesses < $2 AND expires_at > $3 RETURNING channel, code",
    )
    .bind(whose)
    .bind(most)
    .bind(now.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(channel, code)| SentCode { channel, code }))
}

/// It is used up. It goes on counting as sent, so that no new one follows at once.
pub async fn use_up(
    connection: &mut Connection,
    whose: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE message_codes SET expires_at = $2 WHERE whose = $1")
        .bind(whose)
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes back every code that was sent to the person.
pub async fn forget_member(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM message_codes WHERE member_id = $1")
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::session_facts::tests::alice;
    use crate::store::testing::on_both_engines;

    #[tokio::test]
    async fn attack_23_a_code_takes_so_many_guesses_and_a_new_one_as_many_again() {
        on_both_engines(async |store| {
            alice(&store).await;
            let (member, now) = (MemberId::from("m1"), Timestamp(1));
            let sent = SentCode {
                channel: "sms".to_owned(),
                code: vec![7],
            };
            let mut tx = store.begin().await.unwrap();
            for _ in 0..2 {
                replace(&mut tx, "flow:1", &member, &sent, now, Timestamp(9))
                    .await
                    .unwrap();
                let mut taken = Vec::new();
                for _ in 0..4 {
                    taken.push(guess(&mut tx, "flow:1", 3, now).await.unwrap());
                }
                let sent = Some(sent.clone());
                assert_eq!(taken, [sent.clone(), sent.clone(), sent, None]);
            }
            assert_eq!(guess(&mut tx, "flow:2", 3, now).await.unwrap(), None);
            forget_member(&mut tx, &member).await.unwrap();
            assert_eq!(channel(&mut tx, "flow:1", now).await.unwrap(), None);
        })
        .await;
    }
}
