//! The echo: shows what an application behind Gatehouse is told, as a page and as JSON at `/json`.

use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{any, get};
use config::language::Language;
use serde_json::{Value, json};

use crate::page;
use crate::reader::{LANGUAGE_COOKIE, Reader};
use crate::{assertion, wiki};

/// The whole application. Any path answers with the page, any method with what came.
pub fn router() -> Router {
    Router::new()
        .route("/json", any(as_json))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/language/{tag}", get(wiki::choose_language))
        .route("/assets/demo.css", get(wiki::style_sheet))
        .fallback(as_page)
}

#[derive(Template)]
#[template(path = "echo.html")]
struct EchoPage {
    reader: Reader,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    claims: Option<String>,
}

async fn as_page(request: Request) -> Response {
    let headers = request.headers();
    page::render(&EchoPage {
        reader: Reader::from_headers(headers),
        method: request.method().to_string(),
        target: target(&request),
        headers: listed(headers),
        claims: assertion::claims(headers).map(|claims| format!("{claims:#}")),
    })
}

async fn as_json(request: Request) -> Response {
    let headers = request.headers();
    let answer = json!({
        "method": request.method().as_str(),
        "target": target(&request),
        "protocol": format!("{:?}", request.version()),
        // A list, not a map: a header that came twice is shown twice.
        "headers": listed(headers),
        "claims": assertion::claims(headers).unwrap_or(Value::Null),
    });
    (
        StatusCode::OK,
        [(header::CACHE_CONTROL, "no-store")],
        Json(answer),
    )
        .into_response()
}

fn target(request: &Request) -> String {
    request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str())
        .to_owned()
}

fn listed(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        })
        .collect()
}

/// A cookie that an application sets for itself, to see it come back untouched through the gate.
pub(crate) fn language_cookie(language: Language) -> String {
    let tag = language.tag();
    format!("{LANGUAGE_COOKIE}={tag}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly")
}
