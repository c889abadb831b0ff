//! The person's passkeys: adding one, naming it anew, taking it away. All ask for a fresh proof of who one
//! is.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use config::session::AuthenticationMethod;
use config::{Language, Timestamp};
use serde::Deserialize;

use super::{done, fresh_account, recovery_codes, step_up};
use crate::pages::middleware::allow_script;
use crate::pages::text::texts;
use crate::pages::times::Moment;
use crate::pages::{Answer, Failure, Form, Frame, Query, Reader, ReturnPath, go_to, show_with};
use crate::passkeys::register::{self, MOST};
use crate::passkeys::{Occasion, RelyingParty};
use crate::sign_in::passkey::Ask;
use crate::sign_in::person::carry;
use crate::sign_in::{Person, choose};
use crate::sign_in_policy::{self, SecondFactor};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::passkeys::Passkey;
use crate::store::{Connection, known_devices, members, passkeys};

texts! {
    /// The page that adds a passkey.
    PasskeysTexts {
        title: "添加通行密钥", "Add a passkey";
        lead: "通行密钥保存在手机、电脑或安全密钥中，用指纹、人脸或 PIN 码确认，无法被钓鱼网站骗取。", "A passkey lives in your phone, your computer or a security key. You confirm it with your fingerprint, your face or a PIN, and no false site can get it from you.";
        needed: "您要打开的应用需要两步验证。", "The application that you are opening asks for two-step verification.";
        name: "名称（选填）", "Name (optional)";
        hint: "例如：工作电脑、蓝色安全密钥", "For example: work computer, blue security key";
        later: "以后再说", "Not now";
        wrong: "未能添加通行密钥，请重试。", "The passkey could not be added. Please try again.";
        unavailable: "现在无法在此地址添加通行密钥。", "No passkey can be added at this address just now.";
    }
}

#[derive(Template)]
#[template(path = "account_passkeys.html")]
struct PasskeysPage {
    frame: Frame,
    t: &'static PasskeysTexts,
    to: String,
    is_needed: bool,
    passkey: Option<Ask>,
    error: Option<&'static str>,
}

/// One of them, on the account page.
pub struct Shown {
    pub id: String,
    pub name: String,
    pub added: Moment,
    pub used: Option<Moment>,
}

const HERE: &str = "/account/passkeys";
const METHOD: AuthenticationMethod = AuthenticationMethod::Passkey;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    to: String,
}

/// What the account page shows of them.
pub async fn shown(
    connection: &mut Connection,
    person: &Person,
    now: Timestamp,
    language: Language,
) -> Result<Vec<Shown>, Failure> {
    let all = passkeys::of(connection, &person.0.principal.id).await?;
    let moment = |at| Moment::new(at, now, language);
    let shown = all.into_iter().map(|key| Shown {
        id: key.id,
        name: key.name,
        added: moment(key.created_at),
        used: key.last_used_at.map(moment),
    });
    Ok(shown.collect())
}

/// Whether the person may add one: if the policy takes them, and browsers let it be used at this host.
pub async fn may_add(
    connection: &mut Connection,
    state: &State,
    reader: &Reader,
    account: &Account,
) -> Result<bool, Failure> {
    let policy = sign_in_policy::rules_of(connection, &account.member).await?;
    let has_room = usize::try_from(account.passkeys).is_ok_and(|count| count < MOST);
    let is_offered = policy.two_step.takes(SecondFactor::Passkey);
    Ok(has_room && is_offered && RelyingParty::at(state, reader).is_some())
}

/// `GET /account/passkeys`
pub async fn page(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    Query(asked): Query<Asked>,
) -> Answer {
    let account = match fresh_account(&state, &person, &reader.here).await? {
        Ok(account) => account,
        Err(prove) => return Ok(prove),
    };
    show(&state, &reader, &person, &account, &asked.to, None).await
}

/// `POST /account/passkeys`: keeps a new key.
pub async fn submit(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let to = form.get("to");
    let back = format!("{HERE}?to={}", ReturnPath::or_root(to).encoded());
    let account = match fresh_account(&state, &person, &back).await? {
        Ok(account) => account,
        Err(prove) => return Ok(prove),
    };
    if let Some(response) = add(&state, &reader, &person, &account, &form).await? {
        return Ok(response);
    }
    let wrong = PasskeysTexts::of(reader.language).wrong;
    show(&state, &reader, &person, &account, to, Some(wrong)).await
}

