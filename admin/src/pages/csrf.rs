//! Keeps other sites from sending our forms in a person's name.
//!
//! Two locks, each enough by itself: the browser's own word on where a form was sent from
//! (`Sec-Fetch-Site`, `Origin`), and a token in the form that is derived from a cookie which no
//! other host can read or plant (`__Host-`, double submit).

use axum::http::{HeaderMap, header};
use subtle::ConstantTimeEq;

use crate::tokens::Token;

/// The name of the hidden field.
pub const FIELD: &str = "csrf";

const PURPOSE: &str = "csrf";

/// What goes into the forms of a browser that holds this cookie.
#[must_use]
pub fn field_value(cookie: &Token) -> String {
    cookie.derive(PURPOSE)
}

/// Whether the form came from a page of ours.
#[must_use]
pub fn is_ours(headers: &HeaderMap, origin: &str, cookie: Option<&Token>, field: &str) -> bool {
    let token_fits = cookie.is_some_and(|cookie| {
        field_value(cookie)
            .as_bytes()
            .ct_eq(field.as_bytes())
            .into()
    });
    is_from_here(headers, origin) && token_fits
}

/// Whether the browser says nothing else than that a form was sent from a page of ours.
#[must_use]
pub fn is_from_here(headers: &HeaderMap, origin: &str) -> bool {
    let site_is_same = headers
        .get("sec-fetch-site")
        .is_none_or(|site| site == "same-origin");
    let sent_from_here = headers
        .get(header::ORIGIN)
        .is_none_or(|value| value == origin);
    site_is_same && sent_from_here
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const ORIGIN: &str = "https://access.example.com";

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn attack_18_a_form_of_another_origin_is_refused_even_with_the_token() {
        let cookie = Token::generate();
        let field = field_value(&cookie);
        let accepted = |h: &HeaderMap| is_ours(h, ORIGIN, Some(&cookie), &field);
        assert!(accepted(&headers(&[])));
        assert!(accepted(&headers(&[
            ("origin", ORIGIN),
            ("sec-fetch-site", "same-origin")
        ])));
        for foreign in [
            headers(&[("origin", "https://evil.example")]),
            headers(&[("origin", "null")]),
            headers(&[("origin", "https://access.example.com.evil.example")]),
            headers(&[("sec-fetch-site", "cross-site")]),
            headers(&[("sec-fetch-site", "same-site"), ("origin", ORIGIN)]),
        ] {
            assert!(!accepted(&foreign), "{foreign:?}");
        }
    }

    #[test]
    fn attack_18_a_form_without_the_browsers_own_token_is_refused() {
        let (mine, other) = (Token::generate(), Token::generate());
        let refused = |cookie: Option<&Token>, field: &str| {
            assert!(!is_ours(&headers(&[]), ORIGIN, cookie, field));
        };
        refused(None, &field_value(&mine));
        refused(Some(&mine), &field_value(&other));
        refused(Some(&mine), "");
        refused(Some(&mine), mine.as_text());
    }
}
