//! The sign-in log: each success, each failure with its reason, each sign-out.

use std::net::IpAddr;

use config::Timestamp;
use config::id::{EventId, MemberId, SignInId};
use config::session::AuthenticationMethod;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clean;
use crate::places::Place;
use crate::sign_in_policy::RiskSignal;
use crate::store::{StoreError, Tx, events, members};

/// What happened to a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInKind {
    SignedIn,
    /// A factor was wrong, or the account may not sign in.
    Failed,
    /// A further factor was proven within a sign-in.
    SteppedUp,
    /// By the person.
    SignedOut,
    /// By somebody else, or by a rule.
    Ended,
    /// Somebody asked for a code with which the person sets a new password; with a reason, none was sent.
    ResetRequested,
    /// Somebody asked for a code with which the person signs in; with a reason, none was sent.
    CodeRequested,
}

impl SignInKind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::Failed => "failed",
            Self::SteppedUp => "stepped_up",
            Self::SignedOut => "signed_out",
            Self::Ended => "ended",
            Self::ResetRequested => "reset_requested",
            Self::CodeRequested => "code_requested",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInEntry {
    pub kind: SignInKind,
    /// `None` where nobody of that name was found.
    pub member: Option<MemberId>,
    /// As it was typed where nobody was found.
    pub username: String,
    /// The factor in question.
    pub method: Option<AuthenticationMethod>,
    /// A code from a fixed set, such as `wrong_password` or `locked`.
    pub reason: Option<&'static str>,
    pub client_address: IpAddr,
    /// Where that is, as far as it is known.
    pub place: Option<Place>,
    pub user_agent: String,
    /// As a person reads it: "Firefox, Linux".
    pub device: String,
    /// What was unusual about it.
    pub risk: Vec<RiskSignal>,
    pub sign_in: Option<SignInId>,
    pub request_id: String,
}

/// Writes the entry as part of the transaction, and counts it.
pub async fn record_sign_in(
    tx: &mut Tx,
    now: Timestamp,
    entry: &SignInEntry,
) -> Result<EventId, StoreError> {
    let method = entry.method.map(method_name);
    let risk: Vec<_> = entry.risk.iter().map(|one| one.as_str()).collect();
    let guest = match &entry.member {
        Some(id) => members::is_guest(tx, id).await?,
        None => false,
    };
    let event = events::SignInEvent {
        guest,
        id: EventId::generate(),
        at: now,
        kind: entry.kind.as_str().to_owned(),
        member: entry.member.clone(),
        username: clean::line(&entry.username).into_owned(),
        method: method.map(str::to_owned),
        reason: entry.reason.map(str::to_owned),
        client_address: entry.client_address.to_canonical().to_string(),
        place: entry.place.clone(),
        user_agent: clean::line(&entry.user_agent).into_owned(),
        device: clean::line(&entry.device).into_owned(),
        risk: risk.iter().map(|one| (*one).to_owned()).collect(),
        sign_in: entry.sign_in.clone(),
        request_id: clean::line(&entry.request_id).into_owned(),
    };
    events::insert_sign_in(tx, &event).await?;
    tx.metrics()
        .count_sign_in(method.unwrap_or("none"), entry.kind.as_str());
    for signal in risk {
        tx.metrics().count_risk(signal);
    }
    Ok(event.id)
}

/// As it is written in JSON.
fn method_name(method: AuthenticationMethod) -> &'static str {
    match method {
        AuthenticationMethod::Password => "password",
        AuthenticationMethod::Totp => "totp",
        AuthenticationMethod::RecoveryCode => "recovery_code",
        AuthenticationMethod::SmsCode => "sms_code",
        AuthenticationMethod::MailCode => "mail_code",
        AuthenticationMethod::Passkey => "passkey",
        AuthenticationMethod::Directory => "directory",
        AuthenticationMethod::OneTimeLink => "one_time_link",
    }
}
