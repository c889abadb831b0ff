//! Changing one's own password: takes the old one, ends all other sign-ins, renews this session.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use config::session::AuthenticationMethod;

use super::{directory_password, done, fresh_account};
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Reader, go_to, show_with};
use crate::sign_in::new_password::NewPasswordTexts;
use crate::sign_in::person::carry;
use crate::sign_in::{Person, choose, confirm, directory_new_password, second_factor};
use crate::sign_in_policy::{self, PasswordPolicy};
use crate::state::State;
use crate::store::credentials::Account;

texts! {
    /// The page on which a person changes the password.
    PasswordTexts {
        title: "修改密码", "Change your password";
        lead: "修改后，您在其他设备上会退出登录。", "You will be signed out on all other devices.";
        old: "当前密码", "Current password";
        wrong: "当前密码不正确，或者尝试次数过多。", "The current password is wrong, or there were too many attempts.";
        submit: "保存新密码", "Save the new password";
        cancel: "取消", "Cancel";
    }
}

#[derive(Template)]
#[template(path = "account_password.html")]
struct PasswordPage<'a> {
    frame: Frame,
    t: &'static PasswordTexts,
    passwords: &'static NewPasswordTexts,
    rule: String,
    min_length: u16,
    username: &'a str,
    error: Option<String>,
}

const HERE: &str = "/account/password";

/// `GET /account/password`
pub async fn page(Shared(state): Shared<State>, reader: Reader, person: Person) -> Answer {
    let account = confirm::account_of(&state, &person).await?;
    if let Some(elsewhere) = elsewhere(&state, &person, &account).await? {
        return Ok(elsewhere);
    }
    if account.is_password_elsewhere {
        return directory_password::show(&state, &reader, &person, None);
    }
    let mut read = state.store.read().await?;
    let policy = sign_in_policy::rules_of(&mut read, &account.member)
        .await?
        .password;
    drop(read);
    show(&state, &reader, &person, &policy, None)
}

/// `POST /account/password`
pub async fn submit(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let account = confirm::account_of(&state, &person).await?;
    if let Some(elsewhere) = elsewhere(&state, &person, &account).await? {
        return Ok(elsewhere);
    }
    if account.is_password_elsewhere {
        return directory_password::submit(&state, &reader, &person, &account, &form).await;
    }
    let mut read = state.store.read().await?;
    let policy = sign_in_policy::rules_of(&mut read, &account.member)
        .await?
        .password;
    drop(read);
    let new = form.get("password");
    let wrong = |weakness| Some(NewPasswordTexts::weakness(reader.language, weakness));
    if let Err(weakness) = choose::check(&state, &policy, &account, new, form.get("repeated")).await
    {
        return show(&state, &reader, &person, &policy, wrong(weakness));
    }
    let t = PasswordTexts::of(reader.language);
    let old = form.get("old");
    let Some(tx) = confirm::by_password(&state, &reader, &account, old).await? else {
        return show(&state, &reader, &person, &policy, Some(t.wrong.to_owned()));
    };
    // Hashing takes its time: not inside a transaction.
    tx.commit().await?;
    if let Some(weakness) = choose::had(&state, &policy, &account, new).await? {
        return show(&state, &reader, &person, &policy, wrong(weakness));
    }
    let hash = state.passwords.hash(new).await?;
    // Another one that was set meanwhile is not written over by whoever knew the one before.
    let stored = account.password_hash.as_deref().unwrap_or_default();
    let Some(mut tx) = confirm::hold_password(&state, &account, stored).await? else {
        return show(&state, &reader, &person, &policy, Some(t.wrong.to_owned()));
    };
    let keep = Some(&person.0.sign_in);
    choose::set(&state, &reader, &mut tx, &account, &hash, keep).await?;
    let method = AuthenticationMethod::Password;
    let token = person.strengthen(&state, &reader, &mut tx, method).await?;
    tx.commit().await?;
    let mut response = done();
    carry(&mut response, &token);
    Ok(response)
}

/// Where the person goes first: a directory keeps the password and lets nobody change it here, or there is a
/// second factor, and the password alone does not change the password.
async fn elsewhere(
    state: &State,
    person: &Person,
    account: &Account,
) -> Result<Option<Response>, Failure> {
    let is_kept_away = account.is_password_elsewhere
        && directory_new_password::keeper(state, account)
            .await?
            .is_none();
    if is_kept_away {
        return Ok(Some(go_to("/account")));
    }
    if second_factor::is_asked(state, account).await? {
        return Ok(fresh_account(state, person, HERE).await?.err());
    }
    Ok(None)
}

fn show(
    state: &State,
    reader: &Reader,
    person: &Person,
    policy: &PasswordPolicy,
    error: Option<String>,
) -> Answer {
    let rule = NewPasswordTexts::rule(reader.language, policy);
    show_rule(state, reader, person, (rule, policy.min_length), error)
}

pub(super) fn show_rule(
    state: &State,
    reader: &Reader,
    person: &Person,
    (rule, min_length): (String, u16),
    error: Option<String>,
) -> Answer {
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = PasswordPage {
        frame: Frame::new(state, reader).for_person(&person.0.principal),
        t: PasswordTexts::of(reader.language),
        passwords: NewPasswordTexts::of(reader.language),
        rule,
        min_length,
        username: &person.0.principal.username,
        error,
    };
    show_with(status, &page)
}
