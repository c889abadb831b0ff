//! What a test, or whoever tries things out, has the cloud do.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cloud, Delivery, Failure, message};

pub fn routes() -> Router<Cloud> {
    Router::new().route("/control", post(obey))
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Order {
    Department {
        id: i64,
        parent: i64,
        #[serde(default)]
        more: Value,
    },
    RemoveDepartment {
        id: i64,
    },
    Person {
        id: String,
        departments: Vec<i64>,
        #[serde(default)]
        more: Value,
    },
    RemovePerson {
        id: String,
    },
    SitsThere {
        id: String,
    },
    AStrangerSitsThere,
    Scope {
        departments: Vec<i64>,
        people: Vec<String>,
    },
    Fail(Failure),
    ForgetTokens,
    /// What would be delivered: whoever asks brings it to the callback, when and how often they like.
    Event {
        kind: String,
        #[serde(default)]
        user: String,
        seconds: u64,
    },
    Echo {
        text: String,
        seconds: u64,
    },
}

async fn obey(State(cloud): State<Cloud>, Json(order): Json<Order>) -> Response {
    match order {
        Order::Department { id, parent, more } => cloud.department(id, parent, more),
        Order::RemoveDepartment { id } => cloud.remove_department(id),
        Order::Person {
            id,
            departments,
            more,
        } => cloud.person(&id, &departments, more),
        Order::RemovePerson { id } => cloud.remove_person(&id),
        Order::SitsThere { id } => cloud.sits_there(&id),
        Order::AStrangerSitsThere => cloud.a_stranger_sits_there(),
        Order::Scope {
            departments,
            people,
        } => cloud.scope(Some(departments), people),
        Order::Fail(failure) => cloud.fail(failure),
        Order::ForgetTokens => cloud.forget_tokens(),
        Order::Event {
            kind,
            user,
            seconds,
        } => {
            let told = message(&kind, &[("UserID", &user)], seconds);
            return delivery(&Delivery::event(&told, seconds));
        }
        Order::Echo { text, seconds } => return delivery(&Delivery::echo(&text, seconds)),
    }
    StatusCode::NO_CONTENT.into_response()
}

fn delivery(made: &Delivery) -> Response {
    Json(json!({"query": made.query, "body": made.body})).into_response()
}
