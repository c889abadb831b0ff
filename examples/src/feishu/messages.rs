//! Messages to people. The same one, by its `uuid`, is sent once.

use std::collections::HashMap;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use serde_json::{Value, json};

use super::auth::refuse;
use super::{Cloud, fine, refused};

pub fn routes() -> Router<Cloud> {
    Router::new().route("/open-apis/im/v1/messages", post(send))
}

async fn send(
    State(cloud): State<Cloud>,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
    body: String,
) -> Response {
    let message: Value = serde_json::from_str(&body).unwrap_or_default();
    if let Some(refused) = refuse(&cloud, &headers, "im:message:send_as_bot") {
        return refused;
    }
    let by = asked
        .get("receive_id_type")
        .map_or("open_id", String::as_str);
    let id = cloud.next("om");
    let mut world = cloud.0.lock();
    let to = &message["receive_id"];
    if !world.people.iter().any(|one| one[by] == *to) {
        return refused(
            StatusCode::BAD_REQUEST,
            230_013,
            "Bot has NO availability to this user.",
        );
    }
    let uuid = &message["uuid"];
    let before = world
        .messages
        .iter()
        .find(|one| uuid.is_string() && one["uuid"] == *uuid);
    if let Some(before) = before {
        let id = &before["message_id"];
        return fine(&json!({"message_id": id, "msg_type": message["msg_type"]}));
    }
    let mut kept = message.clone();
    kept["message_id"] = id.clone().into();
    world.messages.push(kept);
    fine(&json!({"message_id": id, "msg_type": message["msg_type"]}))
}
