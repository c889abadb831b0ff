//! A form that a page of ours sent. There is no other way to read one, so none goes unchecked.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use percent_encoding::percent_decode;
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

    /// `None` for what can be read in two ways: a field that was sent twice, or bytes that are no
    /// UTF-8 and would all become the same sign.
    fn read(bytes: &[u8]) -> Option<Self> {
        percent_decode(bytes).decode_utf8().ok()?;
        let mut fields: Vec<(String, Zeroizing<String>)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(bytes) {
            if fields.iter().any(|(known, _)| *known == name) {
                return None;
            }
            fields.push((name.into_owned(), Zeroizing::new(value.into_owned())));
        }
        Some(Self(fields))
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
        let form = Self::read(&bytes).ok_or(Failure::BadRequest)?;
        let origin = state.settings.origin_of(&reader.visitor.host);
        let cookie = (!reader.csrf_is_new).then_some(&*reader.csrf);
        if csrf::is_ours(&headers, &origin, cookie, form.get(csrf::FIELD)) {
            Ok(form)
        } else {
            Err(Failure::ForeignForm)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_18_a_form_that_can_be_read_in_two_ways_is_not_read() {
        for odd in [
            "username=alice&username=olga",
            "username=alice&user%6eame=olga",
            "csrf=a&csrf=b",
            "password=%ff",
            "password=%c3%28",
            "a=%ed%a0%80",
        ] {
            assert!(Form::read(odd.as_bytes()).is_none(), "{odd}");
        }
        assert!(Form::read(b"password=\xff").is_none());
        let form = Form::read(b"a=%E5%BC%A0&b=x%00y&c=&&d=1%2").unwrap();
        assert_eq!((form.get("a"), form.get("b")), ("张", "x\0y"));
        assert_eq!((form.get("c"), form.get("d")), ("", "1%2"));
    }
}
