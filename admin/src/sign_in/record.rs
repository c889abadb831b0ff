//! Entries of the sign-in log, with what is known of the reader.

use config::Timestamp;
use config::id::{MemberId, SignInId};
use config::session::AuthenticationMethod;

use crate::logs::{SignInEntry, SignInKind, record_sign_in};
use crate::pages::Reader;
use crate::sign_in_policy::RiskSignal;
use crate::store::{StoreError, Tx};

/// What happened, to whom, in which sign-in.
pub struct Happening<'a> {
    pub kind: SignInKind,
    pub member: Option<&'a MemberId>,
    /// As it was typed where nobody was found.
    pub username: &'a str,
    pub method: Option<AuthenticationMethod>,
    pub reason: Option<&'static str>,
    /// What was unusual about it.
    pub risk: &'a [RiskSignal],
    pub sign_in: Option<&'a SignInId>,
}

/// Writes an entry in the transaction of what it tells of.
pub async fn record(
    tx: &mut Tx,
    reader: &Reader,
    now: Timestamp,
    happening: Happening<'_>,
) -> Result<(), StoreError> {
    let entry = SignInEntry {
        kind: happening.kind,
        member: happening.member.cloned(),
        username: happening.username.to_owned(),
        method: happening.method,
        reason: happening.reason,
        client_address: reader.visitor.client_address,
        place: reader.place(),
        user_agent: reader.user_agent.clone(),
        device: reader.device(),
        risk: happening.risk.to_vec(),
        sign_in: happening.sign_in.cloned(),
        request_id: reader.visitor.request_id.clone(),
    };
    record_sign_in(tx, now, &entry).await?;
    Ok(())
}
