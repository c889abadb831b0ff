//! What WeCom tells of people and departments, in our words. Applications made since 2022 are told neither mobile
//! numbers nor mail addresses: all but the key may be missing.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::settings::{WeComSettings, WeComUsername};
use crate::directories::entry::{TheirDepartment, TheirPerson};
use crate::hex::hex;

/// The root, which is the company itself.
pub const ROOT: i64 = 1;
const DISABLED: i64 = 2;
const LEFT: i64 = 5;

/// A text that is there; empty ones stand for what is not told.
#[must_use]
pub fn text<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    let found = of.get(name)?.as_str()?.trim();
    (!found.is_empty()).then_some(found)
}

/// A number, which may be told as a text.
#[must_use]
pub fn number(of: &Value, name: &str) -> Option<i64> {
    as_number(of.get(name)?)
}

fn as_number(told: &Value) -> Option<i64> {
    told.as_i64().or_else(|| told.as_str()?.parse().ok())
}

/// What never changes of somebody: large and small letters are the same there.
#[must_use]
pub fn key(user_id: &str) -> String {
    user_id.trim().to_lowercase()
}

/// `None`: what is told is no department.
#[must_use]
pub fn department(told: &Value) -> Option<TheirDepartment> {
    let id = number(told, "id")?;
    let parent = number(told, "parentid").filter(|parent| *parent > ROOT);
    let name = text(told, "name").map_or_else(|| id.to_string(), str::to_owned);
    let department = TheirDepartment {
        key: id.to_string(),
        parent: parent.map(|parent| parent.to_string()),
        name,
        // A larger number stands further up there.
        position: number(told, "order").unwrap_or_default().saturating_neg(),
        managers: keys(told, "department_leader"),
    };
    Some(department.storable())
}

/// Whether the person has left the company: they are told of for a while longer.
#[must_use]
pub fn has_left(told: &Value) -> bool {
    number(told, "status") == Some(LEFT)
}

/// `None`: what is told is no person.
#[must_use]
pub fn person(settings: &WeComSettings, told: &Value) -> Option<TheirPerson> {
    let user_id = text(told, "userid")?;
    let key = key(user_id);
    let username = username(settings, told, (&key, user_id));
    let is_disabled = number(told, "status") == Some(DISABLED) || number(told, "enable") == Some(0);
    let person = TheirPerson {
        display_name: text(told, "name").unwrap_or(&username).to_owned(),
        username,
        email: work_mail(told).or(text(told, "email")).map(str::to_owned),
        mobile: text(told, "mobile").map(str::to_owned),
        is_enabled: !is_disabled && !has_left(told),
        departments: departments(told),
        manager: keys(told, "direct_leader").into_iter().next(),
        key,
        ..TheirPerson::default()
    };
    Some(person.storable())
}

/// The people of a list, each by their key.
fn keys(told: &Value, name: &str) -> Vec<String> {
    let all = told.get(name).and_then(Value::as_array);
    let ids = all.into_iter().flatten().filter_map(Value::as_str);
    ids.map(key).filter(|key| !key.is_empty()).collect()
}

/// The address that the company itself gives, which is nobody else's.
#[must_use]
pub fn work_mail(told: &Value) -> Option<&str> {
    text(told, "biz_mail")
}

fn username(settings: &WeComSettings, told: &Value, (key, user_id): (&str, &str)) -> String {
    let mailbox = || {
        let address = work_mail(told).or(text(told, "email"))?;
        address.split('@').next()
    };
    let chosen = match settings.username {
        WeComUsername::UserId => Some(user_id),
        WeComUsername::Email => mailbox(),
        WeComUsername::Mobile => text(told, "mobile").map(|mobile| mobile.trim_start_matches('+')),
    };
    let chosen = chosen.filter(|chosen| crate::members::names::username(chosen).is_ok());
    chosen.map_or_else(
        || format!("wecom-{}", &hex(&Sha256::digest(key))[..10]),
        str::to_owned,
    )
}

/// The main one first, then as they are told.
fn departments(told: &Value) -> Vec<String> {
    let ids = told.get("department").and_then(Value::as_array);
    let ids = ids.into_iter().flatten().filter_map(as_number);
    let mut ids: Vec<i64> = ids.filter(|id| *id != ROOT).collect();
    let main = number(told, "main_department");
    ids.sort_by_key(|id| Some(*id) != main);
    ids.dedup();
    ids.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings() -> WeComSettings {
        serde_json::from_value(json!({"corp_id": "ww1", "agent_id": 1})).unwrap()
    }

    #[test]
    fn a_person_is_the_same_however_their_userid_is_written() {
        let told = json!({"userid": "ZhangSan", "name": "张三", "department": [1, 2, 3],
                          "main_department": 3, "status": 1, "biz_mail": "z@example.com",
                          "email": "own@example.org"});
        let person = person(&settings(), &told).unwrap();
        assert_eq!(person.key, "zhangsan");
        assert_eq!(person.username, "ZhangSan");
        assert_eq!(person.display_name, "张三");
        assert_eq!(person.email.as_deref(), Some("z@example.com"));
        assert_eq!(person.departments, ["3", "2"]);
        assert!(person.is_enabled);
    }

    #[test]
    fn nothing_but_the_userid_is_needed() {
        let told = json!({"userid": "a b", "mobile": "", "status": 4});
        let person = person(&settings(), &told).unwrap();
        assert!(person.username.starts_with("wecom-"), "{}", person.username);
        assert_eq!((person.mobile, person.is_enabled), (None, true));
        assert!(super::person(&settings(), &json!({"name": "x"})).is_none());
    }

    #[test]
    fn whoever_is_disabled_or_has_left_is_told_apart() {
        let told = |status: i64| json!({"userid": "x", "status": status});
        assert!(!person(&settings(), &told(2)).unwrap().is_enabled);
        assert!(!has_left(&told(2)) && has_left(&told(5)));
        let off = json!({"userid": "x", "status": 1, "enable": 0});
        assert!(!person(&settings(), &off).unwrap().is_enabled);
    }

    #[test]
    fn a_larger_order_stands_further_up() {
        let of = |order: i64| json!({"id": 2, "parentid": 1, "name": "x", "order": order});
        let (high, low) = (department(&of(4_294_967_295)), department(&of(1)));
        let (high, low) = (high.unwrap(), low.unwrap());
        assert!(high.position < low.position);
        assert_eq!((high.key.as_str(), high.parent), ("2", None));
    }
}
