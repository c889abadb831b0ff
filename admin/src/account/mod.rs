//! `/account`: what a person sees and changes of their own: where they are signed in, the password,
//! the authenticator, passkeys, recovery codes, who tried to be them.

pub mod authenticator;
pub mod browsers;
mod directory_password;
pub mod linked;
pub mod passkeys;
pub mod password;
pub mod recovery_codes;
pub mod sessions;
pub mod step_up;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use config::id::MemberId;
use config::{Language, Timestamp};
use serde::Deserialize;

use crate::pages::text::texts;
use crate::pages::times::Moment;
use crate::pages::{Answer, Failure, Frame, Query, Reader, go_to, show};
use crate::sign_in::{Person, confirm, directory_new_password, second_factor};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::events::{self, SignInEvent, SignInFilter};
use crate::store::{Connection, StoreError, known_devices, recovery_codes as codes, sign_ins};

texts! {
    /// The account page.
    AccountTexts {
        title: "我的账号", "My account";
        security: "安全", "Security";
        password: "密码", "Password";
        password_more: "修改密码后，其他设备会退出登录。", "Changing it signs you out on all other devices.";
        password_elsewhere: "您的密码由企业目录保管，请在那里修改。", "A directory of your organisation keeps it: change it there.";
        password_there: "您的密码由企业目录保管。修改后，其他设备会退出登录。", "A directory of your organisation keeps it. Changing it signs you out on all other devices.";
        linked: "已关联的账号", "Linked accounts";
        linked_since: "关联于", "linked ";
        change: "修改", "Change";
        authenticator: "身份验证器", "Authenticator";
        on: "已启用", "On";
        off: "未启用", "Off";
        off_more: "启用后，登录时除密码外还需要手机上的验证码。", "Once on, you sign in with your password and a code from your phone.";
        on_more: "登录时除密码外还需要验证码。", "You sign in with your password and a code.";
        set: "启用", "Turn on";
        replace: "更换", "Replace";
        remove: "停用", "Turn off";
        passkeys: "通行密钥", "Passkeys";
        passkeys_more: "用指纹、人脸或 PIN 码确认登录，也可使用安全密钥。", "You confirm with your fingerprint, your face, a PIN, or with a security key.";
        add: "添加", "Add";
        added: "添加于", "Added ";
        last_used: "最近使用：", "last used ";
        never_used: "尚未使用", "not used yet";
        rename: "重命名", "Rename";
        save: "保存", "Save";
        delete: "移除", "Remove";
        last_factor: "您的组织要求两步验证，不能移除最后一种方式。请先添加另一种。", "Your organisation asks for two-step verification, so the last way cannot be removed. Set up another one first.";
        codes: "恢复码", "Recovery codes";
        codes_left: "剩余可用：", "Not used yet: ";
        renew: "重新生成", "Generate new codes";
        sessions: "登录的设备", "Where you are signed in";
        here: "当前设备", "This device";
        unknown: "未知设备", "Unknown device";
        since: "登录时间：", "Signed in ";
        seen: "最近活动：", "last active ";
        used_at: "访问过：", "In use at ";
        end: "退出", "Sign out";
        end_others: "退出其他所有设备", "Sign out everywhere else";
        browsers: "信任的浏览器", "Trusted browsers";
        browsers_more: "在这些浏览器中登录时不再要求第二步验证。", "Signing in with these asks for no second factor.";
        used: "最近登录：", "Last signed in ";
        until: "到期时间：", "until ";
        forget: "不再信任", "Ask again";
        recent: "最近的登录活动", "Recent sign-in activity";
        when: "时间", "When";
        what: "活动", "What";
        device: "设备", "Device";
        address: "IP 地址", "Address";
        none: "还没有记录。", "Nothing yet.";
        signed_in: "登录成功", "Signed in";
        failed: "登录失败", "Failed attempt";
        stepped_up: "完成身份确认", "Confirmed identity";
        signed_out: "退出登录", "Signed out";
        ended: "被终止", "Ended";
        reset_requested: "申请重设密码", "Asked for a new password";
        code_requested: "申请登录验证码", "Asked for a code to sign in";
        saved: "已保存。", "Saved.";
        member: "成员", "Member";
        guest: "访客", "Guest";
    }
}

#[derive(Template)]
#[template(path = "account.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each shows or hides a part of the page"
)]
struct AccountPage {
    frame: Frame,
    t: &'static AccountTexts,
    name: String,
    username: String,
    email: String,
    has_totp: bool,
    is_password_elsewhere: bool,
    /// Whether it is changed here.
    may_change_password: bool,
    linked: Vec<linked::Shown>,
    passkeys: Vec<passkeys::Shown>,
    may_set_authenticator: bool,
    may_add_passkey: bool,
    /// Of the recovery codes that stand in for a second factor, where there is one.
    codes_left: Option<i64>,
    note: Option<&'static str>,
    error: Option<&'static str>,
    sessions: Vec<sessions::Shown>,
    browsers: Vec<browsers::Shown>,
    events: Vec<ShownEvent>,
}

