//! In which language the API speaks to a caller.

use axum::http::{HeaderMap, header};
use config::{Language, cookies};

use crate::pages::Cookies;

/// As somebody at a browser chose on our pages, else as the request asks (RFC 9110 §12.5.4). A
/// download that a browser asks for by itself says what the browser speaks, not what was chosen.
#[must_use]
pub fn of(headers: &HeaderMap) -> Language {
    let chosen = Cookies::from_headers(headers)
        .get(cookies::LANGUAGE)
        .and_then(Language::from_tag);
    let asked = headers.get(header::ACCEPT_LANGUAGE);
    chosen.unwrap_or_else(|| {
        Language::from_accept_language(asked.and_then(|value| value.to_str().ok()))
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_was_chosen_counts_before_what_the_browser_speaks() {
        let mut headers = HeaderMap::new();
        assert_eq!(of(&headers), Language::En);
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("zh-CN"));
        assert_eq!(of(&headers), Language::ZhCn);
        let cookie = format!("a=b; {}=en", cookies::LANGUAGE);
        headers.insert(header::COOKIE, HeaderValue::from_str(&cookie).unwrap());
        assert_eq!(of(&headers), Language::En);
    }
}
