//! Where a server differs from the standards, as its kind tells: Microsoft AD keeps some facts in attributes
//! of its own.

use config::Timestamp;

use super::entry::Entry;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    #[default]
    Standard,
    Ad(AdDialect),
}

/// How people and groups of Microsoft AD are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdDialect {
    /// What people put before their name and `\`; empty: nothing.
    pub domain: String,
    /// Whoever is in a group that is in a group is in both.
    pub nests_groups: bool,
}

/// The name before `@`, or after `\`.
pub const ACCOUNT_NAME: &str = "sAMAccountName";
pub const PRINCIPAL_NAME: &str = "userPrincipalName";
pub const ACCOUNT_CONTROL: &str = "userAccountControl";
pub const ACCOUNT_EXPIRES: &str = "accountExpires";

/// The bit of [`ACCOUNT_CONTROL`] that says so.
const DISABLED: i64 = 2;
/// From 1601 to 1970, in milliseconds.
const EPOCH: i64 = 11_644_473_600_000;

impl AdDialect {
    /// What is read of people besides what the settings name.
    pub const ATTRIBUTES: [&'static str; 4] = [
        ACCOUNT_NAME,
        PRINCIPAL_NAME,
        ACCOUNT_CONTROL,
        ACCOUNT_EXPIRES,
    ];

    /// The names by which somebody signs in besides the username: the principal name, the one that everybody
    /// has, and that with the domain before it.
    #[must_use]
    pub fn names(&self, entry: &Entry) -> Vec<String> {
        let mut names: Vec<String> = entry.first(PRINCIPAL_NAME).into_iter().collect();
        if let Some(account) = entry.first(ACCOUNT_NAME) {
            if !self.domain.is_empty() {
                names.push(format!("{}\\{account}", self.domain));
            }
            let everybodys = format!("{account}@{}", dns_domain(entry.dn()));
            if !names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&everybodys))
            {
                names.push(everybodys);
            }
        }
        names
    }
}

/// `example.com` of `…,dc=example,dc=com`.
#[must_use]
pub fn dns_domain(folded: &str) -> String {
    let parts = folded
        .split(',')
        .filter_map(|part| part.strip_prefix("dc="));
    parts.collect::<Vec<_>>().join(".")
}

/// Whether an account is disabled, or its time is over; `None`: the server does not say. A contact is no account.
#[must_use]
pub fn is_shut(entry: &Entry, now: Timestamp) -> Option<bool> {
    let number = |name| entry.first(name).and_then(|text| text.trim().parse().ok());
    let control: Option<i64> = number(ACCOUNT_CONTROL);
    let is_account = entry.first(ACCOUNT_NAME).is_some();
    let control = control.or((!is_account).then_some(0))?;
    let expires: i64 = number(ACCOUNT_EXPIRES).unwrap_or(0);
    Some(control & DISABLED != 0 || is_over(expires, now))
}

/// In steps of 100 ns since 1601; 0 and the largest number: never.
fn is_over(expires: i64, now: Timestamp) -> bool {
    !matches!(expires, 0 | i64::MAX) && expires / 10_000 - EPOCH <= now.as_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_over_from_its_moment_on_and_most_have_none() {
        let now = Timestamp(1_700_000_000_000);
        let then = (1_700_000_000_000 + EPOCH) * 10_000;
        assert!(is_over(then, now));
        assert!(!is_over(then + 10_000, now));
        assert!(!is_over(0, now) && !is_over(i64::MAX, now));
    }

    #[test]
    fn the_domain_is_told_by_the_name_of_an_entry() {
        assert_eq!(dns_domain("cn=a,ou=b,dc=gw,dc=test"), "gw.test");
        assert_eq!(dns_domain("o=x"), "");
    }
}
