//! What Feishu tells of people and departments, in our words. Fields for which the application lacks a permission are
//! left out by the cloud: all but the key may be missing.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::settings::{FeishuSettings, FeishuUsername};
use crate::directories::entry::{TheirDepartment, TheirPerson};
use crate::hex::hex;

/// The root, which is the company itself.
pub const ROOT: &str = "0";

/// A text that is there; Feishu sends empty ones for what it does not tell.
#[must_use]
pub fn text<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    let found = of.get(name)?.as_str()?.trim();
    (!found.is_empty()).then_some(found)
}

fn is_set(of: &Value, name: &str) -> bool {
    of.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// Whether the department is gone: it is listed for a while longer.
#[must_use]
pub fn is_deleted(department: &Value) -> bool {
    let status = department.get("status").unwrap_or(&Value::Null);
    is_set(status, "is_deleted")
}

/// `None`: what is told is no department.
#[must_use]
pub fn department(told: &Value) -> Option<TheirDepartment> {
    let key = text(told, "open_department_id")?;
    let parent = text(told, "parent_department_id").filter(|parent| *parent != ROOT);
    let order = told.get("order");
    let order = order.and_then(|order| {
        order
            .as_str()
            .and_then(|o| o.parse().ok())
            .or(order.as_i64())
    });
    let department = TheirDepartment {
        key: key.to_owned(),
        parent: parent.map(str::to_owned),
        name: text(told, "name").unwrap_or(key).to_owned(),
        position: order.unwrap_or_default(),
        managers: managers(told),
    };
    Some(department.storable())
}

/// Whoever heads it before their deputies (`leaderType` 2), by the key that was asked for.
fn managers(told: &Value) -> Vec<String> {
    let leaders = told.get("leaders").and_then(Value::as_array);
    let mut leaders: Vec<&Value> = leaders.into_iter().flatten().collect();
    leaders.sort_by_key(|one| one.get("leaderType").and_then(Value::as_i64));
    let named = leaders.into_iter().filter_map(|one| text(one, "leaderID"));
    let mut managers: Vec<String> = Vec::new();
    for key in text(told, "leader_user_id").into_iter().chain(named) {
        if !managers.iter().any(|known| known == key) {
            managers.push(key.to_owned());
        }
    }
    managers
}

/// Whether the person has left the company: they are told of for a while longer.
#[must_use]
pub fn has_left(told: &Value) -> bool {
    let status = told.get("status").unwrap_or(&Value::Null);
    is_set(status, "is_resigned") || is_set(status, "is_exited")
}

/// `None`: what is told is no person.
#[must_use]
pub fn person(settings: &FeishuSettings, told: &Value) -> Option<TheirPerson> {
    let key = text(told, "union_id")?;
    let status = told.get("status").unwrap_or(&Value::Null);
    let username = username(settings, told, key);
    let display_name = text(told, "name").or(text(told, "en_name"));
    let person = TheirPerson {
        key: key.to_owned(),
        display_name: display_name.unwrap_or(&username).to_owned(),
        username,
        email: work_mail(told).or(text(told, "email")).map(str::to_owned),
        mobile: text(told, "mobile").map(str::to_owned),
        employee_number: text(told, "employee_no").map(str::to_owned),
        is_enabled: !is_set(status, "is_frozen") && !has_left(told),
        departments: departments(told),
        manager: text(told, "leader_user_id").map(str::to_owned),
        ..TheirPerson::default()
    };
    Some(person.storable())
}

/// The address that the company itself gives, which is nobody else's.
#[must_use]
pub fn work_mail(told: &Value) -> Option<&str> {
    text(told, "enterprise_email")
}

fn username(settings: &FeishuSettings, told: &Value, key: &str) -> String {
    let mailbox = || {
        let address = work_mail(told).or(text(told, "email"))?;
        address.split('@').next()
    };
    let chosen = match settings.username {
        FeishuUsername::Email => mailbox(),
        FeishuUsername::EmployeeNumber => text(told, "employee_no"),
        FeishuUsername::UserId => text(told, "user_id"),
        FeishuUsername::Mobile => text(told, "mobile").map(|mobile| mobile.trim_start_matches('+')),
    };
    let chosen = chosen.filter(|chosen| crate::members::names::username(chosen).is_ok());
    chosen.map_or_else(
        || format!("feishu-{}", &hex(&Sha256::digest(key))[..10]),
        str::to_owned,
    )
}

/// The main one first, then in the order in which the person sees them.
fn departments(told: &Value) -> Vec<String> {
    let list = |name: &str| told.get(name).and_then(Value::as_array);
    let ids = list("department_ids").into_iter().flatten();
    let mut ids: Vec<String> = ids
        .filter_map(Value::as_str)
        .filter(|id| *id != ROOT)
        .map(str::to_owned)
        .collect();
    let orders = list("orders").into_iter().flatten();
    let orders: Vec<&Value> = orders.collect();
    ids.sort_by_key(|id| {
        let order = orders
            .iter()
            .find(|one| text(one, "department_id") == Some(id));
        let is_primary = order.is_some_and(|one| is_set(one, "is_primary_dept"));
        let rank = order.and_then(|one| one.get("department_order")?.as_i64());
        // A larger number stands further up there.
        (!is_primary, std::cmp::Reverse(rank.unwrap_or_default()))
    });
    ids
}
