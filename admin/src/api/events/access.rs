//! `/events/access`: who opened what, and who was turned away.

use std::time::Duration;

use axum::Json;
use axum::extract::State as Extract;
use axum::http::HeaderMap;
use axum::response::Response;
use config::AccessEvent;
use config::access_event::Outcome;
use config::snapshot::address::AddressRange;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::export::{Column, Export, asked};
use super::span::near_request;
use super::{Between, LogPage};
use crate::api::download::Download;
use crate::api::{self, Problem, Query};
use crate::authz::Permit;
use crate::state::State;
use crate::store::events::{self, AccessFilter, Part};
use crate::table_file::Cell;

/// Its event is named like the request and dated to its beginning.
const TOLD_WITHIN: Duration = Duration::ZERO;

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Granted,
    Cut,
    Denied,
    OwnPage,
}

impl Ended {
    fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Cut => "cut",
            Self::Denied => "denied",
            Self::OwnPage => "own_page",
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichAccess {
    /// The id of a member.
    member: Option<String>,
    /// A part of the username.
    username: Option<String>,
    /// The id of an application.
    application: Option<String>,
    /// A part of the host.
    host: Option<String>,
    /// A part of the path.
    path: Option<String>,
    /// The method of the request: `GET`, `POST`, …
    method: Option<String>,
    /// The status of the answer.
    status: Option<u16>,
    #[param(inline)]
    outcome: Option<Ended>,
    /// The reason code of a refusal or a cut: `no_rule_allows`, `ip_denied`, …
    reason: Option<String>,
    /// An address, a CIDR block, or a range.
    #[param(value_type = Option<String>)]
    client_address: Option<AddressRange>,
    /// The id of a request, as error pages show it.
    request_id: Option<String>,
}

impl WhichAccess {
    fn filter(&self) -> AccessFilter {
        AccessFilter {
            member: self.member.as_deref().map(Into::into),
            username: self.username.as_deref().map(Part::of),
            application: self.application.as_deref().map(Into::into),
            host: self.host.as_deref().map(Part::of),
            path: self.path.as_deref().map(Part::of),
            method: self.method.as_deref().map(str::to_ascii_uppercase),
            status: self.status,
            outcome: self.outcome.map(|ended| ended.as_str().to_owned()),
            reason: self.reason.clone(),
            client_address: self.client_address,
            request_id: self.request_id.clone(),
        }
    }
}

#[utoipa::path(get, path = "/events/access", tag = "events",
    params(WhichAccess, Between, api::Page),
    responses((status = 200, body = LogPage<AccessEvent>)))]
pub async fn access(
    Extract(state): Extract<State>,
    Query(which): Query<WhichAccess>,
    Query(between): Query<Between>,
    Query(part): Query<api::Page>,
) -> Result<Json<LogPage<AccessEvent>>, Problem> {
    let page = between.page(&part)?;
    let page = near_request(page, which.request_id.as_deref(), TOLD_WITHIN);
    let mut connection = state.store.read().await?;
    let found = events::access_events(&mut connection, &which.filter(), &page).await?;
    Ok(Json(found.into()))
}

/// What the filter shows, as a table.
#[utoipa::path(get, path = "/events/access/export", tag = "events",
    params(WhichAccess, Between, Download),
    responses((status = 200, content((String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson")))))]
pub async fn export_access(
    Extract(state): Extract<State>,
    permit: Permit,
    headers: HeaderMap,
    Query(which): Query<WhichAccess>,
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
        log: "access_log",
        columns: COLUMNS,
    };
    let read = move |state: State, page| {
        let filter = filter.clone();
        async move {
            let mut connection = state.store.read().await?;
            events::access_events(&mut connection, &filter, &page).await
        }
    };
    export.answer(asked(&which, &between), page, read).await
}

const COLUMNS: &[Column<AccessEvent>] = &[
    (("Time", "时间"), |e, _| e.at.into()),
    (("Username", "用户名"), |e, _| e.username.clone().into()),
    (("Address", "IP 地址"), |e, _| {
        e.client_address.map(|address| address.to_string()).into()
    }),
    (("Application", "应用"), |e, reader| {
        let id = e.application.as_ref();
        id.map(|id| reader.application(id)).into()
    }),
    (("Method", "请求方法"), |e, _| e.method.as_str().into()),
    (("Host", "主机"), |e, _| e.host.as_str().into()),
    (("Path", "路径"), |e, _| e.path.as_str().into()),
    (("Outcome", "结果"), |e, reader| match &e.outcome {
        Outcome::Granted => reader.word(("Allowed", "已放行")),
        Outcome::Cut(_) => reader.word(("Cut off", "已中断")),
        Outcome::Denied(_) => reader.word(("Refused", "已拒绝")),
        Outcome::OwnPage => reader.word(("Gatehouse page", "Gatehouse 页面")),
    }),
    (("Reason", "原因"), |e, _| match &e.outcome {
        Outcome::Cut(reason) | Outcome::Denied(reason) => reason.as_str().into(),
        Outcome::Granted | Outcome::OwnPage => Cell::Empty,
    }),
    (("Rule", "命中规则"), |e, _| e.rule.clone().into()),
    (("Status", "状态码"), |e, _| i64::from(e.status).into()),
    (("Bytes received", "请求字节数"), |e, _| {
        number(e.request_bytes)
    }),
    (("Bytes sent", "响应字节数"), |e, _| {
        number(e.response_bytes)
    }),
    (("Milliseconds", "耗时（毫秒）"), |e, _| {
        number(e.duration_us / 1000)
    }),
    (("Upstream", "上游"), |e, _| e.upstream.clone().into()),
    (("Error", "错误"), |e, _| {
        e.error.as_ref().map(|error| error.what.clone()).into()
    }),
    (("Browser", "浏览器"), |e, _| e.user_agent.clone().into()),
    (("Guest", "访客"), |e, reader| reader.mark(e.guest)),
    (("Member ID", "成员 ID"), |e, _| {
        e.principal.as_ref().map(|id| id.as_str().to_owned()).into()
    }),
    (("Request ID", "请求 ID"), |e, _| {
        e.request_id.as_str().into()
    }),
];

fn number(number: u64) -> Cell {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}
