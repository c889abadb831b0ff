//! Whether a resource is one of those that are asked for (RFC 7644 §3.4.2.2). The grammar, and what bounds
//! it, is `scim_v2`'s.

use scim_v2::filter::{AttrExp, AttrPath, CompValue, CompareOp, Filter, ValFilter};
use serde_json::{Map, Value};

use super::error::ScimError;
use super::schema::{Attribute, EXTERNAL_ID, Place, Schema, find};
use crate::name_key::name_key;
use crate::store::scim_users::By;

/// No filter is longer, in bytes.
const LONGEST: usize = 8192;

/// # Errors
/// If it is no filter.
pub fn parse(text: &str) -> Result<Filter, ScimError> {
    let no_filter = |why: String| {
        ScimError::bad(
            "invalidFilter",
            (
                &format!("this is no filter: {why}"),
                &format!("过滤条件无效：{why}"),
            ),
        )
    };
    if text.len() > LONGEST {
        return Err(no_filter(format!("longer than {LONGEST} bytes")));
    }
    text.parse().map_err(|error| no_filter(format!("{error}")))
}

/// Whether the resource, as it is answered with, is one of them.
#[must_use]
pub fn matches(schema: &Schema, filter: &Filter, whole: &Map<String, Value>) -> bool {
    match filter {
        Filter::Attr(expression) => {
            let values = values_at(schema, whole, path_of(expression));
            holds(expression, &values)
        }
        Filter::ValuePath(path) => {
            let (elements, attribute) = elements_at(schema, whole, &path.attr);
            let subs = attribute.map_or(&[][..], |one| one.subs);
            elements
                .iter()
                .any(|element| element_matches(subs, &path.filter, element))
        }
        Filter::Not(inner) => !matches(schema, inner, whole),
        Filter::And(all) => all.iter().all(|one| matches(schema, one, whole)),
        Filter::Or(all) => all.iter().any(|one| matches(schema, one, whole)),
    }
}

/// Whether one value of an attribute with these parts is one of those in brackets.
#[must_use]
pub fn element_matches(subs: &'static [Attribute], filter: &ValFilter, element: &Value) -> bool {
    match filter {
        ValFilter::Attr(expression) => {
            let path = path_of(expression);
            let sub = find(subs, &path.name);
            let values = sub.and_then(|sub| element.get(sub.name)).into_iter();
            holds(expression, &Values(values.collect(), is_exact(sub)))
        }
        ValFilter::Not(inner) => !element_matches(subs, inner, element),
        ValFilter::And(all) => all.iter().all(|one| element_matches(subs, one, element)),
        ValFilter::Or(all) => all.iter().any(|one| element_matches(subs, one, element)),
    }
}

/// What an index finds, where every resource that is asked for is among it.
#[must_use]
pub fn indexed(schema: &Schema, filter: &Filter) -> Option<By> {
    match filter {
        Filter::Attr(AttrExp::Comparison(path, CompareOp::Eq, CompValue::Str(value)))
            if path.sub_attr.is_none()
                && matches!(schema.place(path.uri.as_deref()), Some(Place::Core)) =>
        {
            let is = |name: &str| path.name.eq_ignore_ascii_case(name);
            match () {
                // Each is kept by the name that it must have.
                () if schema.core(&path.name).is_some_and(|one| one.is_required) => {
                    Some(By::NameKey(name_key(value)))
                }
                () if is("externalId") => Some(By::ExternalId(value.clone())),
                () if is("id") => Some(By::Id(value.clone())),
                () => None,
            }
        }
        Filter::And(all) => all.iter().find_map(|one| indexed(schema, one)),
        _ => None,
    }
}

fn path_of(expression: &AttrExp) -> &AttrPath {
    match expression {
        AttrExp::Present(path) | AttrExp::Comparison(path, _, _) => path,
    }
}

/// The values at a path, and whether their case counts.
struct Values<'a>(Vec<&'a Value>, bool);

fn values_at<'a>(schema: &Schema, whole: &'a Map<String, Value>, path: &AttrPath) -> Values<'a> {
    let (all, attribute) = elements_at(schema, whole, path);
    // Of several values that are made of parts, `value` is meant where no part is named.
    let sub = path.sub_attr.as_deref();
    let sub = sub.or_else(|| attribute.filter(|one| one.is_many).map(|_| "value"));
    let Some(sub) = sub else {
        let is_id = path.name.eq_ignore_ascii_case("id");
        return Values(all, is_exact(attribute) || is_id);
    };
    let part = attribute.and_then(|one| find(one.subs, sub));
    let name = part.map_or(sub, |one| one.name);
    let parts = all.into_iter().filter_map(|one| one.get(name));
    Values(parts.collect(), is_exact(part))
}

/// The values of an attribute as they are.
fn elements_at<'a>(
    schema: &Schema,
    whole: &'a Map<String, Value>,
    path: &AttrPath,
) -> (Vec<&'a Value>, Option<&'static Attribute>) {
    let (map, attribute) = match schema.place(path.uri.as_deref()) {
        Some(Place::Extension(urn, attributes)) => (
            whole.get(urn).and_then(Value::as_object),
            find(attributes, &path.name),
        ),
        Some(Place::Core) => (Some(whole), schema.core(&path.name)),
        None => (None, None),
    };
    let key = attribute.map_or_else(|| common(&path.name), |one| one.name);
    let all = match map.and_then(|map| map.get(key)) {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    (all, attribute)
}

/// What every resource has.
fn common(name: &str) -> &'static str {
    let names = ["id", "meta", "schemas"];
    let found = names.into_iter().find(|one| one.eq_ignore_ascii_case(name));
    found.unwrap_or_default()
}

