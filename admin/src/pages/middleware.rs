//! What happens around every page: the reader is made, failures become pages, and headers keep the
//! page to itself.

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use config::cookies;
use config::link::Visitor;

use super::cookies::{Keep, set};
use super::{Failure, Reader, csrf, failure};
use crate::state::State;

/// No script (but see [`allow_script`]), no frame, no foreign style; forms go to this host only.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; \
    img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// As the former, with scripts of our own, which lie in files.
const WITH_SCRIPT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Of a page that asks for a passkey: browsers offer that to scripts only.
pub fn allow_script(response: &mut Response) {
    let policy = HeaderValue::from_static(WITH_SCRIPT);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
}

/// Of a page with a form that it sends by itself, to another host: that one may lead the browser on to others.
pub fn allow_form_to(response: &mut Response, to: &url::Url) {
    let origin = to.origin().ascii_serialization();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         form-action 'self' https: {origin}; frame-ancestors 'none'; base-uri 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        let name = header::CONTENT_SECURITY_POLICY;
        response.headers_mut().insert(name, policy);
    }
}

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: that would have browsers send `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=()",
    ),
    (header::VARY, "Accept-Language, Cookie"),
];

/// Around every page of ours.
pub async fn around(Shared(state): Shared<State>, mut request: Request, next: Next) -> Response {
    let Some(visitor) = request.extensions().get::<Visitor>().cloned() else {
        // Only the gateway calls pages, and it always says who visits.
        return Failure::internal("a page was asked without a visitor").into_response();
    };
    let here = request
        .uri()
        .path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str);
    let reader = Reader::new(visitor, request.headers(), here, &state.places);
    request.extensions_mut().insert(reader.clone());
    // With a form of another site no cookies come: that there are none says nothing, and the browser keeps those
    // that it has.
    let origin = state.settings.origin_of(&reader.visitor.host);
    let is_foreign =
        request.method() == Method::POST && !csrf::is_from_here(request.headers(), &origin);
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        response = failure::page(&failure, &state, &reader);
    }
    dress(&mut response, &reader, is_foreign);
    response
}

fn dress(response: &mut Response, reader: &Reader, is_foreign: bool) {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(reader.language.tag()),
        );
        if reader.csrf_is_new && !is_foreign {
            set(
                response,
                cookies::FORMS,
                reader.csrf.as_text(),
                Keep::ForNow,
            );
        }
    }
}
