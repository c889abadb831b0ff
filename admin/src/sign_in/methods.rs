//! Which ways in the sign-in page offers, and in which order: the brand says so, as far as the sign-in policy
//! lets people in by them. The first one is what the page opens with, the others are linked below it. One that
//! is left out is not offered, and its page goes on working for whoever knows it; directories that it does not
//! name come last.

use std::borrow::Cow;

use askama::Template;
use config::Language;
use config::snapshot::{Brand, SignInMethod};

use super::{password, welcome};
use crate::directories::{self, Whole};
use crate::pages::text::texts;
use crate::pages::{Frame, ReturnPath};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::{Connection, StoreError};

texts! {
    /// The links to the other ways in.
    OfferTexts {
        password: "已有密码？去登录", "Already have a password? Sign in";
        one_time_code: "收到了一次性验证码？", "Got a one-time code?";
        owners: "所有者应急登录", "Owners' way in";
    }
}

/// A link to another way in.
#[derive(Clone, Debug)]
pub struct Offer {
    pub href: String,
    pub text: Cow<'static, str>,
}

/// What is offered just now.
#[derive(Clone, Debug, Default)]
pub struct Offered {
    /// What the page opens with: `None` where that is a page elsewhere, or nothing.
    pub form: Option<SignInMethod>,
    /// What it would open with for whoever asked for nothing in particular.
    pub first: Option<SignInMethod>,
    /// The pages of directories, in their order.
    pub directories: Vec<Offer>,
    /// The other ways, in their order.
    pub others: Vec<Offer>,
    /// Whether anybody but owners comes in by what is kept here.
    pub takes_own: bool,
    /// Whether some directory has a domain of mail addresses, and there is more than one to choose from.
    pub asks_for_mail: bool,
}

/// What whoever comes is offered, who asked for `asked` or for nothing in particular.
pub async fn offered(
    connection: &mut Connection,
    named: &[SignInMethod],
    asked: Option<&SignInMethod>,
    (to, language): (&ReturnPath, Language),
) -> Result<Offered, StoreError> {
    let all = directories::for_sign_in(connection).await?;
    let policy = sign_in_policy::get(connection).await?.body;
    let takes_own = policy.lets_in_without_directory();
    let takes_passwords = takes_own || all.iter().any(|one| one.source.kind().takes_passwords());
    let pages: Vec<_> = { all.iter() }
        .filter(|one| one.source.kind().has_a_page())
        .collect();
    let is_open = |method: &&SignInMethod| match method {
        SignInMethod::Password => takes_passwords,
        SignInMethod::OneTimeCode => takes_own,
        SignInMethod::Directory(id) => pages.iter().any(|one| one.row.id == *id),
    };
    let mut open: Vec<SignInMethod> = named.iter().filter(is_open).cloned().collect();
    for page in &pages {
        let method = SignInMethod::Directory(page.row.id.clone());
        if !open.contains(&method) {
            open.push(method);
        }
    }
    let first = asked.or(open.first()).unwrap_or(&SignInMethod::Password);
    let is_page = matches!(first, SignInMethod::Directory(_));
    let mut others = others(&open, first, to, language);
    if !takes_own && !open.contains(&SignInMethod::Password) && *first != SignInMethod::Password {
        others.push(link(
            &SignInMethod::Password,
            to,
            OfferTexts::of(language).owners,
        ));
    }
    let in_order = open.iter().filter_map(|method| match method {
        SignInMethod::Directory(id) => pages.iter().find(|one| one.row.id == *id),
        _ => None,
    });
    Ok(Offered {
        directories: in_order.map(|page| button(page, to, language)).collect(),
        form: (!is_page).then(|| first.clone()),
        first: open.first().cloned(),
        others,
        takes_own,
        asks_for_mail: pages.len() > 1 && pages.iter().any(|one| !one.sign_in.domains.is_empty()),
    })
}

fn button(directory: &Whole, to: &ReturnPath, language: Language) -> Offer {
    let name = &directory.row.name;
    Offer {
        href: format!(
            "/sign-in/directories/{}?to={}",
            directory.row.id,
            to.encoded()
        ),
        text: match language {
            Language::ZhCn => format!("使用 {name} 登录"),
            Language::En => format!("Sign in with {name}"),
        }
        .into(),
    }
}

/// The ways in that are kept here, without the one that is shown, in their order.
fn others(
    open: &[SignInMethod],
    shown: &SignInMethod,
    to: &ReturnPath,
    language: Language,
) -> Vec<Offer> {
    let t = OfferTexts::of(language);
    let others = open.iter().filter(|method| *method != shown);
    others
        .filter_map(|method| match method {
            SignInMethod::Password => Some(link(method, to, t.password)),
            SignInMethod::OneTimeCode => Some(link(method, to, t.one_time_code)),
            SignInMethod::Directory(_) => None,
        })
        .collect()
}

fn link(method: &SignInMethod, to: &ReturnPath, text: &'static str) -> Offer {
    let to = to.encoded();
    Offer {
        href: match method {
            SignInMethod::OneTimeCode => format!("/welcome?to={to}"),
            _ => format!("/sign-in?with=password&to={to}"),
        },
        text: text.into(),
    }
}

/// The sign-in page as it would look with another brand: HTML whose form is nobody's.
///
/// # Errors
/// When the store cannot be read, or the page not be written.
pub async fn preview(
    state: &State,
    brand: &Brand,
    language: Language,
) -> Result<askama::Result<String>, StoreError> {
    let frame = Frame::of_brand(state, brand, language, "/sign-in");
    let to = ReturnPath::root();
    let mut read = state.store.read().await?;
    let methods = &brand.sign_in_methods;
    let offered = offered(&mut read, methods, None, (&to, language)).await?;
    if offered.form == Some(SignInMethod::OneTimeCode) {
        let page = welcome::WelcomePage::new(frame, language, to);
        return Ok(page.offering(offered).render());
    }
    let page = password::SignInPage::new(frame, language, to);
    Ok(page.offering(offered).render())
}

#[cfg(test)]
mod tests;
