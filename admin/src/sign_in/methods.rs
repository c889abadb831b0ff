//! Which ways in the sign-in page offers, and in which order: the brand says so. The first one is the
//! page's form, the others are linked below it. One that is left out is not offered; its page goes on
//! working for whoever knows it.

use std::borrow::Cow;

use askama::Template;
use config::Language;
use config::snapshot::{Brand, SignInMethod};

use super::{password, welcome};
use crate::pages::text::texts;
use crate::pages::{Frame, ReturnPath};
use crate::state::State;

texts! {
    /// The links to the other ways in.
    OfferTexts {
        password: "已有密码？去登录", "Already have a password? Sign in";
        one_time_code: "收到了一次性验证码？", "Got a one-time code?";
    }
}

/// A link to another way in.
pub struct Offer {
    pub href: String,
    pub text: Cow<'static, str>,
}

/// The way in that the sign-in page shows to a person who asked for none in particular.
#[must_use]
pub fn first(offered: &[SignInMethod]) -> SignInMethod {
    offered.first().copied().unwrap_or(SignInMethod::Password)
}

/// The others, in their order, that lead to the same place.
#[must_use]
pub fn others(
    offered: &[SignInMethod],
    shown: SignInMethod,
    to: &ReturnPath,
    language: Language,
) -> Vec<Offer> {
    let t = OfferTexts::of(language);
    let to: String = url::form_urlencoded::byte_serialize(to.as_str().as_bytes()).collect();
    let offer = |method: &SignInMethod| match method {
        SignInMethod::Password => Offer {
            href: format!("/sign-in?with=password&to={to}"),
            text: t.password.into(),
        },
        SignInMethod::OneTimeCode => Offer {
            href: format!("/welcome?to={to}"),
            text: t.one_time_code.into(),
        },
    };
    let others = offered.iter().filter(|method| **method != shown);
    others.map(offer).collect()
}

/// The sign-in page as it would look with another brand: HTML whose form is nobody's.
///
/// # Errors
/// When the page cannot be written.
pub fn preview(state: &State, brand: &Brand, language: Language) -> askama::Result<String> {
    let frame = Frame::of_brand(state, brand, language, "/sign-in");
    let to = ReturnPath::root();
    match first(&brand.sign_in_methods) {
        SignInMethod::Password => password::SignInPage::new(frame, language, to).render(),
        SignInMethod::OneTimeCode => welcome::WelcomePage::new(frame, language, to).render(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_both_engines;
    use crate::testing::{ACCESS, House, PASSWORD};

    #[tokio::test]
    async fn the_sign_in_page_offers_what_the_brand_says_in_its_order_and_each_leads_on() {
        on_both_engines(async |store| {
            let house = House::new(store).await;
            let offer = |methods: &[SignInMethod]| {
                let mut snapshot = (*house.state.snapshot().unwrap()).clone();
                snapshot.brand.sign_in_methods = methods.to_vec();
                snapshot.brand.welcome = ("Welcome, staff", "欢迎各位同事").into();
                house
                    .snapshots
                    .send_replace(Some(std::sync::Arc::new(snapshot)));
            };
            let mut browser = house.browser();
            let page = browser.get(ACCESS, "/sign-in?to=%2Faccount").await.body;
            assert!(page.contains(r#"name="password""#), "{page}");
            assert!(page.contains(r#"href="/welcome?to=%2Faccount""#), "{page}");

            offer(&[SignInMethod::OneTimeCode, SignInMethod::Password]);
            let page = browser.get(ACCESS, "/sign-in?to=%2Faccount").await.body;
            assert!(
                page.contains(r#"name="code""#) && page.contains("<h1>Sign in</h1>"),
                "{page}"
            );
            assert!(page.contains(">Welcome, staff</p>"), "{page}");
            let other = "/sign-in?with=password&to=%2Faccount";
            assert!(
                page.contains(&format!("href=\"{}\"", other.replace('&', "&#38;"))),
                "{page}"
            );
            assert!(
                browser
                    .get(ACCESS, other)
                    .await
                    .body
                    .contains(r#"name="password""#)
            );

            offer(&[SignInMethod::OneTimeCode]);
            let page = browser.get(ACCESS, "/sign-in").await.body;
            assert!(!page.contains("with=password"), "{page}");
            browser.get(ACCESS, other).await;
            browser.sign_in("alice", PASSWORD).await;
            assert!(
                browser.is_signed_in().await,
                "what is not offered still works"
            );
        })
        .await;
    }
}
