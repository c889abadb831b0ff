//! What a person is shown: one page that says what happened, what to do, and whom to ask.
//!
//! It needs no script, no font and no other file: its style sheet is inside it, allowed by its hash, and
//! so is its icon.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::Language;
use config::clock::Timestamp;
use config::settings::AccessHost;
use config::snapshot::brand::{icon, initial};
use config::snapshot::{Brand, Colour};
use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::answer::language::Switch;
use crate::answer::reason::Reason;

const STYLE: &str = include_str!("../../templates/answer.css");

/// What a person is told.
pub(super) struct Told<'a> {
    pub reason: &'a Reason,
    pub language: Language,
    pub brand: &'a Brand,
    /// When the request came.
    pub at: Timestamp,
    pub access: &'a AccessHost,
    pub request_id: &'a str,
    /// Where signing in begins, if that would help.
    pub sign_in: Option<String>,
    pub switch: Switch,
}

#[derive(Template)]
#[template(path = "answer.html")]
struct Page<'a> {
    language: &'static str,
    organisation: &'a str,
    initial: String,
    title: &'a str,
    detail: &'a str,
    contact: &'a str,
    help: Option<&'a str>,
    copyright: Option<String>,
    status: u16,
    request_id: &'a str,
    portal: &'a str,
    sign_in: Option<&'a str>,
    try_again: bool,
    switch: &'a Switch,
    words: &'static Words,
    style: &'a str,
    icon: String,
}

struct Words {
    sign_in: &'static str,
    try_again: &'static str,
    start_page: &'static str,
    contact: &'static str,
    help: &'static str,
    request: &'static str,
    quote: &'static str,
    other_language: &'static str,
    guarded: &'static str,
}

const EN: Words = Words {
    sign_in: "Sign in",
    try_again: "Try again",
    start_page: "My applications",
    contact: "Need help? Contact",
    help: "Get help",
    request: "Request number",
    quote: "Quote this number when you ask for help.",
    other_language: "Switch to Chinese",
    guarded: "Guarded by Gatehouse",
};

const ZH_CN: Words = Words {
    sign_in: "去登录",
    try_again: "重试",
    start_page: "我的应用",
    contact: "需要帮助？请联系",
    help: "获取帮助",
    request: "请求编号",
    quote: "寻求帮助时请提供此编号。",
    other_language: "切换到英文",
    guarded: "由 Gatehouse 守护",
};

impl Told<'_> {
    pub(super) fn page(&self) -> Answer {
        let colour = Colour::or_default(&self.brand.colour);
        let style = colour.css() + STYLE;
        let body = self.body(&style, colour).unwrap_or_else(|why| {
            tracing::error!(%why, "the page of a denial cannot be rendered");
            String::new()
        });
        let headers = [
            ("Content-Type", "text/html; charset=utf-8".to_owned()),
            ("Content-Language", self.language.tag().to_owned()),
            ("Content-Security-Policy", policy(&style)),
            ("Vary", "Accept, Accept-Language, Cookie".to_owned()),
        ];
        Answer {
            status: self.reason.status,
            headers: headers.into_iter().chain(self.reason.headers()).collect(),
            body,
        }
    }

    fn body(&self, style: &str, colour: Colour) -> askama::Result<String> {
        let language = self.language;
        let organisation = self.brand.organisation.get(language);
        let page = Page {
            language: language.tag(),
            organisation,
            initial: initial(organisation),
            title: self.reason.text.title(language),
            detail: self.reason.text.detail(language),
            contact: self.brand.contact.get(language),
            help: self.brand.help(),
            copyright: self.brand.copyright(language, self.at),
            status: self.reason.status,
            request_id: self.request_id,
            portal: self.access.url.as_str(),
            sign_in: self.sign_in.as_deref(),
            try_again: self.reason.passes(),
            switch: &self.switch,
            words: match language {
                Language::En => &EN,
                Language::ZhCn => &ZH_CN,
            },
            style,
            icon: icon(colour),
        };
        page.render()
    }
}

fn policy(style: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::denial::Denial;
    use config::language::LocalText;
    use pingora::http::RequestHeader;

    fn rendered(brand: &Brand, language: Language) -> Answer {
        let access = AccessHost {
            url: "https://access.example.com".parse().unwrap(),
        };
        let asked = RequestHeader::build("GET", b"/plans", None).unwrap();
        Told {
            reason: &Reason::of(&Denial::NoRuleAllows),
            language,
            brand,
            at: Timestamp(1_767_225_600_000),
            access: &access,
            request_id: "0198-id",
            sign_in: None,
            switch: Switch::from(language, &asked),
        }
        .page()
    }

    #[test]
    fn the_page_speaks_the_readers_language_and_names_the_request() {
        let chinese = rendered(&Brand::default(), Language::ZhCn);
        assert!(chinese.body.contains("lang=\"zh-CN\""));
        assert!(chinese.body.contains("您没有访问权限"));
        let english = rendered(&Brand::default(), Language::En);
        assert!(english.body.contains("You have no access to this page"));
        assert!(english.body.contains("0198-id"));
        assert!(english.body.contains("lang=\"zh-CN\">简体中文</a>"));
    }

    #[test]
    fn attack_24_a_brand_cannot_bring_markup_or_style_into_the_page() {
        let brand = Brand {
            organisation: LocalText {
                zh_cn: String::new(),
                en: "<script>alert(1)</script>".into(),
            },
            colour: "red}body{background:url(//evil)".into(),
            help_link: "javascript:alert(1)".into(),
            ..Brand::default()
        };
        let answer = rendered(&brand, Language::En);
        assert!(!answer.body.contains("<script"));
        assert!(!answer.body.contains("evil"));
        assert!(!answer.body.contains("javascript:"));
    }

    #[test]
    fn the_foot_links_to_help_and_carries_the_copyright_line() {
        let mut brand = Brand {
            help_link: "https://help.example.com/?a=1&b=2".into(),
            ..Brand::default()
        };
        let plain = rendered(&brand, Language::En).body;
        assert!(plain.contains(">Get help</a>"), "{plain}");
        assert!(!plain.contains('©'));
        brand.contact.en = "the service desk".into();
        brand.copyright.shown = true;
        let full = rendered(&brand, Language::En).body;
        assert!(
            full.contains("https://help.example.com/?a=1&#38;b=2"),
            "{full}"
        );
        assert!(full.contains(">Need help? Contact the service desk</a>"));
        assert!(full.contains("© 2026 Gatehouse"));
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
