//! The visible switch between the languages.

use axum::extract::RawQuery;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use config::Language;
use config::language_choice::{LanguageChoice, cookie};

use super::go_to;

/// `GET /.gatehouse/language`: remembers the choice in this browser and goes back.
pub async fn choose(RawQuery(query): RawQuery) -> Response {
    let choice = LanguageChoice::from_query(query.as_deref().unwrap_or_default());
    let mut response = go_to(choice.back.as_str());
    if let Some(language) = choice.language {
        remember(&mut response, language);
    }
    response
}

/// Remembers a choice at this host.
pub fn remember(response: &mut Response, language: Language) {
    if let Ok(line) = HeaderValue::from_str(&cookie(language)) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}
