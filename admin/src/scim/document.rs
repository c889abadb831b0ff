//! What is told of a resource, put into the shape in which it is kept: the names of attributes as the schema
//! writes them, values of their types, and nothing that we have no place for.
//!
//! Providers write what they mean in several ways. A flag may be a text ("False"), a number stand where a text
//! is meant, one value where there can be several, and a name in any case.

use serde_json::{Map, Value};

use super::error::ScimError;
use super::schema::{Attribute, Schema, Shape, find};

/// No text is longer, in characters.
const LONGEST: usize = 1024;
/// No attribute but members has more values.
const MOST_VALUES: usize = 100;
/// No group has more members.
const MOST_MEMBERS: usize = 200_000;

/// The whole of what is told, as it is kept.
///
/// # Errors
/// The attribute whose value is of no use.
pub fn read(schema: &Schema, told: &Value) -> Result<Map<String, Value>, ScimError> {
    let told = told.as_object().ok_or_else(no_object)?;
    let mut kept = Map::new();
    for (name, value) in told {
        if let Some((urn, attributes)) = schema.extension_named(name) {
            let inner = object(attributes, value)?;
            put(&mut kept, urn, inner.map(Value::Object));
        } else if let Some(attribute) = schema.core(name).filter(|one| !one.is_read_only) {
            put(&mut kept, attribute.name, shaped(attribute, value)?);
        } else if let Some((urn, attribute)) = of_extension(schema, name) {
            let value = shaped(attribute, value)?;
            let inner = kept.entry(urn).or_insert_with(|| Map::new().into());
            if let Some(inner) = inner.as_object_mut() {
                put(inner, attribute.name, value);
            }
        }
    }
    Ok(kept)
}

/// `urn:…:User:department`, as some write it.
fn of_extension(schema: &Schema, name: &str) -> Option<(&'static str, &'static Attribute)> {
    let (urn, attribute) = name.rsplit_once(':')?;
    let (urn, attributes) = schema.extension_named(urn)?;
    Some((urn, find(attributes, attribute)?))
}

/// That what there must be is there.
///
/// # Errors
/// The attribute that is missing.
pub fn complete(schema: &Schema, document: &Map<String, Value>) -> Result<(), ScimError> {
    let missing = schema
        .attributes
        .iter()
        .find(|one| one.is_required && !document.contains_key(one.name));
    match missing {
        Some(one) => Err(ScimError::invalid_value((
            &format!("{} is missing", one.name),
            &format!("缺少 {}", one.name),
        ))),
        None => Ok(()),
    }
}

/// Sets a value; nothing takes it away.
pub fn put(map: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => {
            map.insert(name.to_owned(), value);
        }
        None => {
            map.remove(name);
        }
    }
}

/// A value as the attribute has it; `None`: none is set.
///
/// # Errors
/// If it is of no use.
pub fn shaped(attribute: &Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    if !attribute.is_many {
        return one(attribute, value);
    }
    let all = match value {
        Value::Null => return Ok(None),
        Value::Array(all) => all.as_slice(),
        single => std::slice::from_ref(single),
    };
    check_count(attribute, all.len())?;
    let mut kept = Vec::with_capacity(all.len());
    for value in all {
        kept.extend(one(attribute, value)?);
    }
    let kept = one_primary(kept);
    Ok((!kept.is_empty()).then(|| kept.into()))
}

/// # Errors
/// If an attribute would have more values than any has.
pub fn check_count(attribute: &Attribute, count: usize) -> Result<(), ScimError> {
    let most = if attribute.name == "members" {
        MOST_MEMBERS
    } else {
        MOST_VALUES
    };
    if count <= most {
        return Ok(());
    }
    Err(ScimError::invalid_value((
        &format!("{} has more than {most} values", attribute.name),
        &format!("{} 的值超过 {most} 个", attribute.name),
    )))
}

/// The last that is said to be primary is (RFC 7643 §2.4).
#[must_use]
pub fn one_primary(mut all: Vec<Value>) -> Vec<Value> {
    let is_primary = |one: &Value| one.get("primary") == Some(&Value::Bool(true));
    let last = all.iter().rposition(is_primary);
    for (at, one) in all.iter_mut().enumerate() {
        if Some(at) != last && is_primary(one) {
            one["primary"] = false.into();
        }
    }
    all
}

