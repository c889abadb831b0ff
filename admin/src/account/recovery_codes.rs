//! Making recovery codes anew, and the one page that ever shows them.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;

use super::fresh_account;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Reader, ReturnPath, show};
use crate::sign_in::person::carry;
use crate::sign_in::{Person, choose, recovery_codes};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{Tx, members};

texts! {
    /// The page that shows recovery codes, once.
    RecoveryCodesTexts {
        title: "保存您的恢复码", "Save your recovery codes";
        lead: "如果丢失了身份验证器或通行密钥，可以用恢复码登录，每个只能使用一次。请打印或保存在安全的地方，它们不会再次显示。", "If you lose your authenticator or your passkey, each of these lets you in once. Print them or keep them in a safe place: they are not shown again.";
        codes: "恢复码", "Recovery codes";
        done: "我已保存", "I have saved them";
    }
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodesPage {
    frame: Frame,
    t: &'static RecoveryCodesTexts,
    codes: Vec<String>,
    to: String,
}

/// `POST /account/recovery-codes`: new ones in the place of the old.
pub async fn submit(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    _: Form,
) -> Answer {
    let account = match fresh_account(&state, &person, "/account").await? {
        Ok(account) if account.has_second_factor() => account,
        Ok(_) => return Err(Failure::BadRequest),
        Err(prove) => return Ok(prove),
    };
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    let codes = renew(&state, &mut tx, &account).await?;
    choose::audit(&state, &reader, &mut tx, &account, "renew_recovery_codes").await?;
    let token = person.renew(&state, &reader, &mut tx).await?;
    tx.commit().await?;
    let mut response = show_once(&state, &reader, &person, codes, "/account")?;
    carry(&mut response, &token);
    Ok(response)
}

pub async fn renew(state: &State, tx: &mut Tx, account: &Account) -> Result<Vec<String>, Failure> {
    Ok(recovery_codes::renew(tx, &account.member, &state.clock).await?)
}

/// The page with the codes. They are nowhere else: a reload does not bring them back.
pub fn show_once(
    state: &State,
    reader: &Reader,
    person: &Person,
    codes: Vec<String>,
    to: &str,
) -> Result<Response, Failure> {
    let to = ReturnPath::parse(to).map_or_else(|| "/account".to_owned(), |to| to.to_string());
    let frame = Frame::new(state, reader).for_person(&person.0.principal);
    page(frame, reader, codes, to)
}

/// The page with the codes, from which one goes on to `to`.
pub fn page(frame: Frame, reader: &Reader, codes: Vec<String>, to: String) -> Answer {
    show(&RecoveryCodesPage {
        frame,
        t: RecoveryCodesTexts::of(reader.language),
        codes,
        to,
    })
}
