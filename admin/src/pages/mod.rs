//! What all pages share: the reader, the frame around each page, texts in both languages, forms
//! that no other site can send, and the headers that keep a page to itself.
//!
//! Pages are rendered on the server, work without JavaScript, and take their style from one file of our
//! own. The one script there is asks for passkeys, which browsers offer to nothing else.

pub mod assets;
pub mod cookies;
pub mod csrf;
pub mod device;
pub mod failure;
pub mod form;
pub mod frame;
pub mod jwks;
pub mod language;
pub mod middleware;
pub mod onward;
pub mod query;
pub mod reader;
pub mod text;
pub mod times;

pub use config::{ReturnPath, return_path};
pub use cookies::Cookies;
pub use failure::{Answer, Failure};
pub use form::Form;
pub use frame::Frame;
pub use query::Query;
pub use reader::Reader;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

/// A page with status 200.
pub fn show(page: &impl Template) -> Answer {
    show_with(StatusCode::OK, page)
}

/// A page with a status of its own: 422 where a form must be filled in again.
pub fn show_with(status: StatusCode, page: &impl Template) -> Answer {
    let body = page.render().map_err(Failure::internal)?;
    Ok((status, Html(body)).into_response())
}

/// Sends the browser on with a GET (303), as after a form.
#[must_use]
pub fn go_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
