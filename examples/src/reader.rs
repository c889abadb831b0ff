//! Who reads a page, as the gate told it, and in which language.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use config::Language;

use crate::assertion;

/// The cookie in which the demo applications remember the language chosen by hand.
pub const LANGUAGE_COOKIE: &str = "demo-language";

pub struct Reader {
    /// `None` on a public path, or where no gate stands in front.
    pub name: Option<String>,
    pub language: Language,
}

impl Reader {
    /// Picks the text in the reader's language.
    pub fn say<'a>(&self, zh_cn: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::ZhCn => zh_cn,
            Language::En => en,
        }
    }

    pub fn from_headers(headers: &HeaderMap) -> Self {
        Self {
            name: name(headers),
            language: language(headers),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::from_headers(&parts.headers))
    }
}

fn name(headers: &HeaderMap) -> Option<String> {
    let plain = ["Remote-Name", "Remote-User"].into_iter().find_map(|name| {
        let value = headers.get(name)?.as_bytes();
        (!value.is_empty()).then(|| String::from_utf8_lossy(value).into_owned())
    });
    plain.or_else(|| {
        let claims = assertion::claims(headers)?;
        ["name", "preferred_username", "sub"]
            .into_iter()
            .find_map(|claim| Some(claims.get(claim)?.as_str()?.to_owned()))
    })
}

fn language(headers: &HeaderMap) -> Language {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let chosen = text(header::COOKIE).into_iter().flat_map(|cookies| {
        cookies
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == LANGUAGE_COOKIE)
            .filter_map(|(_, tag)| Language::from_tag(tag))
    });
    let accepted = text(header::ACCEPT_LANGUAGE);
    chosen
        .last()
        .unwrap_or_else(|| Language::from_accept_language(accepted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_chosen_by_hand_outweighs_the_browsers() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, "en".parse().unwrap());
        let reader = Reader::from_headers(&headers);
        assert_eq!(reader.language, Language::En);
        headers.insert(header::COOKIE, "a=b; demo-language=zh-CN".parse().unwrap());
        assert_eq!(Reader::from_headers(&headers).language, Language::ZhCn);
    }

    #[test]
    fn nobody_is_named_without_a_gate() {
        assert_eq!(Reader::from_headers(&HeaderMap::new()).name, None);
    }
}
