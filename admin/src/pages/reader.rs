//! Who reads the page: from where, with what, in which language.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use config::link::Visitor;
use config::{Language, cookies};

use super::{Cookies, Failure, csrf, device};
use crate::places::{Place, Places};
use crate::state::State;
use crate::tokens::Token;

/// What a page knows of its reader before anybody has signed in. Made once a request by the
/// middleware.
#[derive(Clone)]
pub struct Reader {
    pub visitor: Visitor,
    pub language: Language,
    pub cookies: Arc<Cookies>,
    /// Bounded, without control characters.
    pub user_agent: String,
    /// What binds this browser's forms to it.
    pub csrf: Arc<Token>,
    /// Whether the browser must yet be given that cookie.
    pub csrf_is_new: bool,
    /// Path and query, to come back to after the language was switched.
    pub here: String,
    places: Places,
}

impl Reader {
    #[must_use]
    pub fn new(visitor: Visitor, headers: &HeaderMap, here: &str, places: &Places) -> Self {
        let cookies = Cookies::from_headers(headers);
        let text = |name| {
            headers
                .get(name)
                .and_then(|v: &axum::http::HeaderValue| v.to_str().ok())
        };
        let chosen = cookies.get(cookies::LANGUAGE).and_then(Language::from_tag);
        let held = cookies.get(cookies::FORMS).and_then(Token::parse);
        Self {
            language: chosen
                .unwrap_or_else(|| Language::from_accept_language(text(header::ACCEPT_LANGUAGE))),
            user_agent: device::bounded(text(header::USER_AGENT).unwrap_or_default()),
            csrf_is_new: held.is_none(),
            csrf: Arc::new(held.unwrap_or_else(Token::generate)),
            cookies: Arc::new(cookies),
            here: here.to_owned(),
            places: places.clone(),
            visitor,
        }
    }

    /// Where and in whose network addresses are.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Where the reader is, as far as this node knows.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.places.place(self.visitor.client_address)
    }

    /// The token that a cookie of ours holds.
    #[must_use]
    pub fn token(&self, cookie: &str) -> Option<Token> {
        self.cookies.get(cookie).and_then(Token::parse)
    }

    /// The hidden field of every form.
    #[must_use]
    pub fn csrf_field(&self) -> String {
        csrf::field_value(&self.csrf)
    }

    /// The device as a person knows it, such as `Chrome · Windows`.
    #[must_use]
    pub fn device(&self) -> String {
        device::describe(&self.user_agent)
    }
}

impl FromRequestParts<State> for Reader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Failure> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Failure::internal("a page was asked outside of its middleware"))
    }
}

/// For those who answer whether or not there is a reader, as the fallback does.
impl axum::extract::OptionalFromRequestParts<State> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
