//! Ids to names and back. In the store a rule says whom it is about by id; in a file by name, so that
//! people can read it and another installation can take it.

use config::id::{DepartmentId, GroupId, MemberId, RuleId};
use serde_json::{Value, json};

use crate::name_key::name_key;
use crate::refused::Invalid;
use crate::store::{
    Connection, StoreError, department_lists, departments, groups, ip_lists, members,
};

/// Where lists of rules stand in an application.
pub fn rule_lists(application: &Value) -> Vec<String> {
    let paths = application.get("path_rules").and_then(Value::as_array);
    let paths = (0..paths.map_or(0, Vec::len)).map(|at| format!("/path_rules/{at}/access/rules"));
    std::iter::once("/access/rules".to_owned())
        .chain(paths)
        .collect()
}

/// How many items stand there.
fn length(value: &Value, pointer: &str) -> usize {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.map_or(0, Vec::len)
}

/// Where each mention of somebody stands: in the rules of an application, in the exceptions of the sign-in
/// policy.
fn mentions(object: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let lists = rule_lists(object).into_iter();
    for list in lists.chain(["/exceptions".to_owned()]) {
        for rule in 0..length(object, &list) {
            let who = format!("{list}/{rule}/who");
            all.extend((0..length(object, &who)).map(|at| format!("{who}/{at}")));
        }
    }
    all
}

fn lists(application: &Value) -> Vec<String> {
    let count = length(application, "/ip_lists");
    (0..count).map(|at| format!("/ip_lists/{at}")).collect()
}

/// Puts names in the place of ids. What is gone keeps its id.
pub async fn to_names(
    connection: &mut Connection,
    application: &mut Value,
) -> Result<(), StoreError> {
    for pointer in mentions(application) {
        let Some(who) = application.pointer_mut(&pointer) else {
            continue;
        };
        let text = |key: &str| who.get(key).and_then(Value::as_str).map(str::to_owned);
        if let (Some(kind), Some(id)) = (text("kind"), text("id"))
            && let Some(name) = name_of(connection, &kind, &id).await?
        {
            *who = json!({"kind": kind, "name": name});
        }
    }
    for pointer in lists(application) {
        let Some(list) = application.pointer_mut(&pointer) else {
            continue;
        };
        if let Some(id) = list.as_str().map(RuleId::from)
            && let Some(row) = ip_lists::find(connection, &id).await?
        {
            *list = json!(row.name);
        }
    }
    Ok(())
}

async fn name_of(
    connection: &mut Connection,
    kind: &str,
    id: &str,
) -> Result<Option<Value>, StoreError> {
    Ok(match kind {
        "group" => {
            let row = groups::find(connection, &GroupId::from(id)).await?;
            row.map(|row| json!(row.name))
        }
        "person" => {
            let row = members::find(connection, &MemberId::from(id)).await?;
            row.map(|row| json!(row.username))
        }
        "department" => path_of(connection, &DepartmentId::from(id)).await?,
        "role" => Some(json!(id)),
        _ => None,
    })
}

/// `Head office/Engineering`; a list of names where one of them has a slash.
async fn path_of(
    connection: &mut Connection,
    id: &DepartmentId,
) -> Result<Option<Value>, StoreError> {
    let Some(row) = departments::find(connection, id).await? else {
        return Ok(None);
    };
    let mut above = department_lists::paths(connection, std::slice::from_ref(id)).await?;
    let above = above.remove(id).unwrap_or_default();
    let names: Vec<String> = above
        .into_iter()
        .map(|d| d.name)
        .chain([row.name])
        .collect();
    Ok(Some(if names.iter().any(|name| name.contains('/')) {
        json!(names)
    } else {
        json!(names.join("/"))
    }))
}

/// Puts ids in the place of names.
///
/// # Errors
/// [`Invalid`] for each name that nothing has.
pub async fn to_ids(
    connection: &mut Connection,
    application: &mut Value,
) -> Result<Vec<Invalid>, StoreError> {
    let mut wrong = Vec::new();
    for pointer in mentions(application) {
        let field = dotted(&pointer);
        let Some(who) = application.pointer_mut(&pointer) else {
            continue;
        };
        let kind = who.get("kind").and_then(Value::as_str).map(str::to_owned);
        if let (Some(kind), Some(name)) = (kind, who.get("name").cloned()) {
            match id_of(connection, &kind, &name).await? {
                Ok(id) => *who = json!({"kind": kind, "id": id}),
                Err(missing) => {
                    wrong.push(missing.told(&field, &kind, &name));
                    // So that it is told once.
                    *who = json!({"kind": kind, "id": ""});
                }
            }
        }
    }
    for pointer in lists(application) {
        let field = dotted(&pointer);
        let Some(list) = application.pointer_mut(&pointer) else {
            continue;
        };
        if let Some(name) = list.as_str().map(str::to_owned) {
            match ip_lists::find_by_key(connection, &name_key(&name)).await? {
                Some(row) => *list = json!(row.id),
                None => wrong.push(Missing::None.told(&field, "ip_list", &json!(name))),
            }
        }
    }
    Ok(wrong)
}

