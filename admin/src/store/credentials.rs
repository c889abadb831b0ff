//! Who may try to sign in, and with what: accounts as the sign-in page sees them.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};

/// A person as far as signing in is concerned.
#[derive(Clone, Debug)]
pub struct Account {
    pub member: MemberId,
    pub username: String,
    pub display_name: String,
    pub status: AccountStatus,
    /// PHC string; `None` until the person has set a password.
    pub password_hash: Option<String>,
    pub must_change_password: bool,
    /// When the person set the password.
    pub password_changed_at: Option<Timestamp>,
    /// Whether an authenticator is set up.
    pub has_totp: bool,
    /// Where a code by mail goes: only to an address that was verified.
    pub email: Option<String>,
    /// Where a code by SMS goes.
    pub mobile: Option<String>,
    /// How many passkeys are set up.
    pub passkeys: i64,
    /// Whether a directory keeps the password: it is checked there, and none that was set here counts.
    pub is_password_elsewhere: bool,
}

/// Whether the account may be signed in to, but for the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    Active,
    /// A guest's, who comes in until then.
    ActiveUntil(Timestamp),
    Disabled,
}

impl Account {
    /// Whether a password lets the person in, wherever it is kept.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.password_hash.is_some() || self.is_password_elsewhere
    }

    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        match self.status {
            AccountStatus::Active => true,
            AccountStatus::ActiveUntil(end) => now < end,
            AccountStatus::Disabled => false,
        }
    }

    /// Why it may not be signed in to, for the log.
    #[must_use]
    pub fn why_not_active(&self) -> &'static str {
        match self.status {
            AccountStatus::ActiveUntil(_) => "account_expired",
            AccountStatus::Active | AccountStatus::Disabled => "account_disabled",
        }
    }
}

type Row = (
    String,
    String,
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
    Option<i64>,
    i64,
);

const SELECT: &str = "SELECT m.id, m.username, m.display_name, m.status, c.password_hash, \
     c.must_change_at, c.changed_at, t.member_id, \
     CASE WHEN m.email_verified_at IS NULL THEN NULL ELSE m.email END, m.mobile, \
     (SELECT count(*) FROM passkeys p WHERE p.member_id = m.id), g.expires_at, \
     (SELECT count(*) FROM directory_people p JOIN directories d ON d.id = p.directory_id \
     WHERE p.member_id = m.id AND d.enabled_at IS NOT NULL AND d.used_for <> 'organisation' \
     AND d.kind IN ('ldap', 'active_directory')) \
     FROM members m \
     LEFT JOIN guests g ON g.member_id = m.id AND m.kind = 'guest' \
     LEFT JOIN credentials c ON c.member_id = m.id \
     LEFT JOIN totp t ON t.member_id = m.id";

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        let (
            id,
            username,
            display_name,
            status,
            password_hash,
            must_change,
            changed,
            totp,
            email,
            mobile,
            passkeys,
            end,
            elsewhere,
        ) = row;
        Self {
            member: id.into(),
            username,
            display_name,
            status: match (status.as_str(), end) {
                ("active", Some(end)) => AccountStatus::ActiveUntil(Timestamp(end)),
                ("active", None) => AccountStatus::Active,
                _ => AccountStatus::Disabled,
            },
            password_hash,
            must_change_password: must_change.is_some(),
            password_changed_at: changed.map(Timestamp),
            has_totp: totp.is_some(),
            email,
            mobile,
            passkeys,
            is_password_elsewhere: elsewhere > 0,
        }
    }
}

/// Finds an account by the key of its username, or of a mail address that was verified.
pub async fn find_by_key(
    connection: &mut Connection,
    key: &str,
) -> Result<Option<Account>, StoreError> {
    let sql = select_where(
        "WHERE m.username_key = $1 OR (m.email_key = $1 AND m.email_verified_at IS NOT NULL) \
         ORDER BY CASE WHEN m.username_key = $1 THEN 0 ELSE 1 END LIMIT 1",
    );
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(Account::from))
}

pub async fn find(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Option<Account>, StoreError> {
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(select_where("WHERE m.id = $1")))
        .bind(member.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(Account::from))
}

/// Finds the one account whose mobile number is any of these spellings of it; `None` if there are several.
pub async fn find_by_mobile(
    connection: &mut Connection,
    spellings: &[String; 4],
) -> Result<Option<Account>, StoreError> {
    let sql = select_where("WHERE m.mobile IN ($1, $2, $3, $4) LIMIT 2");
    let [a, b, c, d] = spellings;
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(a.as_str())
        .bind(b.as_str())
        .bind(c.as_str())
        .bind(d.as_str())
        .fetch_all(connection)
        .await?;
    let mut accounts = rows.into_iter().map(Account::from);
    Ok(accounts.next().filter(|_| accounts.next().is_none()))
}

fn select_where(condition: &str) -> String {
    format!("{SELECT} {condition}")
}

/// Sets a password that its owner chose: nothing is asked of them any more.
pub async fn set_password(
    connection: &mut Connection,
    member: &MemberId,
    hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO credentials (member_id, password_hash, changed_at, must_change_at) \
         VALUES ($1, $2, $3, NULL) \
         ON CONFLICT (member_id) DO UPDATE SET password_hash = $2, changed_at = $3, \
         must_change_at = NULL",
    )
    .bind(member.as_str())
    .bind(hash)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes the password away. `false` if there was none.
pub async fn forget_password(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM credentials WHERE member_id = $1")
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Asks for a new password at the next sign-in.
pub async fn demand_change(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE credentials SET must_change_at = $2 WHERE member_id = $1")
        .bind(member.as_str())
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// Holds the password as it is until the transaction ends, as `new` in the place of `old`: the same
/// hash, or that of the same password at another cost. `false` if the password was changed meanwhile.
///
/// The row stays locked: whoever changes the password waits, and then sees what was done with it.
pub async fn hold_password(
    connection: &mut Connection,
    member: &MemberId,
    old: &str,
    new: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE credentials SET password_hash = $3 WHERE member_id = $1 AND password_hash = $2",
    )
    .bind(member.as_str())
    .bind(old)
    .bind(new)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::session_facts::tests::alice;
    use crate::store::testing::on_both_engines;

    #[tokio::test]
    async fn attack_10_a_password_that_was_changed_while_it_was_checked_is_not_held() {
        on_both_engines(async |store| {
            alice(&store).await;
            let member = MemberId::from("m1");
            let mut tx = store.begin().await.unwrap();
            set_password(&mut tx, &member, "new", Timestamp(0))
                .await
                .unwrap();
            assert!(!hold_password(&mut tx, &member, "old", "old").await.unwrap());
            assert!(hold_password(&mut tx, &member, "new", "new").await.unwrap());
        })
        .await;
    }
}
