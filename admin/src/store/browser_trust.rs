//! For how long browsers that are spared a second factor stay so, and how many of a person's, as the sign-in
//! policy has it just now.

use config::Timestamp;

use super::by_audience::ByAudience;
use super::{Connection, StoreError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// In milliseconds from now. 0: none is spared.
    pub longest_ms: i64,
    pub most: u16,
}

/// Takes the marks away that reach further than they may, and of those that are too many the ones that would
/// be lost first.
pub async fn settle(
    tx: &mut Connection,
    trust: &ByAudience<Trust>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let only = trust.and_only(2);
    let until = trust.number(2, |trust| {
        Some(now.as_millis().saturating_add(trust.longest_ms))
    });
    let too_far = format!(
        "UPDATE known_devices SET trusted_until = NULL \
         WHERE trusted_until > $1 AND trusted_until > {until} {only}"
    );
    let most = trust.number(2, |trust| Some(i64::from(trust.most)));
    let too_many = format!(
        "UPDATE known_devices SET trusted_until = NULL WHERE (token_hash, member_id) IN ( \
             SELECT token_hash, member_id FROM ( \
                 SELECT token_hash, member_id, ROW_NUMBER() OVER (PARTITION BY member_id \
                     ORDER BY trusted_until DESC, last_used_at DESC) AS place \
                 FROM known_devices WHERE trusted_until > $1 {only}) AS marked \
             WHERE place > {most})"
    );
    for sql in [too_far, too_many] {
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_millis());
        trust.bind(query).execute(&mut *tx).await?;
    }
    Ok(())
}
