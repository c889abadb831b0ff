//! `/events/sign-ins`: each try to sign in, and each end of a sign-in.

use std::time::Duration;

use axum::Json;
use axum::extract::State as Extract;
use axum::http::HeaderMap;
use axum::response::Response;
use config::language::Words;
use config::snapshot::address::AddressRange;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::export::{Column, Export, asked};
use super::span::near_request;
use super::{Between, LogPage};
use crate::api::download::Download;
use crate::api::{self, Problem, Query};
use crate::authz::Permit;
use crate::logs::SignInKind;
use crate::sign_in_policy::RiskSignal;
use crate::state::State;
use crate::store::events::{self, Part, SignInEvent, SignInFilter};

/// A step of a sign-in is told of when it has been decided.
const TOLD_WITHIN: Duration = Duration::from_hours(1);

#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichSignIns {
    /// The id of a member.
    member: Option<String>,
    /// A part of the username, as it was typed where nobody was found.
    username: Option<String>,
    #[param(inline)]
    kind: Option<SignInKind>,
    /// The factor in question: `password`, `totp`, `passkey`, `recovery_code`, `one_time_link`, …
    method: Option<String>,
    /// The reason code of a failure: `wrong_password`, `locked`, …
    reason: Option<String>,
    /// An address, a CIDR block, or a range.
    #[param(value_type = Option<String>)]
    client_address: Option<AddressRange>,
    /// A part of what is known of the device and its browser.
    device: Option<String>,
    /// Something that was unusual.
    #[param(inline)]
    risk: Option<RiskSignal>,
    /// The id of a request.
    request_id: Option<String>,
}

impl WhichSignIns {
    fn filter(&self) -> SignInFilter {
        SignInFilter {
            member: self.member.as_deref().map(Into::into),
            username: self.username.as_deref().map(Part::of),
            kind: self.kind.map(|kind| kind.as_str().to_owned()),
            method: self.method.clone(),
            reason: self.reason.clone(),
            client_address: self.client_address,
            device: self.device.as_deref().map(Part::of),
            risk: self.risk.map(|signal| signal.as_str().to_owned()),
            request_id: self.request_id.clone(),
        }
    }
}

#[utoipa::path(get, path = "/events/sign-ins", tag = "events",
    params(WhichSignIns, Between, api::Page),
    responses((status = 200, body = LogPage<SignInEvent>)))]
pub async fn sign_ins(
    Extract(state): Extract<State>,
    Query(which): Query<WhichSignIns>,
    Query(between): Query<Between>,
    Query(part): Query<api::Page>,
) -> Result<Json<LogPage<SignInEvent>>, Problem> {
    let page = between.page(&part)?;
    let page = near_request(page, which.request_id.as_deref(), TOLD_WITHIN);
    let mut connection = state.store.read().await?;
    let found = events::sign_in_events(&mut connection, &which.filter(), &page).await?;
    Ok(Json(found.into()))
}

/// What the filter shows, as a table.
#[utoipa::path(get, path = "/events/sign-ins/export", tag = "events",
    params(WhichSignIns, Between, Download),
    responses((status = 200, content((String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson")))))]
pub async fn export_sign_ins(
    Extract(state): Extract<State>,
    permit: Permit,
    headers: HeaderMap,
    Query(which): Query<WhichSignIns>,
    Query(between): Query<Between>,
    Query(download): Query<Download>,
) -> Result<Response, Problem> {
    let page = near_request(between.whole()?, which.request_id.as_deref(), TOLD_WITHIN);
    let filter = which.filter();
    let export = Export {
        state: &state,
        permit: &permit,
        headers: &headers,
        download: &download,
        log: "sign_in_log",
        columns: COLUMNS,
    };
    let read = move |state: State, page| {
        let filter = filter.clone();
        async move {
            let mut connection = state.store.read().await?;
            events::sign_in_events(&mut connection, &filter, &page).await
        }
    };
    export.answer(asked(&which, &between), page, read).await
}

const COLUMNS: &[Column<SignInEvent>] = &[
    (("Time", "时间"), |e, _| e.at.into()),
    (("Username", "用户名"), |e, _| e.username.as_str().into()),
    (("Event", "事件"), |e, reader| match kind(&e.kind) {
        Some(words) => reader.word(words),
        None => e.kind.as_str().into(),
    }),
    (("Method", "验证方式"), |e, reader| {
        let method = e.method.as_deref();
        match method.and_then(factor) {
            Some(words) => reader.word(words),
            None => method.into(),
        }
    }),
    (("Reason", "原因"), |e, _| e.reason.clone().into()),
    (("Address", "IP 地址"), |e, _| {
        e.client_address.as_str().into()
    }),
    (("Place", "地点"), |e, reader| {
        let place = e.place.as_ref();
        place.map(|place| place.read(reader.language)).into()
    }),
    (("Device", "设备"), |e, _| e.device.as_str().into()),
    (("Browser", "浏览器"), |e, _| {
        e.user_agent.as_str().into()
    }),
    (("Unusual", "异常"), |e, reader| {
        let named = e.risk.iter().map(|signal| match unusual(signal) {
            Some((en, zh_cn)) => reader.language.of((en, zh_cn)),
            None => signal.as_str(),
        });
        named.collect::<Vec<_>>().join("; ").into()
    }),
    (("Guest", "访客"), |e, reader| reader.mark(e.guest)),
    (("Member ID", "成员 ID"), |e, _| {
        e.member.as_ref().map(|id| id.as_str().to_owned()).into()
    }),
    (("Sign-in ID", "登录会话 ID"), |e, _| {
        e.sign_in.as_ref().map(|id| id.as_str().to_owned()).into()
    }),
    (("Request ID", "请求 ID"), |e, _| {
        e.request_id.as_str().into()
    }),
];

fn kind(kind: &str) -> Option<Words> {
    Some(match kind {
        "signed_in" => ("Signed in", "登录成功"),
        "failed" => ("Failed", "登录失败"),
        "stepped_up" => ("Second step", "完成两步验证"),
        "signed_out" => ("Signed out", "退出登录"),
        "ended" => ("Ended", "会话被终止"),
        "reset_requested" => ("Asked for a new password", "申请重设密码"),
        "code_requested" => ("Asked for a code to sign in", "申请登录验证码"),
        _ => return None,
    })
}

fn unusual(signal: &str) -> Option<Words> {
    Some(match RiskSignal::from_name(signal)? {
        RiskSignal::NewDevice => ("New browser", "新的浏览器"),
        RiskSignal::ManyFailures => ("Wrong attempts before", "此前多次失败"),
        RiskSignal::UnknownNetwork => ("New network", "新的网络"),
        RiskSignal::ImpossibleTravel => ("Impossible travel", "异地登录间隔过短"),
    })
}

fn factor(method: &str) -> Option<Words> {
    Some(match method {
        "password" => ("Password", "密码"),
        "totp" => ("Authenticator", "身份验证器"),
        "recovery_code" => ("Recovery code", "恢复码"),
        "sms_code" => ("SMS code", "短信验证码"),
        "mail_code" => ("Mail code", "邮件验证码"),
        "passkey" => ("Passkey", "通行密钥"),
        "one_time_link" => ("One-time link", "一次性链接"),
        _ => return None,
    })
}
