//! A cloud that answers as Feishu's published protocol says, for tests and for trying Gatehouse out: one company, its
//! contacts, a sign-in page, messages, and events to a callback. It is told by [`Cloud`], or over `/control`, who there
//! is and what goes wrong. It proves nothing to anybody and belongs on loopback.

mod auth;
mod contact;
mod control;
mod envelope;
mod messages;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, http::header};
use config::clock::Stopwatch;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};

pub use envelope::{Delivery, told};

pub const APP_ID: &str = "cli_gatehouse";
pub const APP_SECRET: &str = "secret of the application";
pub const TENANT_KEY: &str = "tenant-of-gatehouse";
pub const ENCRYPT_KEY: &str = "encrypt key";
pub const VERIFICATION_TOKEN: &str = "verification token";

/// An answer that is given in the place of the right one.
#[derive(Clone, Debug, Deserialize)]
pub struct Failure {
    /// What the path holds.
    pub path: String,
    #[serde(default = "ok")]
    pub status: u16,
    pub code: i64,
    /// In seconds, for `x-ogw-ratelimit-reset`.
    #[serde(default)]
    pub reset: Option<u64>,
    #[serde(default = "once")]
    pub times: u32,
}

fn ok() -> u16 {
    200
}

fn once() -> u32 {
    1
}

/// A code of which nobody has made use yet.
struct Code {
    union_id: String,
    redirect_uri: String,
    challenge: Option<String>,
    since: Stopwatch,
}

#[derive(Default)]
struct World {
    departments: Vec<Value>,
    people: Vec<Value>,
    /// What the application may see; `None`: all.
    scope: Option<(Vec<String>, Vec<String>)>,
    missing_permissions: HashSet<String>,
    app_tokens: HashSet<String>,
    user_tokens: HashMap<String, String>,
    codes: HashMap<String, Code>,
    /// Who sits at the browser, and of which company.
    present: Option<String>,
    tenant_of_present: Option<String>,
    failures: Vec<Failure>,
    /// The paths that were asked for, in order.
    asked: Vec<String>,
    messages: Vec<Value>,
    made: u64,
}

/// The cloud. Cheap to clone.
#[derive(Clone, Default)]
pub struct Cloud(Arc<Mutex<World>>);

impl Cloud {
    /// Adds a department, or changes it: what is not named stays as it was.
    pub fn department(&self, id: &str, parent: &str, more: Value) {
        let mut told = json!({
            "open_department_id": id,
            "department_id": format!("d-{id}"),
            "parent_department_id": parent,
            "name": id,
            "order": "0",
            "status": {"is_deleted": false},
        });
        merge(&mut told, more);
        put(&mut self.0.lock().departments, "open_department_id", told);
    }

    /// Adds somebody, or changes them: what is not named stays as it was.
    pub fn person(&self, id: &str, departments: &[&str], more: Value) {
        let mut told = json!({
            "union_id": id,
            "open_id": format!("ou_{id}"),
            "user_id": format!("u{id}"),
            "name": id,
            "department_ids": departments,
            "status": {"is_frozen": false, "is_resigned": false, "is_activated": true,
                       "is_exited": false, "is_unjoin": false},
        });
        merge(&mut told, more);
        put(&mut self.0.lock().people, "union_id", told);
    }

    /// Somebody is deleted for good.
    pub fn remove_person(&self, id: &str) {
        self.0.lock().people.retain(|one| one["union_id"] != id);
    }

    pub fn remove_department(&self, id: &str) {
        let mut world = self.0.lock();
        world
            .departments
            .retain(|one| one["open_department_id"] != id);
    }

    /// What the application may see; `None`: all.
    pub fn scope(&self, scope: Option<(Vec<String>, Vec<String>)>) {
        self.0.lock().scope = scope;
    }

    pub fn lacks(&self, permission: &str) {
        let mut world = self.0.lock();
        world.missing_permissions.insert(permission.to_owned());
    }

    pub fn fail(&self, failure: Failure) {
        self.0.lock().failures.push(failure);
    }

    /// All tokens that were given are good no longer.
    pub fn forget_tokens(&self) {
        self.0.lock().app_tokens.clear();
    }

    /// Who sits at the browser, and of which company, if not of this one.
    pub fn sits_there(&self, person: &str, tenant: Option<&str>) {
        let mut world = self.0.lock();
        world.present = Some(person.to_owned());
        world.tenant_of_present = tenant.map(str::to_owned);
    }

    /// How often a path was asked for that holds this.
    #[must_use]
    pub fn times_asked(&self, part: &str) -> usize {
        let world = self.0.lock();
        world
            .asked
            .iter()
            .filter(|path| path.contains(part))
            .count()
    }

    /// What was sent to people.
    #[must_use]
    pub fn messages(&self) -> Vec<Value> {
        self.0.lock().messages.clone()
    }

    /// An event as it would be delivered, told at `seconds` since 1970.
    #[must_use]
    pub fn event(&self, id: &str, kind: &str, object: &Value, seconds: u64) -> Delivery {
        envelope::event((id, kind), object, seconds)
    }

    /// The address is tried out.
    #[must_use]
    pub fn challenge(&self, challenge: &str) -> Delivery {
        envelope::challenge(challenge)
    }

    /// Everything that it answers.
    pub fn router(self) -> Router {
        Router::new()
            .merge(auth::routes())
            .merge(contact::routes())
            .merge(messages::routes())
            .layer(from_fn_with_state(self.clone(), around))
            .merge(control::routes())
            .with_state(self)
    }

    fn next(&self, what: &str) -> String {
        let mut world = self.0.lock();
        world.made += 1;
        format!(
            "{what}-{}-{:08x}",
            world.made,
            world.made.wrapping_mul(0x9e37_79b9)
        )
    }
}

/// Notes what is asked for, and fails where it is to.
async fn around(State(cloud): State<Cloud>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let failure = {
        let mut world = cloud.0.lock();
        world.asked.push(path.clone());
        let due = world
            .failures
            .iter_mut()
            .find(|one| one.times > 0 && path.contains(&one.path));
        due.map(|one| {
            one.times -= 1;
            one.clone()
        })
    };
    let Some(failure) = failure else {
        return next.run(request).await;
    };
    let status = StatusCode::from_u16(failure.status).unwrap_or(StatusCode::OK);
    let body = Json(json!({"code": failure.code, "msg": "as it was to fail"}));
    let mut answer = (status, body).into_response();
    if let Some(reset) = failure.reset {
        answer
            .headers_mut()
            .insert("x-ogw-ratelimit-reset", reset.into());
    }
    answer
}

/// An answer in the envelope of all.
fn fine(data: &Value) -> Response {
    Json(json!({"code": 0, "msg": "success", "data": data})).into_response()
}

fn refused(status: StatusCode, code: i64, msg: &str) -> Response {
    (status, Json(json!({"code": code, "msg": msg}))).into_response()
}

fn bearer(headers: &HeaderMap) -> &str {
    let line = headers.get(header::AUTHORIZATION);
    let line = line.and_then(|line| line.to_str().ok()).unwrap_or("");
    line.strip_prefix("Bearer ").unwrap_or("")
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// In the place of the one with the same id, or behind all.
fn put(list: &mut Vec<Value>, id: &str, told: Value) {
    match list.iter_mut().find(|one| one[id] == told[id]) {
        Some(one) => *one = told,
        None => list.push(told),
    }
}

/// For so long a code can be exchanged.
const CODE_LIFE: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests;
