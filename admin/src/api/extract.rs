//! What handlers take from a request and put into an answer.

use axum::extract::rejection::StringRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::characters;
use super::problem::{Code, Problem};
use crate::malformed::{malformed, without_place};
use crate::refused::{Expected, Invalid};
use crate::store::listing::Place;

/// A JSON body. A mistake in it is told by its key.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let essence = kind
            .and_then(|kind| kind.to_str().ok())
            .and_then(|kind| kind.split(';').next());
        if !essence.is_some_and(|e| e.trim().eq_ignore_ascii_case("application/json")) {
            let problem = Problem::new(Code::UnsupportedMediaType)
                .detail(("send application/json", "请使用 application/json"));
            return Err(problem.into_response());
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        characters::check_json(&bytes).map_err(IntoResponse::into_response)?;
        read(&bytes).map_err(IntoResponse::into_response)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<Body<T>, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize(&mut json) {
        Ok(value) => Ok(Body(value)),
        Err(error) => {
            let field = error.path().to_string();
            let what = error.into_inner().to_string();
            Err(malformed(&field, without_place(&what)).into())
        }
    }
}

/// A body that is a text, of at most so many MiB: what the route's limit is.
#[derive(Debug)]
pub struct PlainText<const MEBIBYTES: usize>(pub String);

impl<S: Send + Sync, const MEBIBYTES: usize> FromRequest<S> for PlainText<MEBIBYTES> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match String::from_request(request, state).await {
            Ok(text) => Ok(Self(text)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Problem::too_large(MEBIBYTES).into_response())
            }
            Err(StringRejection::InvalidUtf8(_)) => Err(Problem::from(not_utf8()).into_response()),
            Err(rejection) => Err(rejection.into_response()),
        }
    }
}

fn not_utf8() -> Invalid {
    Invalid::new(
        "body",
        ("the text is not UTF-8", "文本不是 UTF-8 编码"),
        (
            "text in UTF-8; save the file in this encoding",
            "UTF-8 编码的文本，请将文件另存为此编码",
        ),
    )
}

/// The query of the address. A mistake in it is told by the name of the parameter.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let read = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(read)
            .map(Self)
            .map_err(|error| {
                let field = error.path().to_string();
                malformed(&field, &error.into_inner().to_string()).into()
            })
    }
}

/// `If-Match: "3"`: which version is meant to be changed; `*` for whichever is there. Required, so
/// that nobody undoes another's change without knowing.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub Expected);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let sent = parts.headers.get(header::IF_MATCH);
        let tag = sent.and_then(|value| value.to_str().ok()).map(str::trim);
        if tag == Some("*") {
            return Ok(Self(Expected::Any));
        }
        let version = tag
            .and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"'))
            .and_then(|version| version.parse().ok());
        match version {
            Some(version) => Ok(Self(Expected::Version(version))),
            None => Err(Problem::new(Code::PreconditionRequired).detail((
                "send If-Match with the ETag that you read, such as \"3\", or with *",
                "请在 If-Match 中填写读取时得到的 ETag，例如 \"3\"，或填写 *",
            ))),
        }
    }
}

/// A thing with its version as ETag, which [`IfMatch`] takes back.
#[derive(Debug)]
pub struct Versioned<T>(pub StatusCode, pub i64, pub T);

impl<T> Versioned<T> {
    pub fn ok(version: i64, thing: T) -> Self {
        Self(StatusCode::OK, version, thing)
    }

    pub fn created(version: i64, thing: T) -> Self {
        Self(StatusCode::CREATED, version, thing)
    }
}

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let Self(status, version, thing) = self;
        let mut response = (status, axum::Json(thing)).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// Which part of a listing.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// `next` of the page before.
    pub after: Option<String>,
    /// How many at most: 1 to 1000, 50 unless told.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<i64>,
}

impl Page {
    /// # Errors
    /// If so many do not go on a page.
    pub fn limit(&self) -> Result<i64, Problem> {
        within_page(self.limit)
    }
}

/// # Errors
/// If so many do not go on a page.
pub fn within_page(limit: Option<i64>) -> Result<i64, Problem> {
    let limit = limit.unwrap_or(50);
    if (1..=1000).contains(&limit) {
        return Ok(limit);
    }
    Err(Invalid::new(
        "limit",
        (
            &format!("{limit} is out of range"),
            &format!("{limit} 超出范围"),
        ),
        ("1 to 1000", "1 到 1000"),
    )
    .into())
}

/// A part of a listing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Listing<T> {
    pub items: Vec<T>,
    /// To be sent as `after` for the part that follows; absent in the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Listing<T> {
    /// What ends before a place.
    pub fn part(items: Vec<T>, next: Option<&Place>) -> Self {
        let next = next.map(ToString::to_string);
        Self { items, next }
    }

    /// All there is.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

#[cfg(test)]
mod tests {
    use config::Language;

    use super::*;
    use crate::applications::Definition;

    #[test]
    fn a_mistake_in_a_body_is_told_by_its_key() {
        let body = br#"{"name":{"en":"Wiki"},"hosts":["wiki.example.com"],
            "pool":{"upstreams":[{"address":"a:1","weight":"much"}]}}"#;
        let problem = read::<Definition>(body).unwrap_err().body(Language::En);
        assert_eq!(problem.field.as_deref(), Some("pool.upstreams[0].weight"));
        assert!(problem.detail.unwrap().contains("expected u16"));
    }

    #[tokio::test]
    async fn a_text_that_is_not_utf8_is_told_in_the_words_of_the_api() {
        let request = Request::new(axum::body::Body::from(&b"10.0.0.1 # \xb0\xec"[..]));
        let read = PlainText::<1>::from_request(request, &()).await;
        let answer = read.unwrap_err();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem = answer.extensions().get::<Problem>().unwrap();
        let problem = problem.body(Language::ZhCn);
        assert_eq!(problem.field.as_deref(), Some("body"));
        assert!(problem.detail.unwrap().contains("UTF-8"));
    }

    #[tokio::test]
    async fn a_text_that_was_broken_off_is_not_said_to_be_in_another_encoding() {
        let pieces = [
            Ok(Bytes::from_static(b"10.0.0.1")),
            Err(std::io::Error::other("broken off")),
        ];
        let body = axum::body::Body::from_stream(futures::stream::iter(pieces));
        let read = PlainText::<1>::from_request(Request::new(body), &()).await;
        let answer = read.unwrap_err();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert!(answer.extensions().get::<Problem>().is_none());
    }

    #[test]
    fn a_mistake_in_a_body_is_told_in_the_callers_language() {
        for (body, field, detail) in [
            (
                r#"{"name":{},"hosts":["a b"]}"#,
                "hosts[0]",
                "不是有效的主机名",
            ),
            (r#"{"name":{},"hosts":[7]}"#, "hosts[0]", "类型不正确"),
            (r#"{"nam":{}}"#, "nam", "未知字段"),
            ("{}", ".", "缺少字段"),
        ] {
            let problem = read::<Definition>(body.as_bytes()).unwrap_err();
            let problem = problem.body(Language::ZhCn);
            assert_eq!(problem.field.as_deref(), Some(field));
            assert!(problem.detail.unwrap().contains(detail), "{body}");
        }
    }
}
