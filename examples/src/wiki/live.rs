//! What is happening now: edits over a WebSocket, the time over server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::header;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use config::Clock;
use futures::{Stream, StreamExt, stream};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use super::library::Library;
use crate::page;
use crate::reader::Reader;

type Shelf = State<Arc<Library>>;

#[derive(Template)]
#[template(path = "wiki/live.html")]
struct LivePage {
    reader: Reader,
    contents: Vec<(&'static str, String)>,
    slug: String,
}

pub async fn page(library: Shelf, reader: Reader) -> Response {
    page::render(&LivePage {
        contents: library.contents(reader.language),
        slug: "live".to_owned(),
        reader,
    })
}

pub async fn script() -> impl IntoResponse {
    const SCRIPT: &str = include_str!("../../assets/live.js");
    let kind = "text/javascript; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], SCRIPT)
}

pub async fn socket(library: Shelf, reader: Reader, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| converse(socket, library, reader))
}

/// Tells each edit, and answers each message with the same.
async fn converse(mut socket: WebSocket, State(library): Shelf, reader: Reader) {
    let mut edits = library.watch();
    let hello = json!({ "kind": "hello", "name": reader.name });
    if say(&mut socket, hello).await.is_none() {
        return;
    }
    loop {
        let message = tokio::select! {
            edit = edits.recv() => match edit {
                Ok(edit) => json!({ "kind": "edit", "edit": edit }),
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            },
            incoming = socket.recv() => match incoming {
                Some(Ok(Message::Text(text))) => json!({ "kind": "said", "text": text.as_str() }),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
        };
        if say(&mut socket, message).await.is_none() {
            return;
        }
    }
}

async fn say(socket: &mut WebSocket, message: serde_json::Value) -> Option<()> {
    let text = Message::Text(message.to_string().into());
    socket.send(text).await.ok()
}

/// The time, once a second, for as long as somebody listens.
pub async fn events() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let clock = Clock::system();
    let ticks = tokio::time::interval(Duration::from_secs(1));
    let times = stream::unfold(ticks, |mut ticks| async move {
        ticks.tick().await;
        Some(((), ticks))
    });
    Sse::new(times.map(move |()| {
        let now = clock.now().as_millis().to_string();
        Ok(Event::default().event("time").data(now))
    }))
}
