//! A cloud that answers as WeCom's published protocol says, for tests and for trying Gatehouse out: one company, its
//! contacts, a sign-in page, and events to a callback. It is told by [`Cloud`], or over `/control`, who there is and
//! what goes wrong. It proves nothing to anybody and belongs on loopback.

mod auth;
mod contact;
mod control;
mod envelope;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, http::StatusCode};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};

pub use envelope::{Delivery, message};

pub const CORP_ID: &str = "ww5823bf96d3bd56c7";
pub const AGENT_ID: u32 = 1_000_002;
pub const APP_SECRET: &str = "secret-of-the-application";
pub const CALLBACK_TOKEN: &str = "QDG6eK";
pub const AES_KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

/// An answer that is given in the place of the right one.
#[derive(Clone, Debug, Deserialize)]
pub struct Failure {
    /// What the path holds.
    pub path: String,
    pub code: i64,
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

#[derive(Default)]
struct World {
    departments: Vec<Value>,
    people: Vec<Value>,
    /// People whom the application is shown by themselves.
    shown: Vec<String>,
    /// What the application may see; `None`: all.
    scope: Option<Vec<i64>>,
    tokens: HashSet<String>,
    /// Of whom a code is, as it will be told: a `userid` or an `openid`.
    codes: HashMap<String, Value>,
    /// Who sits at the browser.
    present: Option<Value>,
    failures: Vec<Failure>,
    /// The paths that were asked for, in order.
    asked: Vec<String>,
    made: u64,
}

/// The cloud. Cheap to clone.
#[derive(Clone, Default)]
pub struct Cloud(Arc<Mutex<World>>);

impl Cloud {
    /// Adds a department, or changes it.
    pub fn department(&self, id: i64, parent: i64, more: Value) {
        let name = format!("department {id}");
        let mut told = json!({"id": id, "parentid": parent, "name": name, "order": 0});
        merge(&mut told, more);
        put(&mut self.0.lock().departments, "id", told);
    }

    /// Adds somebody, or changes them.
    pub fn person(&self, id: &str, departments: &[i64], more: Value) {
        let mut told = json!({
            "userid": id,
            "name": id,
            "department": departments,
            "order": vec![0; departments.len()],
            "main_department": departments.first(),
            "status": 1,
            "enable": 1,
        });
        merge(&mut told, more);
        put(&mut self.0.lock().people, "userid", told);
    }

    pub fn remove_person(&self, id: &str) {
        self.0.lock().people.retain(|one| !is_called(one, id));
    }

    pub fn remove_department(&self, id: i64) {
        self.0.lock().departments.retain(|one| one["id"] != id);
    }

    /// What the application may see; `None`: all.
    pub fn scope(&self, departments: Option<Vec<i64>>, people: Vec<String>) {
        let mut world = self.0.lock();
        world.scope = departments;
        world.shown = people;
    }

    pub fn fail(&self, failure: Failure) {
        self.0.lock().failures.push(failure);
    }

    /// All tokens that were given are good no longer.
    pub fn forget_tokens(&self) {
        self.0.lock().tokens.clear();
    }

    /// Who sits at the browser.
    pub fn sits_there(&self, person: &str) {
        self.0.lock().present = Some(json!({"userid": person}));
    }

    /// Somebody sits at the browser who is of no company.
    pub fn a_stranger_sits_there(&self) {
        self.0.lock().present = Some(json!({"openid": "o-stranger"}));
    }

    /// How often a path was asked for that holds this.
    #[must_use]
    pub fn times_asked(&self, part: &str) -> usize {
        let world = self.0.lock();
        let asked = world.asked.iter();
        asked.filter(|path| path.contains(part)).count()
    }

    /// Everything that it answers.
    pub fn router(self) -> Router {
        Router::new()
            .merge(auth::routes())
            .merge(contact::routes())
            .layer(from_fn_with_state(self.clone(), around))
            .merge(control::routes())
            .with_state(self)
    }

    fn next(&self, what: &str) -> String {
        let mut world = self.0.lock();
        world.made += 1;
        let scattered = world.made.wrapping_mul(0x9e37_79b9);
        format!("{what}-{}-{scattered:08x}", world.made)
    }
}

/// Notes what is asked for, and fails where it is to.
async fn around(State(cloud): State<Cloud>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let failure = {
        let mut world = cloud.0.lock();
        world.asked.push(path.clone());
        let mut all = world.failures.iter_mut();
        let due = all.find(|one| one.times > 0 && path.contains(&one.path));
        due.map(|one| {
            one.times -= 1;
            one.code
        })
    };
    match failure {
        Some(code) => refused(code, "as it was to fail"),
        None => next.run(request).await,
    }
}

fn fine(mut more: Value) -> Response {
    merge(&mut more, json!({"errcode": 0, "errmsg": "ok"}));
    Json(more).into_response()
}

/// With status 200, as there.
fn refused(code: i64, said: &str) -> Response {
    let said = format!("{said}, hint: [1], from ip: 127.0.0.1");
    (
        StatusCode::OK,
        Json(json!({"errcode": code, "errmsg": said})),
    )
        .into_response()
}

/// Large and small letters are the same in a `userid`.
fn is_called(person: &Value, id: &str) -> bool {
    let own = person["userid"].as_str().unwrap_or_default();
    own.eq_ignore_ascii_case(id)
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

#[cfg(test)]
mod tests;
