//! The contacts: departments and people, as far as the application may see them.

use std::collections::{HashMap, HashSet};

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::auth::refuse;
use super::{Cloud, World, fine, refused};

type Asked = Query<HashMap<String, String>>;

const ROOT: &str = "0";
const DEPARTMENTS: &str = "contact:department.base:readonly";
const PEOPLE: &str = "contact:user.base:readonly";

pub fn routes() -> Router<Cloud> {
    let below = |path: &str| format!("/open-apis/contact/v3/{path}");
    Router::new()
        .route(&below("scopes"), get(scopes))
        .route(&below("departments/{id}"), get(department))
        .route(&below("departments/{id}/children"), get(children))
        .route(&below("users/find_by_department"), get(in_department))
        .route(&below("users/{id}"), get(person))
        .route("/open-apis/application/v6/scopes", get(permissions))
}

impl World {
    /// Whether a department lies in what the application may see.
    fn shows(&self, id: &str) -> bool {
        let Some((shown, _)) = &self.scope else {
            return true;
        };
        let mut at = id.to_owned();
        while at != ROOT {
            if shown.contains(&at) {
                return true;
            }
            let above = self
                .departments
                .iter()
                .find(|one| one["open_department_id"] == *at);
            at = above
                .and_then(|one| one["parent_department_id"].as_str())
                .unwrap_or(ROOT)
                .to_owned();
        }
        false
    }

    fn shows_person(&self, person: &Value) -> bool {
        let Some((_, people)) = &self.scope else {
            return true;
        };
        let departments = person["department_ids"].as_array().into_iter().flatten();
        people.iter().any(|id| person["union_id"] == **id)
            || departments
                .filter_map(Value::as_str)
                .any(|id| self.shows(id))
    }

    /// Those below a department: the next ones, or all.
    fn below(&self, id: &str, is_deep: bool) -> Vec<Value> {
        let mut known: HashSet<&str> = [id].into();
        let mut found = Vec::new();
        loop {
            let next = self.departments.iter().find(|one| {
                let of = |name: &str| one[name].as_str().unwrap_or_default();
                known.contains(of("parent_department_id"))
                    && !known.contains(of("open_department_id"))
                    && !found.contains(*one)
            });
            let Some(next) = next else {
                return found;
            };
            found.push(next.clone());
            if is_deep {
                known.insert(next["open_department_id"].as_str().unwrap_or_default());
            }
        }
    }
}

/// A part of a list, and the token of the next.
fn page(asked: &HashMap<String, String>, all: &[Value]) -> Response {
    let of = |name: &str| asked.get(name).map_or("", String::as_str);
    let size: usize = of("page_size").parse().unwrap_or(10);
    if size > 50 || size == 0 {
        return refused(StatusCode::BAD_REQUEST, 40011, "page size is invalid");
    }
    let from = match of("page_token") {
        "" => 0,
        token => match token.strip_prefix("after-").and_then(|at| at.parse().ok()) {
            Some(from) => from,
            None => {
                return refused(
                    StatusCode::BAD_REQUEST,
                    40012,
                    "page token is invalid error",
                );
            }
        },
    };
    let items: Vec<&Value> = all.iter().skip(from).take(size).collect();
    let behind = from + items.len();
    let mut data = json!({"has_more": behind < all.len()});
    if !items.is_empty() {
        data["items"] = json!(items);
    }
    if behind < all.len() {
        data["page_token"] = format!("after-{behind}").into();
    }
    fine(&data)
}

async fn scopes(State(cloud): State<Cloud>, headers: HeaderMap) -> Response {
    if let Some(refused) = refuse(&cloud, &headers, "contact:contact.base:readonly") {
        return refused;
    }
    let world = cloud.0.lock();
    let (departments, people) = world.scope.clone().unwrap_or_else(|| {
        let top = world.below(ROOT, false);
        let ids = top
            .iter()
            .filter_map(|one| one["open_department_id"].as_str());
        (ids.map(str::to_owned).collect(), Vec::new())
    });
    fine(
        &json!({"has_more": false, "department_ids": departments, "user_ids": people, "group_ids": []}),
    )
}

async fn department(
    State(cloud): State<Cloud>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    if let Some(refused) = refuse(&cloud, &headers, DEPARTMENTS) {
        return refused;
    }
    let world = cloud.0.lock();
    if !world.shows(&id) {
        return refused(StatusCode::FORBIDDEN, 40004, "no dept authority error");
    }
    match world
        .departments
        .iter()
        .find(|one| one["open_department_id"] == *id)
    {
        Some(found) => fine(&json!({ "department": found })),
        None => refused(StatusCode::BAD_REQUEST, 40015, "department not exist"),
    }
}

async fn children(
    State(cloud): State<Cloud>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Asked,
) -> Response {
    if let Some(refused) = refuse(&cloud, &headers, DEPARTMENTS) {
        return refused;
    }
    let world = cloud.0.lock();
    if !world.shows(&id) {
        return refused(StatusCode::FORBIDDEN, 40004, "no dept authority error");
    }
    let is_deep = asked
        .get("fetch_child")
        .is_some_and(|value| value == "true");
    page(&asked, &world.below(&id, is_deep))
}

async fn in_department(
    State(cloud): State<Cloud>,
    headers: HeaderMap,
    Query(asked): Asked,
) -> Response {
    if let Some(refused) = refuse(&cloud, &headers, PEOPLE) {
        return refused;
    }
    let world = cloud.0.lock();
    let id = asked.get("department_id").map_or("", String::as_str);
    if !world.shows(id) {
        return refused(StatusCode::FORBIDDEN, 40004, "no dept authority error");
    }
    let is_in = |one: &&Value| {
        let ids = one["department_ids"].as_array();
        ids.is_some_and(|ids| ids.iter().any(|one| one == id))
    };
    let people: Vec<Value> = world.people.iter().filter(is_in).cloned().collect();
    page(&asked, &people)
}

async fn person(
    State(cloud): State<Cloud>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Asked,
) -> Response {
    if let Some(refused) = refuse(&cloud, &headers, PEOPLE) {
        return refused;
    }
    let by = asked.get("user_id_type").map_or("open_id", String::as_str);
    let world = cloud.0.lock();
    match world.people.iter().find(|one| one[by] == *id) {
        None => refused(StatusCode::BAD_REQUEST, 41012, "user id invalid error"),
        Some(person) if world.shows_person(person) => fine(&json!({ "user": person })),
        Some(_) => refused(StatusCode::FORBIDDEN, 41050, "no user authority error"),
    }
}

async fn permissions(State(cloud): State<Cloud>, headers: HeaderMap) -> Response {
    if let Some(refused) = refuse(&cloud, &headers, "") {
        return refused;
    }
    let world = cloud.0.lock();
    let all = [
        "tenant:tenant:readonly",
        "contact:contact.base:readonly",
        DEPARTMENTS,
        "contact:department.organize:readonly",
        PEOPLE,
        "contact:user.department:readonly",
        "contact:user.employee:readonly",
        "contact:user.email:readonly",
        "contact:user.phone:readonly",
        "im:message:send_as_bot",
    ];
    let all = all.map(|name| {
        let is_missing = world.missing_permissions.contains(name);
        json!({"scope_name": name, "scope_type": "tenant", "grant_status": if is_missing { 2 } else { 1 }})
    });
    fine(&json!({ "scopes": all }))
}
