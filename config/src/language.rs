//! The languages that our pages speak, and how a reader's is found.

use serde::{Deserialize, Serialize};

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub enum Language {
    #[serde(rename = "zh-CN")]
    ZhCn,
    #[default]
    #[serde(rename = "en")]
    En,
}

impl Language {
    /// The tag for `lang=""` and `Content-Language`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// Reads a tag such as `zh`, `zh-Hans-CN` or `en-GB`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") {
            Some(Self::ZhCn)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The reader's best language by RFC 9110 §12.5.4 quality values; English where none is known.
    #[must_use]
    pub fn from_accept_language(header: Option<&str>) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for item in header.unwrap_or_default().split(',').take(32) {
            let mut parts = item.split(';');
            let Some(language) = parts.next().and_then(Self::from_tag) else {
                continue;
            };
            let quality = parts
                .find_map(|p| p.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if quality > 0.0 && best.is_none_or(|(b, _)| quality > b) {
                best = Some((quality, language));
            }
        }
        best.map(|(_, language)| language).unwrap_or_default()
    }

    /// The words of this language.
    #[must_use]
    pub fn of(self, (en, zh_cn): Words) -> &'static str {
        match self {
            Self::ZhCn => zh_cn,
            Self::En => en,
        }
    }
}

/// Words that do not change: in English, then in Chinese.
pub type Words = (&'static str, &'static str);

/// A text that a person reads, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalText {
    #[serde(default, rename = "zh-CN")]
    pub zh_cn: String,
    #[serde(default)]
    pub en: String,
}

/// A text in English only, for the logs and the command line.
impl From<String> for LocalText {
    fn from(en: String) -> Self {
        Self {
            zh_cn: String::new(),
            en,
        }
    }
}

impl From<&str> for LocalText {
    fn from(en: &str) -> Self {
        en.to_owned().into()
    }
}

/// In English, then in Chinese.
impl From<(&str, &str)> for LocalText {
    fn from((en, zh_cn): (&str, &str)) -> Self {
        Self {
            zh_cn: zh_cn.to_owned(),
            en: en.to_owned(),
        }
    }
}

impl LocalText {
    /// The text in `language`, or in the other one where that is empty.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        let (first, second) = match language {
            Language::ZhCn => (&self.zh_cn, &self.en),
            Language::En => (&self.en, &self.zh_cn),
        };
        if first.is_empty() { second } else { first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_gets_the_language_with_the_highest_quality() {
        let from = |h| Language::from_accept_language(Some(h));
        assert_eq!(from("zh-CN,zh;q=0.9,en;q=0.8"), Language::ZhCn);
        assert_eq!(from("fr-FR,en;q=0.3,zh;q=0.7"), Language::ZhCn);
        assert_eq!(from("en-GB"), Language::En);
        assert_eq!(from("zh;q=0, de"), Language::En);
        assert_eq!(Language::from_accept_language(None), Language::En);
    }
}