fn one(attribute: &Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    match attribute.shape {
        Shape::Text | Shape::Reference => text(attribute, value),
        Shape::Boolean => flag(attribute, value),
        Shape::Complex => {
            // A text alone is the value of it: `manager` and `members` are written so.
            if matches!(value, Value::String(_)) && find(attribute.subs, "value").is_some() {
                let mut map = Map::new();
                map.insert("value".to_owned(), value.clone());
                return Ok(object(attribute.subs, &Value::Object(map))?.map(Value::Object));
            }
            Ok(object(attribute.subs, value)?.map(Value::Object))
        }
    }
}

fn object(
    attributes: &[Attribute],
    value: &Value,
) -> Result<Option<Map<String, Value>>, ScimError> {
    let told = match value {
        Value::Null => return Ok(None),
        Value::Array(all) if all.len() <= 1 => match all.first() {
            Some(first) => first.as_object().ok_or_else(no_object)?,
            None => return Ok(None),
        },
        other => other.as_object().ok_or_else(no_object)?,
    };
    let mut kept = Map::new();
    for (name, value) in told {
        if let Some(attribute) = find(attributes, name).filter(|one| !one.is_read_only) {
            put(&mut kept, attribute.name, shaped(attribute, value)?);
        }
    }
    Ok((!kept.is_empty()).then_some(kept))
}

fn text(attribute: &Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    let told = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(all) if all.len() == 1 => return text(attribute, &all[0]),
        Value::Object(map) if map.contains_key("value") => return text(attribute, &map["value"]),
        _ => return Err(no_use(attribute, ("a text", "文本"))),
    };
    if told.chars().count() > LONGEST || told.contains('\0') {
        return Err(no_use(
            attribute,
            (
                "a text of at most 1024 characters, without U+0000",
                "最多 1024 个字符的文本，不含 U+0000",
            ),
        ));
    }
    Ok((!told.is_empty()).then(|| told.into()))
}

fn flag(attribute: &Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(_) => Ok(Some(value.clone())),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true.into())),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false.into())),
        Value::Array(all) if all.len() == 1 => flag(attribute, &all[0]),
        Value::Object(map) if map.contains_key("value") => flag(attribute, &map["value"]),
        _ => Err(no_use(attribute, ("true or false", "true 或 false"))),
    }
}

fn no_use(attribute: &Attribute, (en, zh_cn): (&str, &str)) -> ScimError {
    ScimError::invalid_value((
        &format!("{} takes {en}", attribute.name),
        &format!("{} 应为{zh_cn}", attribute.name),
    ))
}

fn no_object() -> ScimError {
    ScimError::bad(
        "invalidSyntax",
        ("an object was expected", "此处应为 JSON 对象"),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schema::{ENTERPRISE, GROUPS, USERS};

    #[test]
    fn what_is_told_is_kept_in_one_shape() {
        let told = json!({
            "USERNAME": " ada ", "active": "False", "externalId": "x1", "password": "secret",
            "emails": {"value": "a@b.example", "Primary": "True", "unknown": 1},
            "name": {"givenname": "Ada", "familyName": ""}, "nickName": "A", "groups": [{"value": "g"}],
            ENTERPRISE: {"employeeNumber": 7, "manager": "m1"}, "id": "mine", "meta": {},
        });
        let kept = Value::Object(read(&USERS, &told).unwrap());
        let expected = json!({
            "userName": "ada", "active": false, "externalId": "x1",
            "emails": [{"value": "a@b.example", "primary": true}], "name": {"givenName": "Ada"},
            ENTERPRISE: {"employeeNumber": "7", "manager": {"value": "m1"}},
        });
        assert_eq!(kept, expected);
    }

    #[test]
    fn what_is_of_no_use_is_told_by_its_name() {
        for told in [
            json!({"userName": ["a", "b"]}),
            json!({"active": "perhaps"}),
            json!({"emails": vec![json!({"value": "a"}); 101]}),
            json!({"title": "x".repeat(1025)}),
            json!({"name": "Ada"}),
            json!([]),
        ] {
            assert!(read(&USERS, &told).is_err(), "{told}");
        }
        assert!(complete(&USERS, &Map::new()).is_err());
        let group = read(&GROUPS, &json!({"displayName": "g", "members": ["u1"]})).unwrap();
        assert_eq!(group["members"], json!([{"value": "u1"}]));
        assert!(complete(&GROUPS, &group).is_ok());
    }
}
