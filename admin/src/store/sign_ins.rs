//! Sign-ins: who, when, how strongly, from where, until when. Sessions hang on them.

use config::Timestamp;
use config::id::{MemberId, SignInId};
use config::session::AuthenticationMethod;

use super::{Connection, StoreError};

#[derive(Clone, Debug)]
pub struct SignIn {
    pub id: SignInId,
    pub member: MemberId,
    pub started_at: Timestamp,
    pub authenticated_at: Timestamp,
    pub second_factor_at: Option<Timestamp>,
    pub methods: Vec<AuthenticationMethod>,
    pub address: String,
    pub user_agent: String,
    /// As a person reads it.
    pub device: String,
    pub expires_at: Timestamp,
    /// Milliseconds.
    pub idle_limit_ms: Option<i64>,
}

pub async fn insert(connection: &mut Connection, s: &SignIn) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sign_ins (id, member_id, started_at, authenticated_at, second_factor_at, \
         methods, address, user_agent, device, expires_at, idle_limit_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(s.id.as_str())
    .bind(s.member.as_str())
    .bind(s.started_at.as_millis())
    .bind(s.authenticated_at.as_millis())
    .bind(s.second_factor_at.map(Timestamp::as_millis))
    .bind(serde_json::to_string(&s.methods)?)
    .bind(s.address.as_str())
    .bind(s.user_agent.as_str())
    .bind(s.device.as_str())
    .bind(s.expires_at.as_millis())
    .bind(s.idle_limit_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether a sign-in is still good, its person active included.
pub async fn is_live(
    connection: &mut Connection,
    id: &SignInId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT s.id FROM sign_ins s JOIN members m ON m.id = s.member_id \
         LEFT JOIN guests g ON g.member_id = m.id AND m.kind = 'guest' \
         WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND m.status = 'active' \
         AND (g.expires_at IS NULL OR g.expires_at > $2)",
    )
    .bind(id.as_str())
    .bind(now.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Notes that the person has proven anew who they are, by the last of `methods`. Only the factor that
/// was proven moves: the other one may have been taken away meanwhile.
pub async fn strengthen(
    connection: &mut Connection,
    id: &SignInId,
    methods: &[AuthenticationMethod],
    is_second: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = if is_second {
        "UPDATE sign_ins SET methods = $2, second_factor_at = $3 WHERE id = $1 AND ended_at IS NULL"
    } else {
        "UPDATE sign_ins SET methods = $2, authenticated_at = $3 WHERE id = $1 AND ended_at IS NULL"
    };
    sqlx::query(sql)
        .bind(id.as_str())
        .bind(serde_json::to_string(methods)?)
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// What was proven by a second factor that the person no longer has counts in no sign-in any more.
pub async fn forget_second_factor(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE sign_ins SET second_factor_at = NULL \
         WHERE member_id = $1 AND second_factor_at IS NOT NULL",
    )
    .bind(member.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a sign-in with all its sessions. `false` if it had ended before, or is another person's.
pub async fn end(
    connection: &mut Connection,
    id: &SignInId,
    member: &MemberId,
    reason: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE sign_ins SET ended_at = $3, end_reason = $4 \
         WHERE id = $1 AND member_id = $2 AND ended_at IS NULL",
    )
    .bind(id.as_str())
    .bind(member.as_str())
    .bind(now.as_millis())
    .bind(reason)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    sqlx::query("UPDATE sessions SET ended_at = $2 WHERE sign_in_id = $1 AND ended_at IS NULL")
        .bind(id.as_str())
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(true)
}

/// Every sign-in of a person that could still open something. One that seems idle is among them: its
/// latest use may yet be on its way to the store.
pub async fn open_of(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
) -> Result<Vec<SignInId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT id FROM sign_ins WHERE member_id = $1 AND ended_at IS NULL AND expires_at > $2 \
         ORDER BY id",
    )
    .bind(member.as_str())
    .bind(now.as_millis())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Those of them that a passkey opened, without a password.
pub async fn open_by_passkey(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
) -> Result<Vec<SignInId>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT id, methods FROM sign_ins \
         WHERE member_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY id",
    )
    .bind(member.as_str())
    .bind(now.as_millis())
    .fetch_all(connection)
    .await?;
    let mut found = Vec::new();
    for (id, methods) in rows {
        let methods: Vec<AuthenticationMethod> = serde_json::from_str(&methods)?;
        if methods.contains(&AuthenticationMethod::Passkey)
            && !methods.contains(&AuthenticationMethod::Password)
        {
            found.push(id.into());
        }
    }
    Ok(found)
}

/// The sign-ins of a person that are in use, the newest first, as people are shown them.
pub async fn live_of(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
) -> Result<Vec<LiveSignIn>, StoreError> {
    let rows: Vec<(String, i64, String, String, i64, Option<i64>)> = sqlx::query_as(
        "SELECT s.id, s.started_at, s.address, s.device, \
         CAST(COALESCE(MAX(x.last_seen_at), s.started_at) AS BIGINT), s.idle_limit_ms \
         FROM sign_ins s LEFT JOIN sessions x ON x.sign_in_id = s.id \
         WHERE s.member_id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 \
         GROUP BY s.id, s.started_at, s.address, s.device, s.idle_limit_ms \
         ORDER BY s.started_at DESC",
    )
    .bind(member.as_str())
    .bind(now.as_millis())
    .fetch_all(connection)
    .await?;
    let live = rows
        .into_iter()
        .filter(|row| row.5.is_none_or(|limit| row.4 + limit > now.as_millis()))
        .map(|(id, started, address, device, seen, _)| LiveSignIn {
            id: id.into(),
            started_at: Timestamp(started),
            last_seen_at: Timestamp(seen),
            address,
            device,
        })
        .collect();
    Ok(live)
}

#[derive(Clone, Debug)]
pub struct LiveSignIn {
    pub id: SignInId,
    pub started_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub address: String,
    pub device: String,
}

/// Whether the person has ever signed in, as far as that is kept.
pub async fn has_any(connection: &mut Connection, member: &MemberId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM sign_ins WHERE member_id = $1 LIMIT 1")
        .bind(member.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::session_facts::tests::alice;
    use crate::store::testing::on_both_engines;

    #[tokio::test]
    async fn attack_10_a_sign_in_that_seems_idle_is_still_open_and_so_can_be_ended() {
        on_both_engines(async |store| {
            alice(&store).await;
            let (member, idle) = ("m1".into(), Timestamp(16_000));
            let mut read = store.read().await.unwrap();
            assert!(live_of(&mut read, &member, idle).await.unwrap().is_empty());
            let open = open_of(&mut read, &member, idle).await.unwrap();
            assert_eq!(open, [SignInId::from("i1")]);
            let expired = Timestamp(20_000);
            assert!(
                open_of(&mut read, &member, expired)
                    .await
                    .unwrap()
                    .is_empty()
            );
        })
        .await;
    }
}
