//! `/events/audit`: who changed what.

use std::time::Duration;

use axum::Json;
use axum::extract::State as Extract;
use axum::http::HeaderMap;
use axum::response::Response;
use config::snapshot::address::AddressRange;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::IntoParams;

use super::export::{Column, Export, asked};
use super::span::near_request;
use super::{Between, LogPage};
use crate::api::download::Download;
use crate::api::{self, Problem, Query};
use crate::authz::Permit;
use crate::logs::AuditResult;
use crate::state::State;
use crate::store::events::{self, AuditEvent, AuditFilter, Part};

/// A large upload takes its time before it is told of.
const TOLD_WITHIN: Duration = Duration::from_hours(1);

#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichAudit {
    /// The id of the member or token that acted.
    actor: Option<String>,
    /// A part of the name of who acted.
    actor_name: Option<String>,
    /// What was acted on: `member`, `group`, `application`, `ip_list`, …
    target_kind: Option<String>,
    /// Its id.
    target: Option<String>,
    /// A part of its name.
    target_name: Option<String>,
    /// `create`, `update`, `delete`, …
    action: Option<String>,
    #[param(inline)]
    result: Option<AuditResult>,
    /// An address, a CIDR block, or a range.
    #[param(value_type = Option<String>)]
    client_address: Option<AddressRange>,
    /// The id of a request.
    request_id: Option<String>,
}

impl WhichAudit {
    fn filter(&self) -> AuditFilter {
        AuditFilter {
            actor: self.actor.clone(),
            actor_name: self.actor_name.as_deref().map(Part::of),
            target_kind: self.target_kind.clone(),
            target: self.target.clone(),
            target_name: self.target_name.as_deref().map(Part::of),
            action: self.action.clone(),
            result: self.result.map(|result| result.as_str().to_owned()),
            client_address: self.client_address,
            request_id: self.request_id.clone(),
        }
    }
}

#[utoipa::path(get, path = "/events/audit", tag = "events",
    params(WhichAudit, Between, api::Page),
    responses((status = 200, body = LogPage<AuditEvent>)))]
pub async fn audit(
    Extract(state): Extract<State>,
    Query(which): Query<WhichAudit>,
    Query(between): Query<Between>,
    Query(part): Query<api::Page>,
) -> Result<Json<LogPage<AuditEvent>>, Problem> {
    let page = between.page(&part)?;
    let page = near_request(page, which.request_id.as_deref(), TOLD_WITHIN);
    let mut connection = state.store.read().await?;
    let found = events::audit_events(&mut connection, &which.filter(), &page).await?;
    Ok(Json(found.into()))
}

/// What the filter shows, as a table.
#[utoipa::path(get, path = "/events/audit/export", tag = "events",
    params(WhichAudit, Between, Download),
    responses((status = 200, content((String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson")))))]
pub async fn export_audit(
    Extract(state): Extract<State>,
    permit: Permit,
    headers: HeaderMap,
    Query(which): Query<WhichAudit>,
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
        log: "audit_log",
        columns: COLUMNS,
    };
    let read = move |state: State, page| {
        let filter = filter.clone();
        async move {
            let mut connection = state.store.read().await?;
            events::audit_events(&mut connection, &filter, &page).await
        }
    };
    export.answer(asked(&which, &between), page, read).await
}

const COLUMNS: &[Column<AuditEvent>] = &[
    (("Time", "时间"), |e, _| e.at.into()),
    (("Who", "操作者"), |e, _| e.actor_name.as_str().into()),
    (
        ("Kind of actor", "操作者类型"),
        |e, reader| match &*e.actor_kind {
            "member" if e.actor_guest => reader.word(("Guest", "访客")),
            "member" => reader.word(("Member", "成员")),
            "token" => reader.word(("API token", "API 令牌")),
            "operator" => reader.word(("On the server", "服务器命令行")),
            "system" => reader.word(("Gatehouse", "系统")),
            other => other.into(),
        },
    ),
    (("Action", "操作"), |e, _| e.action.as_str().into()),
    (("Kind of object", "对象类型"), |e, _| {
        e.target_kind.as_str().into()
    }),
    (("Object", "对象"), |e, _| e.target_name.as_str().into()),
    (("Result", "结果"), |e, reader| match &*e.result {
        "done" => reader.word(("Done", "成功")),
        "refused" => reader.word(("Refused", "无权限")),
        "failed" => reader.word(("Failed", "失败")),
        other => other.into(),
    }),
    (("Address", "IP 地址"), |e, _| {
        e.client_address.clone().into()
    }),
    (("Before", "变更前"), |e, _| {
        e.before.as_ref().map(Value::to_string).into()
    }),
    (("After", "变更后"), |e, _| {
        e.after.as_ref().map(Value::to_string).into()
    }),
    (("Actor ID", "操作者 ID"), |e, _| e.actor.clone().into()),
    (("Object ID", "对象 ID"), |e, _| e.target.clone().into()),
    (("Request ID", "请求 ID"), |e, _| {
        e.request_id.clone().into()
    }),
];
