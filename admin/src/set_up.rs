//! The first run: a one-time code, printed where only the operator reads it, makes the first
//! administrator. There is no default password, and once there is an owner this door is shut.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::id::MemberId;
use config::session::AuthenticationMethod;
use config::{Language, PrincipalKind, Role, Timestamp};

use crate::authn::Origin;
use crate::logs::{Actor, ActorKind, AuditEntry, AuditResult, Target, record_audit};
use crate::members::names;
use crate::name_key::name_key;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Reader, go_to, show_with};
use crate::sign_in::attempt::Attempt;
use crate::sign_in::flow::{self, Flow};
use crate::sign_in::new_password::NewPasswordTexts;
use crate::sign_in::one_time_links::{OneTimeLink, issue};
use crate::sign_in::recovery_codes::hash;
use crate::sign_in::{choose, strength};
use crate::sign_in_policy::{self, PasswordPolicy};
use crate::state::State;
use crate::store::one_time_links::{self, Purpose};
use crate::store::{StoreError, Tx, credentials, members, role_holdings, set_up};
use crate::tokens::TokenHash;

texts! {
    /// The page that makes the first administrator.
    SetUpTexts {
        title: "设置 Gatehouse", "Set up Gatehouse";
        lead: "创建第一位管理员。一次性验证码显示在启动 Gatehouse 的终端或日志中。", "Create the first administrator. The one-time code was printed where Gatehouse was started.";
        code: "一次性验证码", "One-time code";
        username: "用户名", "Username";
        username_rule: "最多 64 个字符：英文字母、数字、汉字、点、下划线和连字符。", "At most 64 letters a-z, digits, Chinese characters, dots, underscores and hyphens.";
        display_name: "姓名", "Your name";
        submit: "创建管理员", "Create the administrator";
        wrong_code: "验证码不正确、已使用或已过期，或者尝试次数过多。可运行 gatehouse set-up-link 获取新的验证码。", "The code is wrong, was used or has expired, or there were too many attempts. `gatehouse set-up-link` prints a new one.";
        bad_username: "这个用户名不能使用：最多 64 个字符，可含英文字母、数字、汉字、点、下划线和连字符，并以字母、数字或汉字开头。", "This username cannot be used: it has at most 64 letters a-z, digits, Chinese characters, dots, underscores and hyphens, and starts with a letter, digit or Chinese character.";
        bad_name: "请填写姓名（最多 100 个字符）。", "Please give your name, in at most 100 characters.";
        taken: "这个用户名已被使用。", "This username is taken.";
    }
}

#[derive(Template)]
#[template(path = "set_up.html")]
struct SetUpPage<'a> {
    frame: Frame,
    t: &'static SetUpTexts,
    passwords: &'static NewPasswordTexts,
    rule: String,
    min_length: u16,
    form: Option<&'a Form>,
    error: Option<String>,
}

impl SetUpPage<'_> {
    fn typed(&self, field: &str) -> &str {
        self.form.map_or("", |form| form.get(field))
    }
}

/// Whether the first administrator is yet to be made.
pub async fn is_open(state: &State) -> Result<bool, StoreError> {
    let mut read = state.store.read().await?;
    Ok(!set_up::has_owner(&mut read).await?)
}

/// Whether the way in leads to making the first administrator: not where nobody may administer.
pub async fn is_ahead(state: &State, reader: &Reader) -> Result<bool, StoreError> {
    Ok(state.settings.administers_at(&reader.visitor.host) && is_open(state).await?)
}

/// Makes a new code in the place of any earlier one; `None` once there is an owner. For the start
/// of the program, which prints it.
///
/// # Errors
/// If the store is away.
pub async fn new_link(state: &State) -> Result<Option<OneTimeLink>, StoreError> {
    let start = Actor {
        kind: ActorKind::System,
        id: None,
        name: "gatehouse".to_owned(),
    };
    new_link_for(state, start, &Origin::default()).await
}

/// As [`new_link`], for whoever asks for it; they stand in the audit log.
///
/// # Errors
/// If the store is away.
pub async fn new_link_for(
    state: &State,
    actor: Actor,
    origin: &Origin,
) -> Result<Option<OneTimeLink>, StoreError> {
    let mut tx = state.store.begin().await?;
    set_up::hold(&mut tx).await?;
    if set_up::has_owner(&mut tx).await? {
        return Ok(None);
    }
    let now = state.clock.now();
    let link = issue(
        &mut tx,
        &state.settings.admin_origin(),
        &Purpose::SetUp,
        now,
    )
    .await?;
    let entry = AuditEntry {
        actor,
        client_address: origin.address,
        request_id: origin.request_id.clone(),
        action: "make_set_up_link",
        target: Target {
            kind: "set_up",
            id: None,
            name: link.url.clone(),
        },
        result: AuditResult::Done,
        before: None,
        after: None,
    };
    record_audit(&mut tx, now, &entry).await?;
    tx.commit().await?;
    Ok(Some(link))
}

