//! How old a password may become, and what a person is told before it is too old.

use std::time::Duration;

use config::id::MemberId;
use config::{Language, Timestamp};

use crate::sign_in_policy::{self, Rules};
use crate::state::State;
use crate::store::StoreError;
use crate::store::credentials::{self, Account};

const DAY: Duration = Duration::from_hours(24);

/// When the person's password becomes too old; `None` if it does not, or there is none.
#[must_use]
pub fn ends_at(account: &Account, rules: &Rules) -> Option<Timestamp> {
    account.password_hash.as_ref()?;
    Some(account.password_changed_at?.plus(rules.password.max_age()?))
}

/// Whether the policy asks for another password because of the age of this one.
#[must_use]
pub fn is_too_old(account: &Account, rules: &Rules, now: Timestamp) -> bool {
    ends_at(account, rules).is_some_and(|end| end <= now)
}

/// In how many days, begun ones counted, the person's password ends, if it is time to say so.
pub async fn days_left(state: &State, member: &MemberId) -> Result<Option<u64>, StoreError> {
    let now = state.clock.now();
    let mut read = state.store.read().await?;
    let rules = sign_in_policy::rules_of(&mut read, member).await?;
    if rules.password.max_age().is_none() {
        return Ok(None);
    }
    let account = credentials::find(&mut read, member).await?;
    let end = account.and_then(|account| ends_at(&account, &rules));
    let left = end.map(|end| end.since(now));
    let near = left.filter(|left| *left <= rules.password.warning());
    Ok(near.map(|left| left.as_secs().div_ceil(DAY.as_secs())))
}

/// What the person is told.
#[must_use]
pub fn warning(days: u64, language: Language) -> String {
    match (language, days) {
        (Language::ZhCn, 0) => "您的密码已到期，下次登录时须更换。".to_owned(),
        (Language::ZhCn, days) => format!("您的密码将在 {days} 天后到期。"),
        (Language::En, 0) => {
            "Your password is too old: you will be asked for a new one when you sign in.".to_owned()
        }
        (Language::En, 1) => "Your password ends within a day.".to_owned(),
        (Language::En, days) => format!("Your password ends in {days} days."),
    }
}
