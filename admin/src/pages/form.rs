//! A form that a page of ours sent. There is no other way to read one, so none goes unchecked.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use zeroize::Zeroizing;

use super::{Failure, Reader, csrf};
use crate::state::State;

/// The fields of a form, checked to come from a page of ours (see [`csrf`]).
pub struct Form(Vec<(String, Zeroizing<String>)>);

impl Form {
    /// The text of a field; empty where it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, value)| value.as_str())
    }
}

impl FromRequest<State> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &State) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let reader =
            <Reader as FromRequestParts<State>>::from_request_parts(&mut parts, state).await?;
        let is_form = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded");
        if !is_form {
            return Err(Failure::ForeignForm);
        }
        let headers = parts.headers.clone();
        let request = Request::from_parts(parts, body);
        // Bounded by the router's body limit.
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Failure::BadRequest)?;
        let fields = url::form_urlencoded::parse(&bytes)
            .map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())))
            .collect();
        let form = Self(fields);
        let origin = state.settings.access.origin_of(&reader.visitor.host);
        let cookie = (!reader.csrf_is_new).then_some(&*reader.csrf);
        if csrf::is_ours(&headers, &origin, cookie, form.get(csrf::FIELD)) {
            Ok(form)
        } else {
            Err(Failure::ForeignForm)
        }
    }
}
