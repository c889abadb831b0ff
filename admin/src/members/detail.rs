//! How it stands with one person's account: what an administrator looks at before helping somebody.

use config::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Member, find_by_any};
use crate::refused::Refused;
use crate::sign_in::lockout;
use crate::sign_in_policy;
use crate::store::{Connection, credentials, events, sign_ins};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberDetail {
    #[serde(flatten)]
    pub member: Member,
    /// As far as the sign-in log goes back.
    pub last_sign_in_at: Option<Timestamp>,
    pub has_password: bool,
    pub has_second_factor: bool,
    /// Whether too many guesses were made at the account, so that it takes none just now.
    pub is_locked: bool,
    /// How many browsers the person is signed in with.
    pub sign_ins: usize,
}

/// By username or mail address, in any spelling, or by id.
pub async fn find(
    connection: &mut Connection,
    name: &str,
    now: Timestamp,
) -> Result<MemberDetail, Refused> {
    let member = find_by_any(connection, name).await?;
    let id = &member.id;
    let account = credentials::find(connection, id).await?;
    let account = account.ok_or(Refused::NotFound("member"))?;
    let rules = sign_in_policy::rules_of(connection, id).await?;
    Ok(MemberDetail {
        last_sign_in_at: events::last_sign_in(connection, id).await?,
        has_password: account.password_hash.is_some(),
        has_second_factor: account.has_second_factor(),
        is_locked: lockout::is_locked(connection, id, &rules.attempts, now).await?,
        sign_ins: sign_ins::live_of(connection, id, now).await?.len(),
        member,
    })
}
