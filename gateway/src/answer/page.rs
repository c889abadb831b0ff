//! What a person is shown: one page that says what happened, what to do, and whom to ask.
//!
//! It needs no script, no font and no image; its one style sheet is inside it, allowed by its hash.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::Language;
use config::settings::AccessHost;
use config::snapshot::brand::initial;
use config::snapshot::{Brand, Colour};
use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::answer::reason::Reason;

const STYLE: &str = include_str!("../../templates/answer.css");

#[derive(Template)]
#[template(path = "answer.html")]
struct Page<'a> {
    language: &'static str,
    organisation: &'a str,
    initial: String,
    title: &'a str,
    detail: &'a str,
    contact: &'a str,
    status: u16,
    request_id: &'a str,
    portal: &'a str,
    try_again: bool,
    words: &'static Words,
    style: &'a str,
}

struct Words {
    try_again: &'static str,
    start_page: &'static str,
    contact: &'static str,
    request: &'static str,
    quote: &'static str,
}

const EN: Words = Words {
    try_again: "Try again",
    start_page: "My applications",
    contact: "Questions?",
    request: "Request",
    quote: "Quote this number when you ask for help.",
};

const ZH_CN: Words = Words {
    try_again: "重试",
    start_page: "我的应用",
    contact: "需要帮助？",
    request: "请求编号",
    quote: "寻求帮助时请提供此编号。",
};

pub(super) fn page(
    reason: &Reason,
    language: Language,
    brand: &Brand,
    access: &AccessHost,
    request_id: &str,
) -> Answer {
    let style = style(&brand.colour);
    let page = Page {
        language: language.tag(),
        organisation: brand.organisation.get(language),
        initial: initial(brand.organisation.get(language)),
        title: reason.text.title(language),
        detail: reason.text.detail(language),
        contact: brand.contact.get(language),
        status: reason.status,
        request_id,
        portal: access.url.as_str(),
        try_again: reason.passes(),
        words: match language {
            Language::En => &EN,
            Language::ZhCn => &ZH_CN,
        },
        style: &style,
    };
    let body = page.render().unwrap_or_else(|why| {
        tracing::error!(%why, "the page of a denial cannot be rendered");
        String::new()
    });
    Answer {
        status: reason.status,
        headers: [
            ("Content-Type", "text/html; charset=utf-8".to_owned()),
            ("Content-Language", language.tag().to_owned()),
            ("Content-Security-Policy", policy(&style)),
            ("Vary", "Accept, Accept-Language, Cookie".to_owned()),
        ]
        .into_iter()
        .chain(reason.headers())
        .collect(),
        body,
    }
}

/// The style sheet with the brand's colour.
fn style(colour: &str) -> String {
    Colour::or_default(colour).css() + STYLE
}

fn policy(style: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::denial::Denial;
    use config::language::LocalText;

    fn rendered(brand: &Brand, language: Language) -> Answer {
        let access = AccessHost {
            url: "https://access.example.com".parse().unwrap(),
        };
        page(
            &Reason::of(&Denial::NoRuleAllows),
            language,
            brand,
            &access,
            "0198-id",
        )
    }

    #[test]
    fn the_page_speaks_the_readers_language_and_names_the_request() {
        let chinese = rendered(&Brand::default(), Language::ZhCn);
        assert!(chinese.body.contains("lang=\"zh-CN\""));
        assert!(chinese.body.contains("您没有访问权限"));
        let english = rendered(&Brand::default(), Language::En);
        assert!(english.body.contains("You have no access to this page"));
        assert!(english.body.contains("0198-id"));
    }

    #[test]
    fn attack_24_a_brand_cannot_bring_markup_or_style_into_the_page() {
        let brand = Brand {
            organisation: LocalText {
                zh_cn: String::new(),
                en: "<script>alert(1)</script>".into(),
            },
            colour: "red}body{background:url(//evil)".into(),
            contact: LocalText::default(),
        };
        let answer = rendered(&brand, Language::En);
        assert!(!answer.body.contains("<script"));
        assert!(!answer.body.contains("evil"));
    }

    #[test]
    fn the_style_in_the_page_is_the_one_that_the_policy_allows() {
        let answer = rendered(&Brand::default(), Language::En);
        let (_, rest) = answer.body.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
        let (_, policy) = answer
            .headers
            .iter()
            .find(|(name, _)| *name == "Content-Security-Policy")
            .unwrap();
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
    }
}
