//! What stands around every page: language, brand, the person signed in, the switch of languages.

use config::snapshot::brand::{icon, initial};
use config::snapshot::{Brand, Colour, Picture, PictureKind, SignInMethod};
use config::{Language, Principal, Settings, language_choice};

use super::text::texts;
use super::{Reader, assets};
use crate::state::State;

texts! {
    /// Texts that every page shows.
    FrameTexts {
        skip: "跳到正文", "Skip to content";
        applications: "应用", "Applications";
        account: "我的账号", "My account";
        console: "管理控制台", "Console";
        sign_out: "退出登录", "Sign out";
        other_language: "切换到英文", "Switch to Chinese";
        guarded: "由 Gatehouse 守护", "Guarded by Gatehouse";
        contact: "需要帮助？请联系", "Need help? Contact";
        help: "获取帮助", "Get help";
        navigation: "导航", "Navigation";
    }
}

/// Lent to each template as `frame`.
pub struct Frame {
    pub t: &'static FrameTexts,
    pub lang: &'static str,
    /// The other language's own name, and the link that switches to it.
    pub other_lang: &'static str,
    pub other_name: &'static str,
    pub switch: String,
    pub organisation: String,
    /// The letter in the mark.
    pub initial: String,
    pub contact: String,
    pub help: Option<String>,
    pub copyright: Option<String>,
    /// Of the sign-in page; empty where its own words stand.
    pub sign_in_title: String,
    pub welcome: String,
    /// What the sign-in page offers, in this order.
    pub sign_in_methods: Vec<SignInMethod>,
    pub style: &'static str,
    /// The script of pages that ask for a passkey.
    pub passkeys: &'static str,
    pub brand_style: String,
    pub icon: String,
    /// In the place of the mark and the name, on a light ground and on a dark one.
    pub logo: Option<Picture>,
    pub logo_dark: Option<Picture>,
    /// Beside a form.
    pub illustration: Option<Picture>,
    /// The hidden field of every form.
    pub csrf: String,
    pub request_id: String,
    pub person: Option<String>,
    /// Whether the person administers something, and may do so here.
    pub has_console: bool,
    /// Whether the console is at this host.
    pub administers_here: bool,
    /// Where the portal is: at the access host.
    pub portal: String,
}

impl Frame {
    #[must_use]
    pub fn new(state: &State, reader: &Reader) -> Self {
        let snapshot = state.snapshot();
        let brand = snapshot.map_or_else(Brand::default, |snapshot| snapshot.brand.clone());
        Self {
            csrf: reader.csrf_field(),
            request_id: reader.visitor.request_id.clone(),
            administers_here: state.settings.administers_at(&reader.visitor.host),
            portal: portal(&state.settings, &reader.visitor.host),
            ..Self::of_brand(state, &brand, reader.language, &reader.here)
        }
    }

    /// With a brand that need not be the one in force, for a page that nobody sends a form from.
    #[must_use]
    pub fn of_brand(state: &State, brand: &Brand, language: Language, here: &str) -> Self {
        let snapshot = state.snapshot();
        let snapshot = snapshot.as_deref();
        let picture = |kind| snapshot.and_then(|s| s.pictures.find(kind)).cloned();
        let icon = match picture(PictureKind::Icon) {
            Some(own) => own.path,
            None => icon(Colour::or_default(&brand.colour)),
        };
        let (other, other_name) = match language {
            Language::ZhCn => (Language::En, "English"),
            Language::En => (Language::ZhCn, "简体中文"),
        };
        let organisation = brand.organisation.get(language).to_owned();
        Self {
            t: FrameTexts::of(language),
            lang: language.tag(),
            other_lang: other.tag(),
            other_name,
            switch: language_choice::link(other, here),
            initial: initial(&organisation),
            organisation,
            contact: brand.contact.get(language).to_owned(),
            help: brand.help().map(str::to_owned),
            copyright: brand.copyright(language, state.clock.now()),
            sign_in_title: brand.sign_in_title.get(language).to_owned(),
            welcome: brand.welcome.get(language).to_owned(),
            sign_in_methods: brand.sign_in_methods.clone(),
            style: assets::style(),
            passkeys: assets::passkeys(),
            brand_style: assets::brand_style(&brand.colour),
            icon,
            logo: picture(PictureKind::Logo),
            logo_dark: picture(PictureKind::LogoDark),
            illustration: picture(PictureKind::Illustration),
            csrf: String::new(),
            request_id: String::new(),
            person: None,
            has_console: false,
            administers_here: false,
            portal: "/".to_owned(),
        }
    }

    /// With the person's name and the way around.
    #[must_use]
    pub fn for_person(mut self, person: &Principal) -> Self {
        self.person = Some(person.display_name.clone());
        self.has_console = person.administers && self.administers_here;
        self
    }

    /// Where the brand leads: at the host of operators, `/` is nothing to whoever administers nothing.
    #[must_use]
    pub fn home(&self) -> &str {
        if self.person.is_some() && !self.has_console {
            &self.portal
        } else {
            "/"
        }
    }
}

fn portal(settings: &Settings, host: &str) -> String {
    if settings.is_admin_host(host) {
        format!("{}/", settings.origin_of(settings.access.host()))
    } else {
        "/".to_owned()
    }
}
