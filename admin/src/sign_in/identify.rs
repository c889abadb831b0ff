//! Finds the account that somebody means by what they typed, and who else they might be to the
//! counters of attempts.

use config::Timestamp;
use config::id::MemberId;

use super::lockout::Counters;
use crate::members::names;
use crate::messages::senders;
use crate::messages::sms_sender::{SmsSender, e164};
use crate::name_key::name_key;
use crate::pages::Reader;
use crate::sign_in_policy::{self, Rules};
use crate::store::credentials::Account;
use crate::store::{Connection, StoreError, credentials, directory_names};

/// Whoever tries to sign in.
pub struct Candidate {
    /// As it was typed, bounded.
    pub typed: String,
    pub account: Option<Account>,
    pub counters: Counters,
    /// What the sign-in policy says for them.
    pub rules: Rules,
}

impl Candidate {
    /// The member, and the name that stands in the log.
    #[must_use]
    pub fn whose(&self) -> (Option<&MemberId>, &str) {
        match &self.account {
            Some(account) => (Some(&account.member), &account.username),
            None => (None, &self.typed),
        }
    }
}

const MAX_CHARS: usize = 256;

/// What was typed as a name: no name holds a control character, and PostgreSQL would not even look for one.
#[must_use]
pub fn bounded(typed: &str) -> String {
    let typed = typed.trim().chars().filter(|c| !c.is_control());
    typed.take(MAX_CHARS).collect()
}

/// Looks the account up by username, verified mail address or a name of a directory's, in whatever spelling.
pub async fn identify(
    connection: &mut Connection,
    reader: &Reader,
    typed: &str,
    now: Timestamp,
) -> Result<Candidate, StoreError> {
    let typed = bounded(typed);
    let key = name_key(&typed);
    let account = named(connection, &key).await?;
    let rules = match &account {
        Some(account) => sign_in_policy::rules_of(connection, &account.member).await?,
        None => sign_in_policy::rules_of_nobody(connection).await?,
    };
    let policy = &rules.attempts;
    let counters = match &account {
        Some(account) => {
            Counters::of_member(connection, reader, &account.member, policy, now).await?
        }
        None => Counters::of_nobody(connection, reader, &key, policy, now).await?,
    };
    Ok(Candidate {
        typed,
        account,
        counters: counters.with_name(&key, policy.captcha),
        rules,
    })
}

/// By what we call them, or else by what their directory does.
async fn named(connection: &mut Connection, key: &str) -> Result<Option<Account>, StoreError> {
    if let Some(found) = credentials::find_by_key(connection, key).await? {
        return Ok(Some(found));
    }
    match directory_names::find(connection, key).await? {
        Some(member) => credentials::find(connection, &member).await,
        None => Ok(None),
    }
}

/// Looks the account up by username, verified mail address or mobile number, in whatever spelling. A mobile
/// that two people have is nobody's.
pub async fn by_any_name(
    connection: &mut Connection,
    typed: &str,
) -> Result<Option<Account>, StoreError> {
    if let Some(found) = credentials::find_by_key(connection, &name_key(typed)).await? {
        return Ok(Some(found));
    }
    let Ok(number) = names::mobile(typed.trim()) else {
        return Ok(None);
    };
    let sender = senders::get::<SmsSender>(connection).await?.body.sender;
    let country = sender.map_or_else(|| "86".to_owned(), |sender| sender.country_code);
    let international = e164(&number, &country);
    let digits = international.trim_start_matches('+').to_owned();
    let national = digits.strip_prefix(country.as_str()).unwrap_or(&digits);
    let spellings = [
        national.to_owned(),
        format!("00{digits}"),
        international,
        number,
    ];
    credentials::find_by_mobile(connection, &spellings).await
}