fn is_exact(attribute: Option<&Attribute>) -> bool {
    attribute.is_some_and(|one| one.is_case_exact || one.name == EXTERNAL_ID.name)
}

fn holds(expression: &AttrExp, Values(values, is_exact): &Values<'_>) -> bool {
    match expression {
        AttrExp::Present(_) => values.iter().any(|value| is_there(value)),
        AttrExp::Comparison(_, CompareOp::Ne, wanted) => {
            !values.iter().any(|value| equals(value, wanted, *is_exact))
        }
        AttrExp::Comparison(_, CompareOp::Eq, CompValue::Null) => values.is_empty(),
        AttrExp::Comparison(_, operator, wanted) => values
            .iter()
            .any(|value| compares(value, operator, wanted, *is_exact)),
    }
}

fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn equals(value: &Value, wanted: &CompValue, is_exact: bool) -> bool {
    compares(value, &CompareOp::Eq, wanted, is_exact)
}

fn compares(value: &Value, operator: &CompareOp, wanted: &CompValue, is_exact: bool) -> bool {
    match (value, wanted) {
        (Value::Bool(is), CompValue::True) => *operator == CompareOp::Eq && *is,
        (Value::Bool(is), CompValue::False) => *operator == CompareOp::Eq && !*is,
        // Some write what is true or false as a text.
        (Value::Bool(is), CompValue::Str(text)) => {
            *operator == CompareOp::Eq && text.eq_ignore_ascii_case(&is.to_string())
        }
        (Value::String(text), CompValue::Str(wanted)) if is_exact => {
            compares_text(text, operator, wanted)
        }
        (Value::String(text), CompValue::Str(wanted)) => {
            compares_text(&text.to_lowercase(), operator, &wanted.to_lowercase())
        }
        _ => false,
    }
}

fn compares_text(text: &str, operator: &CompareOp, wanted: &str) -> bool {
    match operator {
        CompareOp::Eq => text == wanted,
        CompareOp::Ne => text != wanted,
        CompareOp::Co => text.contains(wanted),
        CompareOp::Sw => text.starts_with(wanted),
        CompareOp::Ew => text.ends_with(wanted),
        CompareOp::Gt => text > wanted,
        CompareOp::Lt => text < wanted,
        CompareOp::Ge => text >= wanted,
        CompareOp::Le => text <= wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schema::{ENTERPRISE, GROUPS, USERS};

    fn ada() -> Map<String, Value> {
        let ada = json!({
            "id": "AB", "userName": "Ada@Example.com", "active": true, "externalId": "X1",
            "displayName": "Ada", "name": {"familyName": "Lovelace"},
            "emails": [{"value": "ada@work.example", "type": "work"}, {"value": "a@home.example"}],
            "meta": {"lastModified": "2026-01-01T00:00:00.000Z"}, ENTERPRISE: {"department": "Engines"},
        });
        ada.as_object().unwrap().clone()
    }

    fn finds(text: &str) -> bool {
        matches(&USERS, &parse(text).unwrap(), &ada())
    }

    #[test]
    fn those_that_are_asked_for_are_found() {
        for text in [
            r#"userName eq "ada@example.com""#,
            r#"USERNAME Eq "ADA@example.com""#,
            r#"externalId eq "X1" and active eq true"#,
            r#"active eq "True""#,
            r#"id eq "AB""#,
            r#"emails.value eq "A@HOME.example""#,
            r#"emails co "work.""#,
            r#"emails[type eq "work" and value ew ".example"]"#,
            r#"displayName sw "ad" or userName eq "x""#,
            "name.familyName pr and not (title pr)",
            "title eq null",
            r#"meta.lastModified gt "2025-12-31T00:00:00Z""#,
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ada""#,
            r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "engines""#,
            r#"userName ne "bob""#,
        ] {
            assert!(finds(text), "{text}");
        }
        for text in [
            r#"externalId eq "x1""#,
            r#"id eq "ab""#,
            "active eq false",
            r#"emails[type eq "home"]"#,
            "nickName pr",
            r#"urn:example:other:2.0:User:userName eq "ada@example.com""#,
            "urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr",
            r#"title eq "x""#,
            r#"userName ne "ada@example.com""#,
        ] {
            assert!(!finds(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_or_is_too_deep_is_refused() {
        let deep = format!("{}title pr{}", "(".repeat(100), ")".repeat(100));
        let long = format!(r#"userName eq "{}""#, "x".repeat(LONGEST));
        for text in [
            "",
            "userName",
            "userName eq",
            "userName eq 'a'",
            &deep,
            &long,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_index_is_asked_where_it_finds_all() {
        let of = |text: &str| indexed(&USERS, &parse(text).unwrap());
        let name = || Some(By::NameKey("ada".to_owned()));
        assert_eq!(of(r#"userName eq "Ada""#), name());
        assert_eq!(of(r#"active eq true and userName eq "ada""#), name());
        assert_eq!(
            of(r#"externalId eq "X""#),
            Some(By::ExternalId("X".to_owned()))
        );
        assert_eq!(of(r#"userName eq "ada" or active eq true"#), None);
        assert_eq!(of(r#"not (userName eq "ada")"#), None);
        assert_eq!(of(r#"userName sw "ada""#), None);
        assert_eq!(of(r#"displayName eq "ada""#), None);
        let group = indexed(&GROUPS, &parse(r#"displayName eq "Ada""#).unwrap());
        assert_eq!(group, name());
    }
}
