//! The wiki: what a gate has to get right is here to be tried. Pages, a form, a PDF, a page under a
//! strict CSP, a compressed one, live updates over WebSocket and server-sent events, large downloads.

mod downloads;
mod library;
mod live;
mod markup;
mod pages;
mod pdf;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use config::Language;

use crate::echo::language_cookie;
use library::Library;

/// The whole application, with the first edition of its pages.
pub fn router() -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/pages/welcome") }))
        .route("/pages/{slug}", get(pages::read).post(pages::write))
        .route("/pages/{slug}/edit", get(pages::edit))
        .route("/strict", get(pages::strict))
        .route("/archive", get(pages::archive))
        .route("/live", get(live::page))
        .route("/live/socket", get(live::socket))
        .route("/live/events", get(live::events))
        .route("/handbook.pdf", get(downloads::handbook))
        .route("/downloads/{megabytes}", get(downloads::download))
        .route("/language/{tag}", get(choose_language))
        .route("/assets/demo.css", get(style_sheet))
        .route("/assets/live.js", get(live::script))
        .route("/healthz", get(|| async { "ok\n" }))
        .fallback(pages::missing)
        .with_state(Arc::new(Library::first_edition()))
}

pub(crate) async fn choose_language(Path(tag): Path<String>) -> Response {
    let language = Language::from_tag(&tag).unwrap_or_default();
    let cookie = [(header::SET_COOKIE, language_cookie(language))];
    (cookie, Redirect::to("/")).into_response()
}

pub(crate) async fn style_sheet() -> impl IntoResponse {
    const CSS: &str = include_str!("../../assets/demo.css");
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], CSS)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn get_page(router: &Router, request: Request<Body>) -> (StatusCode, String) {
        let answer = router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    fn ask(path: &str) -> axum::http::request::Builder {
        Request::get(path)
            .header("accept-language", "en")
            .header("remote-name", "Li Lei")
    }

    #[tokio::test]
    async fn a_page_names_its_reader_in_the_readers_language() {
        let request = ask("/pages/welcome").body(Body::empty()).unwrap();
        let (status, html) = get_page(&router(), request).await;
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains("Li Lei") && html.contains("Welcome to Greenhill"));
    }

    #[tokio::test]
    async fn an_edit_is_read_back() {
        let router = router();
        let form = Request::post("/pages/rooms")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("body=%23%23+Closed+%3Cb%3E"))
            .unwrap();
        let (status, _) = get_page(&router, form).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let request = ask("/pages/rooms").body(Body::empty()).unwrap();
        let (_, html) = get_page(&router, request).await;
        assert!(html.contains("<h2>Closed &lt;b&gt;</h2>"));
    }
}
