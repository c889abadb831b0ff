//! Home-realm discovery: whoever does not know which button is theirs types their work address, and its domain
//! says to which directory they go. That tells of domains, which an administrator wrote down, and of nobody.
//!
//! Browsers let a form lead to no other host ([`crate::pages::onward`]), so a page stands between.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;

use super::attempt;
use super::directory;
use super::password::{self, SignInPage};
use crate::directories;
use crate::pages::text::texts;
use crate::pages::{Answer, Form, Frame, Reader, ReturnPath, show};
use crate::state::State;

/// The longest mail address (RFC 5321 §4.5.3.1).
const LONGEST: usize = 254;

texts! {
    /// The page between ours and that of the directory.
    HomeTexts {
        title: "正在前往您的登录页面", "On to your sign-in page";
        link: "如果没有自动跳转，请点击这里", "If nothing happens, continue here";
    }
}

#[derive(Template)]
#[template(path = "home_realm.html")]
struct HomePage {
    frame: Frame,
    t: &'static HomeTexts,
    name: String,
    address: String,
}

/// `POST /sign-in/directories`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    attempt::refuse_spent_address(&state, &reader).await?;
    let to = ReturnPath::or_root(form.get("to"));
    let mail = form.get("mail").trim();
    let mut read = state.store.read().await?;
    let all = directories::for_sign_in(&mut read).await?;
    drop(read);
    let mut pages = all.into_iter().filter(|one| one.source.kind().has_a_page());
    let home = pages.find(|one| mail.len() <= LONGEST && one.sign_in.is_home_of(mail));
    match home {
        Some(home) => match directory::address(&state, &reader, &home, &to, Some(mail)).await? {
            Some(address) => show(&HomePage {
                frame: Frame::new(&state, &reader),
                t: HomeTexts::of(reader.language),
                name: home.row.name,
                address: address.into(),
            }),
            None => directory::away(&state, &reader, &to),
        },
        None => {
            let page = SignInPage::new(Frame::new(&state, &reader), reader.language, to);
            let page = page.not_knowing(mail);
            password::show(&state, &reader, StatusCode::UNPROCESSABLE_ENTITY, page).await
        }
    }
}
