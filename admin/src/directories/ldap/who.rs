//! By what somebody is looked for who wants to sign in.

use std::fmt::Write as _;

use ldap3::{Scope, ldap_escape};
use uuid::Uuid;

use super::dialect::{ACCOUNT_NAME, AdDialect, Dialect, PRINCIPAL_NAME, dns_domain};
use super::dn::folded;
use super::mapping::MappedField;
use super::settings::LdapSettings;

/// Who it is.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// Whose entry has this key.
    Known(&'a str),
    /// Whoever goes by this name.
    Named(&'a str),
}

/// Where and how their entry is looked for: among those that are taken for people.
pub struct Search {
    pub base: String,
    pub scope: Scope,
    pub filter: String,
}

impl Who<'_> {
    /// `None`: nobody can go by such a name.
    #[must_use]
    pub fn search(self, settings: &LdapSettings) -> Option<Search> {
        let people = &settings.people;
        let by = match self {
            Self::Known(dn) if people.key.eq_ignore_ascii_case("dn") => {
                return Some(Search {
                    base: dn.to_owned(),
                    scope: Scope::Base,
                    filter: people.filter.clone(),
                });
            }
            Self::Known(key) => by_key(&people.key, key),
            Self::Named(name) => match &settings.dialect {
                Dialect::Standard => by_name(settings, name),
                Dialect::Ad(ad) => by_ad_name(settings, ad, name)?,
            },
        };
        Some(Search {
            base: settings.base_of(&people.base).to_owned(),
            scope: Scope::Subtree,
            filter: format!("(&{}{by})", people.filter),
        })
    }
}

/// The entries of one key, as [`super::entry::Entry::key`] writes it.
pub fn by_key(attribute: &str, key: &str) -> String {
    if attribute.eq_ignore_ascii_case("objectguid") {
        let bytes = key.parse().map(|key: Uuid| key.to_bytes_le());
        // Nobody has a key that is no UUID.
        return format!("({attribute}={})", escaped(&bytes.unwrap_or_default()));
    }
    let text = format!("({attribute}={})", ldap_escape(key));
    match crate::hex::bytes(key) {
        Some(bytes) if !bytes.is_empty() => format!("(|{text}({attribute}={}))", escaped(&bytes)),
        _ => text,
    }
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:02x}");
        text
    })
}

/// By username or mail address.
fn by_name(settings: &LdapSettings, name: &str) -> String {
    let people = &settings.people;
    let own =
        [&people.username, &people.email].map(|attribute| (attribute.as_str(), name.to_owned()));
    either(own.into_iter().chain(origins(settings, name)))
}

/// What may stand in the directory where the username is made of attributes.
fn origins<'a>(settings: &'a LdapSettings, name: &str) -> Vec<(&'a str, String)> {
    let mut mappings = settings.people.mappings.iter();
    let username = mappings.find(|one| one.to == MappedField::Username);
    username.map(|one| one.origins(name)).unwrap_or_default()
}

/// As Windows takes names: `DOMAIN\name`, a principal name, or the account's own name.
fn by_ad_name(settings: &LdapSettings, ad: &AdDialect, name: &str) -> Option<String> {
    if let Some((domain, account)) = name.split_once('\\') {
        let is_ours = !ad.domain.is_empty() && domain.eq_ignore_ascii_case(&ad.domain);
        return (is_ours && !account.is_empty())
            .then(|| either([(ACCOUNT_NAME, account.to_owned())]));
    }
    let people = &settings.people;
    let domain = dns_domain(&folded(&settings.base));
    let account = match name.rsplit_once('@') {
        // Everybody has the name of the account with the domain's, too.
        Some((account, of)) if of.eq_ignore_ascii_case(&domain) => account,
        _ => name,
    };
    let own = [
        (PRINCIPAL_NAME, name.to_owned()),
        (ACCOUNT_NAME, account.to_owned()),
        (people.username.as_str(), name.to_owned()),
        (people.email.as_str(), name.to_owned()),
    ];
    Some(either(own.into_iter().chain(origins(settings, name))))
}

/// Whoever has one of these values.
fn either<'a>(wanted: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut terms: Vec<String> = Vec::new();
    for (attribute, value) in wanted {
        let term = format!("({attribute}={})", ldap_escape(value));
        if !attribute.is_empty() && !terms.contains(&term) {
            terms.push(term);
        }
    }
    format!("(|{})", terms.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ad(domain: &str) -> LdapSettings {
        let mut settings: LdapSettings = serde_json::from_value(serde_json::json!({
            "servers": ["ldaps://dc1.gw.test"], "base": "DC=gw,DC=test",
            "people": { "filter": "(a=b)", "username": "sAMAccountName", "email": "", "key": "objectGUID" }
        }))
        .unwrap();
        settings.dialect = Dialect::Ad(AdDialect {
            domain: domain.to_owned(),
            ..AdDialect::default()
        });
        settings
    }

    fn filter(who: Who<'_>, settings: &LdapSettings) -> Option<String> {
        who.search(settings).map(|search| search.filter)
    }

    #[test]
    fn a_name_of_another_domain_is_nobodys() {
        let settings = ad("GW");
        assert_eq!(
            filter(Who::Named(r"gw\wang"), &settings).unwrap(),
            "(&(a=b)(|(sAMAccountName=wang)))"
        );
        for name in [r"other\wang", r"gw\", r"\wang"] {
            assert_eq!(filter(Who::Named(name), &settings), None, "{name}");
        }
        assert_eq!(filter(Who::Named(r"\wang"), &ad("")), None);
    }

    #[test]
    fn what_is_typed_is_a_value_and_never_part_of_the_filter() {
        let found = filter(Who::Named("*)(x=y"), &ad("GW")).unwrap();
        assert!(
            !found.contains("(x=y)") && found.contains(r"\2a\29\28x=y"),
            "{found}"
        );
        let found = filter(Who::Known("*)(x=y"), &ad("GW")).unwrap();
        assert!(!found.contains("x=y"), "{found}");
    }
}