/// `GET /set-up`
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    if is_open(&state).await? {
        show(&state, &reader, None, None).await
    } else {
        Ok(go_to("/sign-in"))
    }
}

/// `POST /set-up`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let now = state.clock.now();
    let t = SetUpTexts::of(reader.language);
    if !is_open(&state).await? {
        return Err(Failure::Expired);
    }
    let attempt = Attempt::at_code(&state, &reader).await?;
    let code = match hash(form.get("code")).filter(|_| attempt.is_allowed()) {
        Some(code) if is_good(&state, &code).await? => code,
        _ => {
            attempt.failed("wrong_code").await?;
            return show(&state, &reader, Some(&form), Some(t.wrong_code.to_owned())).await;
        }
    };
    // It was no guess, whatever is wrong with the rest of the form.
    let mut tx = state.store.begin().await?;
    attempt.succeeded(&mut tx).await?;
    tx.commit().await?;
    let policy = policy(&state).await?;
    let names = match check(&state, &policy, &form, reader.language).await {
        Ok(names) => names,
        Err(wrong) => return show(&state, &reader, Some(&form), Some(wrong)).await,
    };
    let hashed = state.passwords.hash(form.get("password")).await?;
    let mut tx = state.store.begin().await?;
    // Of several who hold the code, or different ones, the first becomes the owner.
    set_up::hold(&mut tx).await?;
    if set_up::has_owner(&mut tx).await? || !one_time_links::use_up(&mut tx, &code, now).await? {
        return Err(Failure::Expired);
    }
    let member = MemberId::generate();
    match insert_owner(&mut tx, &member, names, now).await {
        Err(StoreError::Conflict { .. }) => {
            return show(&state, &reader, Some(&form), Some(t.taken.to_owned())).await;
        }
        made => made?,
    }
    credentials::set_password(&mut tx, &member, &hashed, now).await?;
    let account = credentials::find(&mut tx, &member).await?;
    let account = account.ok_or(Failure::Internal)?;
    choose::audit(&state, &reader, &mut tx, &account, "set_up").await?;
    let method = AuthenticationMethod::OneTimeLink;
    let flow = Flow::begin(member, method, now, "/account/authenticator?to=%2F");
    flow::advance(&state, &reader, tx, flow, None).await
}

/// An organisation may have a policy although it has no owner yet: a store is restored, or files are applied.
async fn policy(state: &State) -> Result<PasswordPolicy, StoreError> {
    let mut read = state.store.read().await?;
    Ok(sign_in_policy::rules_of_nobody(&mut read).await?.password)
}

async fn is_good(state: &State, code: &TokenHash) -> Result<bool, StoreError> {
    let mut read = state.store.read().await?;
    let found = one_time_links::find(&mut read, code, state.clock.now()).await?;
    Ok(found == Some(Purpose::SetUp))
}

/// Username and name as they may be kept, or what is wrong with the form.
async fn check(
    state: &State,
    policy: &PasswordPolicy,
    form: &Form,
    language: Language,
) -> Result<(String, String), String> {
    let t = SetUpTexts::of(language);
    let username = names::username(form.get("username")).map_err(|_| t.bad_username.to_owned())?;
    let display_name = names::display_name("display_name", form.get("display_name"))
        .map_err(|_| t.bad_name.to_owned())?;
    let own = [username.as_str(), display_name.as_str()];
    let told = |weakness| NewPasswordTexts::weakness(language, weakness);
    let password = form.get("password");
    strength::check(policy, password, form.get("repeated"), &own).map_err(told)?;
    let refused = choose::refuse_breached(state, policy, password).await;
    refused.map_err(told)?;
    Ok((username, display_name))
}

async fn insert_owner(
    tx: &mut Tx,
    member: &MemberId,
    (username, display_name): (String, String),
    now: Timestamp,
) -> Result<(), StoreError> {
    let fields = members::Fields {
        kind: PrincipalKind::Member,
        username_key: name_key(&username),
        username,
        display_name,
        email: None,
        email_key: None,
        mobile: None,
        employee_number: None,
    };
    members::insert(tx, member, &fields, now).await?;
    role_holdings::set(tx, member, &[(Role::Owner.as_str(), None)], now).await
}

async fn show(
    state: &State,
    reader: &Reader,
    form: Option<&Form>,
    error: Option<String>,
) -> Answer {
    let policy = policy(state).await?;
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = SetUpPage {
        frame: Frame::new(state, reader),
        t: SetUpTexts::of(reader.language),
        passwords: NewPasswordTexts::of(reader.language),
        rule: NewPasswordTexts::rule(reader.language, &policy),
        min_length: policy.min_length,
        form,
        error,
    };
    show_with(status, &page)
}

#[cfg(test)]
mod tests;
