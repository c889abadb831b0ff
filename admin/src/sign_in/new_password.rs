//! The obligation to choose a password of one's own before going on: after somebody else has set
//! it, on the first way in by a one-time code, or when the policy finds the present one too old.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::Language;

use super::flow::{self, Held};
use super::password_age::is_too_old;
use super::strength::Weakness;
use super::{Step, choose};
use crate::pages::text::texts;
use crate::pages::{Answer, Form, Frame, Reader, show_with};
use crate::sign_in_policy::{CharacterClasses, PasswordPolicy};
use crate::state::State;
use crate::store::{flows, members};

texts! {
    /// Choosing a password, wherever it is chosen.
    NewPasswordTexts {
        title: "设置新密码", "Choose a new password";
        lead: "继续之前，请设置一个只有您知道的密码。", "Before you go on, choose a password that only you know.";
        password: "新密码", "New password";
        repeated: "再次输入新密码", "New password once more";
        submit: "保存并继续", "Save and continue";
        expired: "您的密码已到期，请设置新密码。", "Your password is too old. Choose a new one.";
        guessable: "这个密码太容易被猜到。几个不相关的词连在一起，好记又安全。", "This password is too easy to guess. A few unrelated words are easy to remember and hard to guess.";
        personal: "密码不能由您的用户名、姓名或组织名称组成。", "A password must not be made of your username, your name or the organisation's.";
        breached: "这个密码已出现在公开泄露的密码中，请换一个。", "This password is known from a leak. Choose another one.";
        not_repeated: "两次输入的密码不一致。", "The two passwords differ.";
        unchanged: "新密码不能与旧密码相同。", "The new password must differ from the old one.";
        used_before: "这个密码您以前用过，请换一个。", "You have used this password before. Choose another one.";
    }
}

impl NewPasswordTexts {
    /// What is wrong with a password, in the reader's language.
    #[must_use]
    pub fn weakness(language: Language, weakness: Weakness) -> String {
        let t = Self::of(language);
        let said = match weakness {
            Weakness::TooShort(least) => return too_short(language, least),
            Weakness::TooLong(most) => return too_long(language, most),
            Weakness::Lacks(classes) => return must_hold(language, classes),
            Weakness::Guessable => t.guessable,
            Weakness::Breached => t.breached,
            Weakness::Personal => t.personal,
            Weakness::NotRepeated => t.not_repeated,
            Weakness::Unchanged => t.unchanged,
            Weakness::UsedBefore => t.used_before,
        };
        said.to_owned()
    }

    /// What the policy asks for, before anything is typed.
    #[must_use]
    pub fn rule(language: Language, policy: &PasswordPolicy) -> String {
        let (least, most) = (policy.min_length, policy.max_length);
        let (space, length, advice) = match language {
            Language::ZhCn => (
                "",
                format!("至少 {least} 个字符，最多 {most} 个。"),
                "几个不相关的词连在一起，好记又安全。",
            ),
            Language::En => (
                " ",
                format!("At least {least} characters, at most {most}."),
                "A few unrelated words are easy to remember and hard to guess.",
            ),
        };
        let mut said = vec![length];
        said.extend(not_earlier(language, policy.history));
        said.push(match policy.classes {
            CharacterClasses::Any => advice.to_owned(),
            classes => must_hold(language, classes),
        });
        said.join(space)
    }
}

/// Besides the present one, which never is the new one.
fn not_earlier(language: Language, history: u16) -> Option<String> {
    (history > 0).then(|| match (language, history) {
        (Language::ZhCn, _) => format!("不能与当前密码及此前的 {history} 个密码相同。"),
        (Language::En, 1) => "Neither the present password nor the one before it.".to_owned(),
        (Language::En, _) => {
            format!("Neither the present password nor one of the {history} before it.")
        }
    })
}

fn too_short(language: Language, least: u16) -> String {
    match language {
        Language::ZhCn => format!("密码太短：至少需要 {least} 个字符。"),
        Language::En => format!("This password is too short: use at least {least} characters."),
    }
}

fn too_long(language: Language, most: u16) -> String {
    match language {
        Language::ZhCn => format!("密码太长：最多 {most} 个字符。"),
        Language::En => format!("This password is too long: use at most {most} characters."),
    }
}

fn must_hold(language: Language, classes: CharacterClasses) -> String {
    let (zh, en) = match classes {
        CharacterClasses::Any => ("", ""),
        CharacterClasses::LettersDigits => ("字母和数字", "a letter and a digit"),
        CharacterClasses::UpperLowerDigits => (
            "大写字母、小写字母和数字",
            "a capital letter, a small letter and a digit",
        ),
        CharacterClasses::UpperLowerDigitsSpecial => (
            "大写字母、小写字母、数字和特殊字符",
            "a capital letter, a small letter, a digit and a special character",
        ),
    };
    match language {
        Language::ZhCn => format!("密码须包含{zh}。"),
        Language::En => format!("It must hold {en}."),
    }
}

#[derive(Template)]
#[template(path = "new_password.html")]
struct NewPasswordPage<'a> {
    frame: Frame,
    passwords: &'static NewPasswordTexts,
    rule: String,
    min_length: u16,
    lead: &'static str,
    username: &'a str,
    error: Option<String>,
}

/// `GET /sign-in/new-password`
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let held = flow::at(&state, &reader, Step::NewPassword).await?;
    show(&state, &reader, &held, None)
}

/// `POST /sign-in/new-password`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let held = flow::at(&state, &reader, Step::NewPassword).await?;
    let (password, repeated) = (form.get("password"), form.get("repeated"));
    let policy = &held.rules.password;
    if let Err(weakness) = choose::check(&state, policy, &held.account, password, repeated).await {
        return show(&state, &reader, &held, Some(weakness));
    }
    if let Some(weakness) = choose::had(&state, policy, &held.account, password).await? {
        return show(&state, &reader, &held, Some(weakness));
    }
    let hash = state.passwords.hash(password).await?;
    let Held {
        flow,
        account,
        token,
        ..
    } = held;
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    // Taken here: a new password ends every sign-in that is under way.
    if !flows::take(&mut tx, &token).await? {
        return Err(flow.start_again());
    }
    choose::set(&state, &reader, &mut tx, &account, &hash, None).await?;
    flow::advance(&state, &reader, tx, flow, None).await
}

fn show(state: &State, reader: &Reader, held: &Held, wrong: Option<Weakness>) -> Answer {
    let t = NewPasswordTexts::of(reader.language);
    let is_expired = is_too_old(&held.account, &held.rules, state.clock.now());
    let status = match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = NewPasswordPage {
        frame: Frame::new(state, reader),
        passwords: t,
        rule: NewPasswordTexts::rule(reader.language, &held.rules.password),
        min_length: held.rules.password.min_length,
        lead: if is_expired { t.expired } else { t.lead },
        username: &held.account.username,
        error: wrong.map(|weakness| NewPasswordTexts::weakness(reader.language, weakness)),
    };
    show_with(status, &page)
}
