//! What a directory says of a person, checked and put into our own words.

use std::collections::HashMap;

use config::PrincipalKind;
use config::id::DepartmentId;
use config::language::LocalText;
use sha2::{Digest, Sha256};

use crate::directories::entry::TheirPerson;
use crate::members::names;
use crate::name_key::name_key;
use crate::refused::{Invalid, both};
use crate::store::directory_people::Facts;
use crate::store::members::Fields;

/// So many departments a person can be in.
const MOST_DEPARTMENTS: usize = 100;

/// A person as they are to be here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub fields: Fields,
    /// The main one first.
    pub departments: Vec<DepartmentId>,
    pub is_enabled: bool,
}

/// What was said, in short: whether it has changed is told by this alone. Departments count as what they
/// are here, so that a department which is made anew takes its people in.
#[must_use]
pub fn facts(theirs: &TheirPerson, departments: &HashMap<String, DepartmentId>) -> Facts {
    let mut hash = Sha256::new();
    let mut add = |text: Option<&str>| {
        let text = text.unwrap_or_default();
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    add(Some(&theirs.username));
    add(Some(&theirs.display_name));
    add(theirs.email.as_deref());
    add(theirs.mobile.as_deref());
    add(theirs.employee_number.as_deref());
    add(Some(if theirs.is_enabled { "1" } else { "0" }));
    for key in &theirs.departments {
        add(departments.get(key).map(DepartmentId::as_str));
    }
    for name in &theirs.sign_in_names {
        add(Some(name));
    }
    let mut half = Facts::default();
    half.copy_from_slice(&hash.finalize()[..16]);
    half
}

/// # Errors
/// Why there cannot be such a person here.
pub fn wanted(
    theirs: &TheirPerson,
    departments: &HashMap<String, DepartmentId>,
) -> Result<Wanted, LocalText> {
    let username = names::username(&theirs.username).map_err(|invalid| told(&invalid))?;
    let display_name = names::display_name("display_name", &theirs.display_name)
        .map_err(|invalid| told(&invalid))?;
    // What cannot be a mail address or a number is left out: it keeps nobody from coming in.
    let read = |text: &Option<String>, check: fn(&str) -> Result<String, Invalid>| {
        let text = text.as_deref().filter(|text| !text.trim().is_empty())?;
        check(text).ok()
    };
    let email = read(&theirs.email, names::email);
    let mut placed: Vec<DepartmentId> = Vec::with_capacity(theirs.departments.len());
    for id in theirs
        .departments
        .iter()
        .filter_map(|key| departments.get(key))
    {
        if !placed.contains(id) && placed.len() < MOST_DEPARTMENTS {
            placed.push(id.clone());
        }
    }
    Ok(Wanted {
        fields: Fields {
            kind: PrincipalKind::Member,
            username_key: name_key(&username),
            username,
            display_name,
            email_key: email.as_deref().map(name_key),
            email,
            mobile: read(&theirs.mobile, names::mobile),
            employee_number: read(&theirs.employee_number, |text| {
                names::display_name("employee_number", text)
            }),
        },
        departments: placed,
        is_enabled: theirs.is_enabled,
    })
}

fn told(invalid: &Invalid) -> LocalText {
    both((
        &format!("{}: {}", invalid.what.en, invalid.allowed.en),
        &format!("{}：{}", invalid.what.zh_cn, invalid.allowed.zh_cn),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> TheirPerson {
        TheirPerson {
            key: "k1".to_owned(),
            username: "alice".to_owned(),
            display_name: "Alice".to_owned(),
            email: Some("alice@example.com".to_owned()),
            is_enabled: true,
            departments: vec!["d1".to_owned(), "d2".to_owned()],
            ..TheirPerson::default()
        }
    }

    #[test]
    fn whatever_is_said_of_a_person_is_in_the_facts() {
        let departments =
            HashMap::from([("d1".to_owned(), "1".into()), ("d2".to_owned(), "2".into())]);
        let of = |change: fn(&mut TheirPerson)| {
            let mut person = alice();
            change(&mut person);
            facts(&person, &departments)
        };
        let same = of(|_| {});
        assert_eq!(same, facts(&alice(), &departments));
        for other in [
            of(|p| p.username = "alicia".to_owned()),
            of(|p| p.display_name = "A".to_owned()),
            of(|p| p.email = None),
            of(|p| p.mobile = p.email.take()),
            of(|p| p.employee_number = Some("1".to_owned())),
            of(|p| p.is_enabled = false),
            of(|p| p.departments.swap(0, 1)),
            of(|p| p.sign_in_names = vec!["alice@gw.test".to_owned()]),
        ] {
            assert_ne!(other, same);
        }
        assert_ne!(
            same,
            facts(&alice(), &HashMap::new()),
            "the department is made anew"
        );
    }

    #[test]
    fn what_cannot_be_here_is_left_out_or_told() {
        let mut person = alice();
        person.email = Some("alice@evil@example.com".to_owned());
        person.mobile = Some("none".to_owned());
        let found = wanted(&person, &HashMap::new()).unwrap();
        assert_eq!((found.fields.email, found.fields.mobile), (None, None));
        assert_eq!(found.departments, []);
        person.username = "alice smith".to_owned();
        let why = wanted(&person, &HashMap::new()).unwrap_err();
        assert!(why.en.contains("alice smith") && why.zh_cn.contains("alice smith"));
    }
}