/// `None` if what the browser brought does not hold.
async fn add(
    state: &State,
    reader: &Reader,
    person: &Person,
    account: &Account,
    form: &Form,
) -> Result<Option<Response>, Failure> {
    let mut read = state.store.read().await?;
    let may_add = may_add(&mut read, state, reader, account).await?;
    drop(read);
    let Some(party) = RelyingParty::at(state, reader).filter(|_| may_add) else {
        return Ok(None);
    };
    let Ok(registered) = register::check(state, &party, form, occasion(person)) else {
        return Ok(None);
    };
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    let whose = (account, form.get("name"));
    let added = register::add(state, reader, &mut tx, whose, &registered).await?;
    let Some(register::Added { codes }) = added else {
        return Ok(None);
    };
    known_devices::distrust(&mut tx, &account.member).await?;
    let token = step_up::step_up(state, reader, &mut tx, person, METHOD).await?;
    tx.commit().await?;
    let to = form.get("to");
    let mut response = match codes {
        Some(codes) => recovery_codes::show_once(state, reader, person, codes, to)?,
        None => match ReturnPath::parse(to) {
            Some(to) if to.as_str() != "/account" => crate::sign_in::finish::onward(&to),
            _ => done(),
        },
    };
    carry(&mut response, &token);
    Ok(Some(response))
}

/// `POST /account/passkeys/rename`
pub async fn rename(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let account = match fresh_account(&state, &person, "/account").await? {
        Ok(account) => account,
        Err(prove) => return Ok(prove),
    };
    let name = register::name(form.get("name"), &reader);
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    let key = own(&mut tx, &account, form.get("id")).await?;
    passkeys::rename(&mut tx, &account.member, &key.id, &name).await?;
    let before = Some(key.told());
    let after = Some(Passkey { name, ..key }.told());
    let told = (before, after);
    choose::audit_of(&state, &reader, &mut tx, &account, "rename_passkey", told).await?;
    tx.commit().await?;
    Ok(done())
}

/// `POST /account/passkeys/remove`
pub async fn remove(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let account = match fresh_account(&state, &person, "/account").await? {
        Ok(account) => account,
        Err(prove) => return Ok(prove),
    };
    let mut tx = state.store.begin().await?;
    let factor = SecondFactor::Passkey;
    let Some(rest) = step_up::without(&mut tx, &person, factor).await? else {
        return Ok(go_to(super::LAST_FACTOR));
    };
    let key = own(&mut tx, &account, form.get("id")).await?;
    passkeys::remove(&mut tx, &account.member, &key.id).await?;
    let told = (Some(key.told()), None);
    choose::audit_of(&state, &reader, &mut tx, &account, "remove_passkey", told).await?;
    let token = step_up::step_down(&state, &reader, &mut tx, &person, &rest).await?;
    step_up::end_opened_by_passkey(&mut tx, &person, state.clock.now()).await?;
    tx.commit().await?;
    let mut response = done();
    carry(&mut response, &token);
    Ok(response)
}

/// One of the person's keys.
async fn own(connection: &mut Connection, account: &Account, id: &str) -> Result<Passkey, Failure> {
    let all = passkeys::of(connection, &account.member).await?;
    let found = all.into_iter().find(|key| key.id == id);
    found.ok_or(Failure::NotFound)
}

fn occasion(person: &Person) -> Occasion<'_> {
    Occasion {
        step: "add",
        whose: person.0.sign_in.as_str(),
    }
}

async fn show(
    state: &State,
    reader: &Reader,
    person: &Person,
    account: &Account,
    to: &str,
    error: Option<&'static str>,
) -> Answer {
    let t = PasskeysTexts::of(reader.language);
    let mut read = state.store.read().await?;
    let may_add = may_add(&mut read, state, reader, account).await?;
    let passkey = match RelyingParty::at(state, reader).filter(|_| may_add) {
        Some(party) => {
            let asked = register::ask(&mut read, state, &party, account, occasion(person)).await?;
            Some(Ask::adding(reader.language, HERE, asked))
        }
        None => None,
    };
    drop(read);
    let to = ReturnPath::parse(to).map_or_else(|| "/account".to_owned(), |to| to.to_string());
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = PasskeysPage {
        frame: Frame::new(state, reader).for_person(&person.0.principal),
        t,
        is_needed: to.starts_with("/sign-in/continue?"),
        to,
        passkey,
        error,
    };
    let mut response = show_with(status, &page)?;
    allow_script(&mut response);
    Ok(response)
}
