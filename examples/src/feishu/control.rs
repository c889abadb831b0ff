//! What a test, or whoever tries things out, has the cloud do.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cloud, Failure};

pub fn routes() -> Router<Cloud> {
    Router::new().route("/control", post(obey))
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Order {
    Department {
        id: String,
        parent: String,
        #[serde(default)]
        more: Value,
    },
    RemoveDepartment {
        id: String,
    },
    Person {
        id: String,
        departments: Vec<String>,
        #[serde(default)]
        more: Value,
    },
    RemovePerson {
        id: String,
    },
    SitsThere {
        id: String,
        #[serde(default)]
        tenant: Option<String>,
    },
    Scope {
        departments: Vec<String>,
        people: Vec<String>,
    },
    Fail(Failure),
    ForgetTokens,
    /// What would be delivered: whoever asks brings it to the callback, when and how often they like.
    Event {
        id: String,
        kind: String,
        object: Value,
        seconds: u64,
    },
    Challenge {
        challenge: String,
    },
    Messages,
}

async fn obey(State(cloud): State<Cloud>, Json(order): Json<Order>) -> Response {
    match order {
        Order::Department { id, parent, more } => cloud.department(&id, &parent, more),
        Order::RemoveDepartment { id } => cloud.remove_department(&id),
        Order::Person {
            id,
            departments,
            more,
        } => {
            let departments: Vec<&str> = departments.iter().map(String::as_str).collect();
            cloud.person(&id, &departments, more);
        }
        Order::RemovePerson { id } => cloud.remove_person(&id),
        Order::SitsThere { id, tenant } => cloud.sits_there(&id, tenant.as_deref()),
        Order::Scope {
            departments,
            people,
        } => cloud.scope(Some((departments, people))),
        Order::Fail(failure) => cloud.fail(failure),
        Order::ForgetTokens => cloud.forget_tokens(),
        Order::Event {
            id,
            kind,
            object,
            seconds,
        } => {
            let made = cloud.event(&id, &kind, &object, seconds);
            return Json(json!({"headers": made.headers, "body": made.body})).into_response();
        }
        Order::Challenge { challenge } => {
            let made = cloud.challenge(&challenge);
            return Json(json!({"headers": made.headers, "body": made.body})).into_response();
        }
        Order::Messages => return Json(cloud.messages()).into_response(),
    }
    StatusCode::NO_CONTENT.into_response()
}
