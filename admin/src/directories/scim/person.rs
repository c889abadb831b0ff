//! A person as SCIM tells of them, in the words of no directory.

use serde_json::{Map, Value};

use super::ScimSettings;
use crate::directories::entry::{TheirDepartment, TheirPerson};
use crate::name_key::name_key;
use crate::scim::schema::ENTERPRISE;
use crate::store::StoreError;
use crate::store::scim_users::ScimUserRow;

/// # Errors
/// If what is kept cannot be read.
pub fn their_person(row: &ScimUserRow, settings: &ScimSettings) -> Result<TheirPerson, StoreError> {
    let document: Map<String, Value> = serde_json::from_str(&row.document)?;
    let departments = their_department(&document, settings).into_iter();
    Ok(TheirPerson {
        key: row.id.clone(),
        username: username(&document),
        display_name: display_name(&document),
        email: of_many(&document, "emails", "work"),
        mobile: mobile(&document),
        employee_number: enterprise(&document, "employeeNumber").map(str::to_owned),
        is_enabled: row.is_active,
        departments: departments.map(|one| one.key).collect(),
        sign_in_names: Vec::new(),
        manager: manager(&document),
    })
}

/// The department that a person is said to be in, where departments are taken over.
#[must_use]
pub fn their_department(
    document: &Map<String, Value>,
    settings: &ScimSettings,
) -> Option<TheirDepartment> {
    let name = enterprise(document, "department").filter(|_| settings.departments)?;
    Some(TheirDepartment {
        key: name_key(name),
        parent: None,
        name: name.to_owned(),
        position: 0,
        managers: Vec::new(),
    })
}

/// What stands before the @ where the name there is a mail address: ours have none.
fn username(document: &Map<String, Value>) -> String {
    let name = text(document.get("userName")).unwrap_or_default();
    name.split_once('@')
        .map_or(name, |(local, _)| local)
        .to_owned()
}

fn display_name(document: &Map<String, Value>) -> String {
    let name = document.get("name");
    let part = |key: &str| text(name.and_then(|name| name.get(key)));
    let whole = match (part("givenName"), part("familyName")) {
        // Chinese names are written without a space, the family first.
        (Some(given), Some(family)) if !given.is_ascii() && !family.is_ascii() => {
            Some(format!("{family}{given}"))
        }
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
        (one, other) => one.or(other).map(str::to_owned),
    };
    text(document.get("displayName"))
        .or_else(|| part("formatted"))
        .map(str::to_owned)
        .or(whole)
        .unwrap_or_else(|| username(document))
}

/// The one that is primary, or of this type, or the first.
fn of_many(document: &Map<String, Value>, attribute: &str, preferred: &str) -> Option<String> {
    let all = document.get(attribute)?.as_array()?;
    let primary = |one: &&Value| one.get("primary") == Some(&Value::Bool(true));
    let is_preferred = |one: &&Value| is_of_type(one, preferred);
    let chosen = all.iter().find(primary);
    let chosen = chosen.or_else(|| all.iter().find(is_preferred));
    text(chosen.or(all.first())?.get("value")).map(str::to_owned)
}

/// A number in an office gets no messages.
fn mobile(document: &Map<String, Value>) -> Option<String> {
    let all = document.get("phoneNumbers")?.as_array()?;
    let mobile = all.iter().find(|one| is_of_type(one, "mobile"))?;
    let number = text(mobile.get("value"))?;
    Some(number.strip_prefix("tel:").unwrap_or(number).to_owned())
}

fn is_of_type(one: &Value, wanted: &str) -> bool {
    text(one.get("type")).is_some_and(|kind| kind.eq_ignore_ascii_case(wanted))
}

fn enterprise<'a>(document: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    text(document.get(ENTERPRISE)?.get(key))
}

/// Their id (RFC 7643 §4.3).
fn manager(document: &Map<String, Value>) -> Option<String> {
    let manager = document.get(ENTERPRISE)?.get("manager")?;
    text(manager.get("value")).map(str::to_owned)
}

fn text(value: Option<&Value>) -> Option<&str> {
    value
        .and_then(Value::as_str)
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use config::Timestamp;
    use serde_json::json;

    use super::*;

    fn row(document: &Value) -> ScimUserRow {
        ScimUserRow {
            id: "k1".to_owned(),
            user_name_key: String::new(),
            external_id: None,
            is_active: true,
            document: document.to_string(),
            created_at: Timestamp(0),
            modified_at: Timestamp(0),
            version: 1,
        }
    }

    #[test]
    fn what_is_told_becomes_a_person() {
        let document = json!({
            "userName": "ada@example.com",
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "emails": [
                {"value": "ada@home.example", "type": "home"},
                {"value": "ada@example.com", "type": "work"}
            ],
            "phoneNumbers": [
                {"value": "+441234", "type": "work"},
                {"value": "tel:+447911123456", "type": "mobile"}
            ],
            ENTERPRISE: {"department": "Engines", "employeeNumber": "7"}
        });
        let found = their_person(&row(&document), &ScimSettings::default()).unwrap();
        let expected = TheirPerson {
            key: "k1".to_owned(),
            username: "ada".to_owned(),
            display_name: "Ada Lovelace".to_owned(),
            email: Some("ada@example.com".to_owned()),
            mobile: Some("+447911123456".to_owned()),
            employee_number: Some("7".to_owned()),
            is_enabled: true,
            departments: vec!["engines".to_owned()],
            ..TheirPerson::default()
        };
        assert_eq!(found, expected);
        let without = ScimSettings {
            departments: false,
            ..ScimSettings::default()
        };
        let found = their_person(&row(&document), &without).unwrap();
        assert!(found.departments.is_empty());
    }

    #[test]
    fn who_has_no_name_is_called_by_the_username() {
        let named = |document: Value| {
            let row = row(&document);
            their_person(&row, &ScimSettings::default())
                .unwrap()
                .display_name
        };
        assert_eq!(named(json!({"userName": "ada"})), "ada");
        let name = json!({"familyName": "张", "givenName": "三"});
        assert_eq!(named(json!({"userName": "zs", "name": name})), "张三");
        let formatted = json!({"formatted": "Ms. Ada"});
        assert_eq!(
            named(json!({"userName": "ada", "name": formatted})),
            "Ms. Ada"
        );
    }
}
