//! The contacts, as far as the application may see them.

use std::collections::HashMap;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::auth::refuse;
use super::{AGENT_ID, Cloud, World, fine, is_called, refused};

type Asked = Query<HashMap<String, String>>;

pub fn routes() -> Router<Cloud> {
    Router::new()
        .route("/cgi-bin/department/list", get(departments))
        .route("/cgi-bin/user/list", get(people))
        .route("/cgi-bin/user/get", get(person))
        .route("/cgi-bin/agent/get", get(agent))
}

fn of<'a>(asked: &'a HashMap<String, String>, name: &str) -> &'a str {
    asked.get(name).map_or("", String::as_str)
}

impl World {
    fn parent(&self, id: i64) -> Option<i64> {
        let found = self.departments.iter().find(|one| one["id"] == id);
        found.and_then(|one| one["parentid"].as_i64())
    }

    /// Whether a department is this one, or below it.
    fn is_below(&self, id: i64, above: i64) -> bool {
        let mut at = Some(id);
        // No company is deeper.
        for _ in 0..50 {
            match at {
                Some(id) if id == above => return true,
                Some(id) => at = self.parent(id),
                None => return false,
            }
        }
        false
    }

    fn sees(&self, id: i64) -> bool {
        let Some(scope) = &self.scope else {
            return true;
        };
        scope.iter().any(|above| self.is_below(id, *above))
    }

    fn sees_person(&self, person: &Value) -> bool {
        let mut own = person["department"].as_array().into_iter().flatten();
        own.any(|id| self.sees(id.as_i64().unwrap_or_default()))
            || self.shown.iter().any(|id| is_called(person, id))
    }
}

/// Those below one, and it itself.
async fn departments(State(cloud): State<Cloud>, Query(asked): Asked) -> Response {
    if let Some(refused) = refuse(&cloud, of(&asked, "access_token")) {
        return refused;
    }
    let world = cloud.0.lock();
    let above = of(&asked, "id").parse::<i64>().ok();
    let found = world.departments.iter().filter(|one| {
        let id = one["id"].as_i64().unwrap_or_default();
        world.sees(id) && above.is_none_or(|above| world.is_below(id, above))
    });
    let found: Vec<&Value> = found.collect();
    fine(json!({ "department": found }))
}

async fn people(State(cloud): State<Cloud>, Query(asked): Asked) -> Response {
    if let Some(refused) = refuse(&cloud, of(&asked, "access_token")) {
        return refused;
    }
    let world = cloud.0.lock();
    let Ok(id) = of(&asked, "department_id").parse::<i64>() else {
        return refused(40_031, "invalid department_id");
    };
    if !world.departments.iter().any(|one| one["id"] == id) {
        return refused(60_003, "department not found");
    }
    if !world.sees(id) {
        return refused(60_011, "no privilege to access/modify contact/party/agent");
    }
    let is_deep = of(&asked, "fetch_child") == "1";
    let is_here = |told: &Value| {
        let own = told.as_i64().unwrap_or_default();
        own == id || (is_deep && world.is_below(own, id))
    };
    let found = world.people.iter().filter(|one| {
        let mut own = one["department"].as_array().into_iter().flatten();
        own.any(is_here)
    });
    let found: Vec<&Value> = found.collect();
    fine(json!({ "userlist": found }))
}

async fn person(State(cloud): State<Cloud>, Query(asked): Asked) -> Response {
    if let Some(refused) = refuse(&cloud, of(&asked, "access_token")) {
        return refused;
    }
    let world = cloud.0.lock();
    let id = of(&asked, "userid");
    match world.people.iter().find(|one| is_called(one, id)) {
        None => refused(60_111, "userid not found"),
        Some(found) if !world.sees_person(found) => {
            refused(60_011, "no privilege to access/modify contact/party/agent")
        }
        Some(found) => fine(found.clone()),
    }
}

async fn agent(State(cloud): State<Cloud>, Query(asked): Asked) -> Response {
    if let Some(refused) = refuse(&cloud, of(&asked, "access_token")) {
        return refused;
    }
    if of(&asked, "agentid") != AGENT_ID.to_string() {
        return refused(
            301_002,
            "not allow operate another agent with this accesstoken",
        );
    }
    let world = cloud.0.lock();
    let people: Vec<Value> = world.shown.iter().map(|id| json!({"userid": id})).collect();
    let parties = world.scope.clone().unwrap_or_else(|| vec![1]);
    fine(json!({
        "agentid": AGENT_ID,
        "name": "Gatehouse",
        "allow_userinfos": {"user": people},
        "allow_partys": {"partyid": parties},
        "allow_tags": {"tagid": []},
    }))
}