/// The departments that the rule of a group names.
fn rule_departments(group: &Value) -> Vec<String> {
    const LIST: &str = "/rule/departments";
    (0..length(group, LIST))
        .map(|at| format!("{LIST}/{at}"))
        .collect()
}

/// Puts paths in the place of the ids of departments. What is gone keeps its id.
pub async fn rule_to_names(
    connection: &mut Connection,
    group: &mut Value,
) -> Result<(), StoreError> {
    for pointer in rule_departments(group) {
        let Some(department) = group.pointer_mut(&pointer) else {
            continue;
        };
        if let Some(id) = department.as_str().map(DepartmentId::from)
            && let Some(path) = path_of(connection, &id).await?
        {
            *department = path;
        }
    }
    Ok(())
}

/// Puts ids of departments in the place of their paths.
///
/// # Errors
/// [`Invalid`] for each path at which there is none.
pub async fn rule_to_ids(
    connection: &mut Connection,
    group: &mut Value,
) -> Result<Vec<Invalid>, StoreError> {
    let mut wrong = Vec::new();
    for pointer in rule_departments(group) {
        let Some(department) = group.pointer_mut(&pointer) else {
            continue;
        };
        match at_path(connection, department).await? {
            Ok(id) => *department = json!(id),
            Err(missing) => wrong.push(missing.told(&dotted(&pointer), "department", department)),
        }
    }
    Ok(wrong)
}

#[derive(Clone, Copy, Debug)]
enum Missing {
    None,
    /// More than one has the name.
    Several,
}

async fn id_of(
    connection: &mut Connection,
    kind: &str,
    name: &Value,
) -> Result<Result<String, Missing>, StoreError> {
    let text = name.as_str().unwrap_or_default();
    let found = match kind {
        "group" => {
            let id = groups::find_by_key(connection, &name_key(text)).await?;
            id.map(|id| id.to_string())
        }
        "person" => {
            let row = members::find_by_key(connection, &name_key(text)).await?;
            row.map(|row| row.id.to_string())
        }
        "department" => return at_path(connection, name).await,
        // Whether there is such a role is asked by whoever reads the rule.
        "role" => Some(text.to_owned()),
        _ => None,
    };
    Ok(found.ok_or(Missing::None))
}

async fn at_path(
    connection: &mut Connection,
    path: &Value,
) -> Result<Result<String, Missing>, StoreError> {
    let names: Vec<&str> = match path {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        path => path.as_str().unwrap_or_default().split('/').collect(),
    };
    let mut at: Option<DepartmentId> = None;
    for name in names {
        let mut found = department_lists::named(connection, at.as_ref(), name.trim()).await?;
        match (found.pop(), found.is_empty()) {
            (Some(id), true) => at = Some(id),
            (Some(_), false) => return Ok(Err(Missing::Several)),
            (None, _) => return Ok(Err(Missing::None)),
        }
    }
    Ok(at.map(|id| id.to_string()).ok_or(Missing::None))
}

impl Missing {
    fn told(self, field: &str, kind: &str, name: &Value) -> Invalid {
        let name = name
            .as_str()
            .map_or_else(|| name.to_string(), str::to_owned);
        let is_alone = kind == "ip_list" || field.starts_with("rule.");
        let field = if is_alone {
            field.to_owned()
        } else {
            format!("{field}.name")
        };
        let (noun, noun_zh, allowed) = noun(kind);
        let what = match self {
            Self::None => (
                format!("there is no {noun} \"{name}\""),
                format!("找不到{noun_zh}“{name}”"),
            ),
            Self::Several => (
                format!("there is more than one {noun} \"{name}\""),
                format!("有多个{noun_zh}名为“{name}”"),
            ),
        };
        Invalid::new(&field, (&what.0, &what.1), allowed)
    }
}

/// What a mention is about, in both languages, and what may stand there.
fn noun(kind: &str) -> (&'static str, &'static str, (&'static str, &'static str)) {
    const THERE: (&str, &str) = (
        "the name of one in these files, or of one that exists",
        "这些文件中定义的或已存在的对象名称",
    );
    match kind {
        "group" => ("group", "用户组", THERE),
        "ip_list" => ("IP list", "IP 列表", THERE),
        "person" => (
            "person",
            "人员",
            ("a username or a mail address", "用户名或邮箱"),
        ),
        "department" => (
            "department",
            "部门",
            (
                "the names from the top down, such as Head office/Engineering",
                "从顶级部门开始的名称路径，例如 总部/研发部",
            ),
        ),
        _ => (
            "such kind of",
            "此类对象",
            (
                "everyone, members, guests, department, group, person or role",
                "everyone、members、guests、department、group、person 或 role",
            ),
        ),
    }
}

/// A JSON pointer (RFC 6901) as fields are told.
fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
