//! The obligation to choose a password of one's own before going on: after somebody else has set
//! it, or on the first way in by a one-time code.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::Language;

use super::flow::{self, Held};
use super::strength::{self, Weakness};
use super::{Step, choose};
use crate::pages::text::texts;
use crate::pages::{Answer, Form, Frame, Reader, show_with};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{flows, members};

texts! {
    /// Choosing a password, wherever it is chosen.
    NewPasswordTexts {
        title: "设置新密码", "Choose a new password";
        lead: "继续之前，请设置一个只有您知道的密码。", "Before you go on, choose a password that only you know.";
        password: "新密码", "New password";
        repeated: "再次输入新密码", "New password once more";
        rule: "至少 10 个字符。几个不相关的词连在一起，好记又安全。", "At least 10 characters. A few unrelated words are easy to remember and hard to guess.";
        submit: "保存并继续", "Save and continue";
        too_short: "密码太短：至少需要 10 个字符。", "This password is too short: use at least 10 characters.";
        too_long: "密码太长。", "This password is too long.";
        too_simple: "密码太简单：请不要使用重复或连续的字符。", "This password is too simple: avoid repeated or consecutive characters.";
        common: "这个密码太常见，很容易被猜到。", "This password is too common: it is easy to guess.";
        personal: "密码不能由您的用户名或姓名组成。", "A password must not be made of your username or name.";
        not_repeated: "两次输入的密码不一致。", "The two passwords differ.";
        unchanged: "新密码不能与旧密码相同。", "The new password must differ from the old one.";
    }
}

impl NewPasswordTexts {
    /// What is wrong with a password, in the reader's language.
    #[must_use]
    pub fn weakness(language: Language, weakness: Weakness) -> &'static str {
        let t = Self::of(language);
        match weakness {
            Weakness::TooShort => t.too_short,
            Weakness::TooLong => t.too_long,
            Weakness::TooSimple => t.too_simple,
            Weakness::Common => t.common,
            Weakness::Personal => t.personal,
            Weakness::NotRepeated => t.not_repeated,
            Weakness::Unchanged => t.unchanged,
        }
    }
}

#[derive(Template)]
#[template(path = "new_password.html")]
struct NewPasswordPage<'a> {
    frame: Frame,
    t: &'static NewPasswordTexts,
    username: &'a str,
    error: Option<&'static str>,
}

/// `GET /sign-in/new-password`
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let held = flow::at(&state, &reader, Step::NewPassword).await?;
    show(&state, &reader, &held.account, None)
}

/// `POST /sign-in/new-password`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let Held {
        flow,
        account,
        token,
    } = flow::at(&state, &reader, Step::NewPassword).await?;
    let (password, repeated) = (form.get("password"), form.get("repeated"));
    let names = [account.username.as_str(), account.display_name.as_str()];
    if let Err(weakness) = strength::check(password, repeated, &names) {
        return show(&state, &reader, &account, Some(weakness));
    }
    if choose::is_unchanged(&state, &account, password).await? {
        return show(&state, &reader, &account, Some(Weakness::Unchanged));
    }
    let hash = state.passwords.hash(password).await?;
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    // Taken here: a new password ends every sign-in that is under way.
    if !flows::take(&mut tx, &token).await? {
        return Err(flow.start_again());
    }
    choose::set(&state, &reader, &mut tx, &account, &hash, None).await?;
    flow::advance(&state, &reader, tx, flow, None).await
}

fn show(state: &State, reader: &Reader, account: &Account, wrong: Option<Weakness>) -> Answer {
    let page = NewPasswordPage {
        frame: Frame::new(state, reader),
        t: NewPasswordTexts::of(reader.language),
        username: &account.username,
        error: wrong.map(|weakness| NewPasswordTexts::weakness(reader.language, weakness)),
    };
    let status = match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    show_with(status, &page)
}
