//! Passkeys: the public key of each, and how often it has signed.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};

/// A passkey as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    pub id: String,
    pub member: MemberId,
    /// As the authenticator names it, in base64url.
    pub credential_id: String,
    /// As its owner knows it.
    pub name: String,
    /// The public key with what was found when it was registered, as JSON.
    pub credential: String,
    pub sign_count: i64,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

type Row = (
    String,
    String,
    String,
    String,
    String,
    i64,
    i64,
    Option<i64>,
);

const SELECT: &str = "SELECT id, member_id, credential_id, name, credential, sign_count, created_at, \
     last_used_at FROM passkeys";

impl From<Row> for Passkey {
    fn from(row: Row) -> Self {
        let (id, member, credential_id, name, credential, sign_count, created, used) = row;
        Self {
            id,
            member: member.into(),
            credential_id,
            name,
            credential,
            sign_count,
            created_at: Timestamp(created),
            last_used_at: used.map(Timestamp),
        }
    }
}

/// All of a person's, the oldest first.
pub async fn of(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Vec<Passkey>, StoreError> {
    let sql = format!("{SELECT} WHERE member_id = $1 ORDER BY created_at, id");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(member.as_str())
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(Passkey::from).collect())
}

/// The one that an authenticator names so, whosever it is.
pub async fn find(
    connection: &mut Connection,
    credential_id: &str,
) -> Result<Option<Passkey>, StoreError> {
    let sql = format!("{SELECT} WHERE credential_id = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(credential_id)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(Passkey::from))
}

/// `false` if there is one that is named so already.
pub async fn insert(connection: &mut Connection, passkey: &Passkey) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO passkeys (id, member_id, credential_id, name, credential, sign_count, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential_id) DO NOTHING",
    )
    .bind(&passkey.id)
    .bind(passkey.member.as_str())
    .bind(&passkey.credential_id)
    .bind(&passkey.name)
    .bind(&passkey.credential)
    .bind(passkey.sign_count)
    .bind(passkey.created_at.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that the key has signed for the `sign_count`th time. `false` if it has signed as often before, as
/// only a copy of it would have: a key that does not count is always at 0.
pub async fn note_use(
    connection: &mut Connection,
    id: &str,
    credential: &str,
    sign_count: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE passkeys SET credential = $2, sign_count = $3, last_used_at = $4 \
         WHERE id = $1 AND (sign_count < $3 OR (sign_count = 0 AND $3 = 0))",
    )
    .bind(id)
    .bind(credential)
    .bind(sign_count)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives one of the person's another name. `false` if there is no such one.
pub async fn rename(
    connection: &mut Connection,
    member: &MemberId,
    id: &str,
    name: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE passkeys SET name = $3 WHERE member_id = $1 AND id = $2")
        .bind(member.as_str())
        .bind(id)
        .bind(name)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes one of the person's away. `false` if there is no such one.
pub async fn remove(
    connection: &mut Connection,
    member: &MemberId,
    id: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM passkeys WHERE member_id = $1 AND id = $2")
        .bind(member.as_str())
        .bind(id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes all of the person's away.
pub async fn remove_all(connection: &mut Connection, member: &MemberId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM passkeys WHERE member_id = $1")
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

    const NOW: Timestamp = Timestamp(1000);

    fn passkey(id: &str, credential_id: &str) -> Passkey {
        Passkey {
            id: id.to_owned(),
            member: "m1".into(),
            credential_id: credential_id.to_owned(),
            name: "Key".to_owned(),
            credential: "{}".to_owned(),
            sign_count: 0,
            created_at: NOW,
            last_used_at: None,
        }
    }

    #[tokio::test]
    async fn a_count_that_stands_still_or_goes_back_is_noticed_unless_the_key_does_not_count() {
        on_both_engines(async |store| {
            alice(&store).await;
            let mut tx = store.begin().await.unwrap();
            assert!(insert(&mut tx, &passkey("p1", "c1")).await.unwrap());
            for (count, is_good) in [
                (0, true),
                (0, true),
                (5, true),
                (5, false),
                (4, false),
                (0, false),
            ] {
                let noted = note_use(&mut tx, "p1", "{}", count, NOW).await.unwrap();
                assert_eq!(noted, is_good, "{count}");
            }
        })
        .await;
    }

    #[tokio::test]
    async fn attack_23_a_key_belongs_to_one_person() {
        on_both_engines(async |store| {
            alice(&store).await;
            let (alice, other) = (MemberId::from("m1"), MemberId::from("m2"));
            let mut tx = store.begin().await.unwrap();
            assert!(insert(&mut tx, &passkey("p1", "c1")).await.unwrap());
            assert!(!insert(&mut tx, &passkey("p2", "c1")).await.unwrap());
            assert!(!rename(&mut tx, &other, "p1", "Mine").await.unwrap());
            assert!(!remove(&mut tx, &other, "p1").await.unwrap());
            assert!(rename(&mut tx, &alice, "p1", "Mine").await.unwrap());
            assert_eq!(of(&mut tx, &alice).await.unwrap()[0].name, "Mine");
            assert!(remove(&mut tx, &alice, "p1").await.unwrap());
            assert!(find(&mut tx, "c1").await.unwrap().is_none());
        })
        .await;
    }
}