/// An entry of the person's own sign-in log.
struct ShownEvent {
    at: Moment,
    what: &'static str,
    is_failure: bool,
    device: String,
    address: String,
    /// Where that is; empty where it is not known.
    place: String,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    after: String,
}

/// `GET /account`
pub async fn page(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    Query(asked): Query<Asked>,
) -> Answer {
    let now = state.clock.now();
    let principal = &person.0.principal;
    let account = confirm::account_of(&state, &person).await?;
    let keeper = directory_new_password::keeper(&state, &account).await?;
    let mut read = state.store.read().await?;
    let live = sign_ins::live_of(&mut read, &principal.id, now).await?;
    let language = reader.language;
    let sessions = sessions::shown(&mut read, &state, &person, live, language).await?;
    let trusted = known_devices::trusted_of(&mut read, &principal.id, now).await?;
    let codes_left = if account.has_second_factor() {
        Some(codes::left(&mut read, &principal.id).await?)
    } else {
        None
    };
    let t = AccountTexts::of(language);
    show(&AccountPage {
        frame: Frame::new(&state, &reader).for_person(principal),
        t,
        name: principal.display_name.clone(),
        username: principal.username.clone(),
        email: principal.email.clone().unwrap_or_default(),
        has_totp: account.has_totp,
        is_password_elsewhere: account.is_password_elsewhere,
        may_change_password: !account.is_password_elsewhere || keeper.is_some(),
        linked: linked::shown(&mut read, &principal.id, now, language).await?,
        passkeys: passkeys::shown(&mut read, &person, now, language).await?,
        may_set_authenticator: authenticator::may_set(&mut read, &account).await?,
        may_add_passkey: passkeys::may_add(&mut read, &state, &reader, &account).await?,
        codes_left,
        note: (asked.after == "done").then_some(t.saved),
        error: (asked.after == "last-factor").then_some(t.last_factor),
        sessions,
        browsers: trusted
            .into_iter()
            .map(|browser| browsers::shown(browser, now, language))
            .collect(),
        events: recent(&mut read, &principal.id, now, language).await?,
    })
}

/// The newest of the person's own sign-in log.
async fn recent(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
    language: Language,
) -> Result<Vec<ShownEvent>, StoreError> {
    let filter = SignInFilter {
        member: Some(member.clone()),
        ..SignInFilter::default()
    };
    let page = events::Page {
        limit: 10,
        ..events::Page::default()
    };
    let log = events::sign_in_events(connection, &filter, &page).await?;
    let shown = |event: SignInEvent| ShownEvent {
        at: Moment::new(event.at, now, language),
        what: kind(&event.kind, AccountTexts::of(language)),
        is_failure: event.kind == "failed",
        device: event.device,
        address: event.client_address,
        place: event
            .place
            .map_or_else(String::new, |place| place.read(language)),
    };
    Ok(log.items.into_iter().map(shown).collect())
}

fn kind(kind: &str, t: &'static AccountTexts) -> &'static str {
    match kind {
        "signed_in" => t.signed_in,
        "failed" => t.failed,
        "stepped_up" => t.stepped_up,
        "signed_out" => t.signed_out,
        "reset_requested" => t.reset_requested,
        "code_requested" => t.code_requested,
        _ => t.ended,
    }
}

/// The account page, with word that the last second factor has to stay.
const LAST_FACTOR: &str = "/account?after=last-factor";

/// The account page, with word that it is done.
#[must_use]
pub fn done() -> Response {
    go_to("/account?after=done")
}

/// The account of a person who has proven recently who they are; `Err` leads to proving it, and
/// back to `here` from there.
pub async fn fresh_account(
    state: &State,
    person: &Person,
    here: &str,
) -> Result<Result<Account, Response>, Failure> {
    let account = confirm::account_of(state, person).await?;
    let has_factor = second_factor::is_asked(state, &account).await?;
    if person.is_fresh(has_factor, state.clock.now()) {
        Ok(Ok(account))
    } else {
        Ok(Err(go_to(&confirm::path(here))))
    }
}

/// What the language of a page is, for those that build parts of it.
pub(crate) fn unknown_device(language: Language) -> &'static str {
    AccountTexts::of(language).unknown
}

#[cfg(test)]
mod factor_tests;
#[cfg(test)]
mod race_tests;
#[cfg(test)]
mod tests;
