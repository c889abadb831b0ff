//! What an entry of an LDAP directory says.

use std::collections::HashMap;

use config::Timestamp;
use ldap3::SearchEntry;
use uuid::Uuid;

use super::dialect::{self, AdDialect, Dialect};
use super::dn::folded;
use super::mapping::{MappedField, said};
use super::settings::{LdapSettings, PeopleSearch};
use crate::directories::entry::TheirPerson;

/// What an entry says of somebody, but for where they are.
///
/// # Errors
/// The attribute that it lacks, or hides from us, and without which nobody is known.
pub fn person(
    settings: &LdapSettings,
    entry: &Entry,
    now: Timestamp,
) -> Result<TheirPerson, String> {
    let people = &settings.people;
    let key = entry.key(&people.key).ok_or_else(|| people.key.clone())?;
    let (is_shut, sign_in_names) = match &settings.dialect {
        Dialect::Standard => (is_disabled(people, entry), Vec::new()),
        Dialect::Ad(ad) => {
            let is_shut = dialect::is_shut(entry, now);
            (is_shut.ok_or(dialect::ACCOUNT_CONTROL)?, ad.names(entry))
        }
    };
    let of = |field, attributes: &[String]| said(&people.mappings, field, attributes, entry);
    let one = |field, attribute: &String| of(field, std::slice::from_ref(attribute));
    let username = one(MappedField::Username, &people.username).unwrap_or_default();
    let display_name = of(MappedField::DisplayName, &people.display_name);
    Ok(TheirPerson {
        key,
        display_name: display_name.unwrap_or_else(|| username.clone()),
        username,
        email: one(MappedField::Email, &people.email),
        mobile: one(MappedField::Mobile, &people.mobile),
        employee_number: one(MappedField::EmployeeNumber, &people.employee_number),
        is_enabled: !is_shut,
        departments: Vec::new(),
        sign_in_names,
    })
}

pub fn wanted(attributes: Vec<String>) -> Vec<String> {
    let mut attributes = attributes;
    attributes.retain(|name| !name.is_empty());
    attributes
}

/// The attributes that are read of people.
pub fn attributes_of(settings: &LdapSettings) -> Vec<String> {
    let people = &settings.people;
    let mut attributes = vec![
        people.key.clone(),
        people.username.clone(),
        people.email.clone(),
        people.mobile.clone(),
        people.employee_number.clone(),
        people.disabled.clone(),
    ];
    attributes.extend(people.display_name.iter().cloned());
    attributes.extend(
        people
            .mappings
            .iter()
            .flat_map(|one| one.from.iter().cloned()),
    );
    if matches!(settings.dialect, Dialect::Ad(_)) {
        attributes.extend(AdDialect::ATTRIBUTES.map(str::to_owned));
    }
    wanted(attributes)
}

fn is_disabled(people: &PeopleSearch, entry: &Entry) -> bool {
    let values = entry.all(&people.disabled);
    let says_so = |value: &String| {
        people.disabled_values.iter().any(|wanted| {
            if let Some(bits) = wanted.strip_prefix('&') {
                let number = value.trim().parse::<i64>().ok();
                let bits = bits.trim().parse::<i64>().ok();
                return number
                    .zip(bits)
                    .is_some_and(|(number, bits)| number & bits != 0);
            }
            wanted == "*" || wanted.eq_ignore_ascii_case(value)
        })
    };
    values.iter().any(says_so)
}

/// An entry whose attributes are found by their names in lower case.
pub struct Entry {
    /// Folded.
    dn: String,
    texts: HashMap<String, Vec<String>>,
    bytes: HashMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    pub fn of(entry: SearchEntry) -> Self {
        let lower = |name: String| name.to_ascii_lowercase();
        Self {
            dn: folded(&entry.dn),
            texts: entry
                .attrs
                .into_iter()
                .map(|(name, all)| (lower(name), all))
                .collect(),
            bytes: entry
                .bin_attrs
                .into_iter()
                .map(|(name, all)| (lower(name), all))
                .collect(),
        }
    }

    /// Folded.
    pub fn dn(&self) -> &str {
        &self.dn
    }

    pub fn all(&self, name: &str) -> Vec<String> {
        self.texts
            .get(&name.to_ascii_lowercase())
            .cloned()
            .unwrap_or_default()
    }

    /// The values of an attribute are in no order (RFC 4512 §2.2): the smallest, so that it stays the same.
    pub fn first(&self, name: &str) -> Option<String> {
        let all = self.texts.get(&name.to_ascii_lowercase())?.iter();
        all.filter(|value| !value.trim().is_empty()).min().cloned()
    }

    /// The first value as it came, whether it happens to be a text or not.
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        let name = name.to_ascii_lowercase();
        let bytes = self.bytes.get(&name).and_then(|all| all.first());
        let text = self.texts.get(&name).and_then(|all| all.first());
        bytes.map(Vec::as_slice).or(text.map(String::as_bytes))
    }

    /// Some of the values of an attribute that is told of in ranges, under the name that says which.
    pub fn ranged(&self, name: &str) -> Option<(String, Vec<String>)> {
        let prefix = format!("{};range=", name.to_ascii_lowercase());
        let mut some = self.texts.iter();
        let (name, values) = some.find(|(name, _)| name.starts_with(&prefix))?;
        Some((name.clone(), values.clone()))
    }

    /// What never changes of it: a text as it is, 16 bytes as a UUID (`objectGUID`), others in hex.
    pub fn key(&self, name: &str) -> Option<String> {
        if name.eq_ignore_ascii_case("dn") {
            return Some(self.dn.clone());
        }
        // Which bytes happen to be a text does not decide how a key is written.
        if name.eq_ignore_ascii_case("objectguid") {
            return Some(Uuid::from_slice_le(self.bytes(name)?).ok()?.to_string());
        }
        let name = name.to_ascii_lowercase();
        match self.texts.get(&name).and_then(|all| all.first()) {
            Some(text) if !text.is_empty() => Some(text.clone()),
            _ => {
                let bytes = self.bytes.get(&name)?.first()?;
                Some(crate::hex::hex(bytes))
            }
        }
    }
}
