//! The visible switch between the languages.

use axum::response::Response;
use config::{Language, cookies};
use serde::Deserialize;

use super::cookies::{Keep, set};
use super::{Query, ReturnPath, go_to};

const A_YEAR: u32 = 365 * 24 * 3600;

#[derive(Deserialize)]
pub struct Choice {
    to: String,
    #[serde(default)]
    back: String,
}

/// `GET /.gatehouse/language`: remembers the choice in this browser and goes back.
pub async fn choose(Query(choice): Query<Choice>) -> Response {
    let mut response = go_to(ReturnPath::or_root(&choice.back).as_str());
    if let Some(language) = Language::from_tag(&choice.to) {
        remember(&mut response, language);
    }
    response
}

/// Remembers a choice at this host.
pub fn remember(response: &mut Response, language: Language) {
    let keep = Keep::Seconds(A_YEAR);
    set(response, cookies::LANGUAGE, language.tag(), keep);
}
