//! Which permissions the application has of those that it needs, and whose company it is: what can be wrong there is
//! shown before anything is taken over.

use config::language::LocalText;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::entry::text;
use super::protocol::{Feishu, TENANT};
use super::settings::FeishuSettings;
use crate::directories::suite::cloud::{Asked, Cloud, below};
use crate::directories::suite::error::CallError;
use crate::directories::suite::secrets::Secrets;
use crate::refused::both;
use crate::state::State;

/// Something that an application must be allowed by the company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SuitePermission {
    /// As the platform calls it.
    pub name: String,
    /// What it is for.
    #[schema(value_type = Object)]
    pub purpose: LocalText,
    /// Whether nothing goes without it.
    pub is_needed: bool,
    /// Absent: the platform does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_granted: Option<bool>,
}

/// The company to which an application belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FoundTenant {
    /// For `source.tenant_key`.
    pub key: String,
    pub name: String,
}

type Row = (&'static str, bool, (&'static str, &'static str));

const NEEDED: [Row; 9] = [
    (
        "tenant:tenant:readonly",
        true,
        ("which company it is", "确认所属企业"),
    ),
    (
        "contact:contact.base:readonly",
        true,
        ("what of the contacts may be seen", "获取通讯录授权范围"),
    ),
    (
        "contact:department.base:readonly",
        true,
        ("names and order of departments", "部门名称与排序"),
    ),
    (
        "contact:department.organize:readonly",
        true,
        ("which department is below which", "部门层级关系"),
    ),
    (
        "contact:user.base:readonly",
        true,
        ("names of people", "人员姓名"),
    ),
    (
        "contact:user.department:readonly",
        true,
        ("in which departments people are", "人员所属部门"),
    ),
    (
        "contact:user.employee:readonly",
        true,
        (
            "who is frozen or has left, and employee numbers",
            "冻结、离职状态与工号",
        ),
    ),
    (
        "contact:user.email:readonly",
        false,
        ("mail addresses", "邮箱"),
    ),
    (
        "contact:user.phone:readonly",
        false,
        ("mobile numbers", "手机号"),
    ),
];

fn cloud(state: &State, settings: &FeishuSettings, secrets: &Secrets) -> Cloud {
    Cloud::new(state, None, Box::new(Feishu::new(settings, secrets)))
}

async fn ask(cloud: &Cloud, base: &str, parts: &[&str]) -> Result<Value, CallError> {
    let url = below(base, parts)?;
    let mut answer = cloud.ask(TENANT, Asked::get(url, &[])).await?;
    Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
}

/// Each permission, and whether it is granted.
///
/// # Errors
/// If the application is not known there, or the cloud is away.
pub async fn permissions(
    state: &State,
    (settings, secrets): (&FeishuSettings, &Secrets),
) -> Result<Vec<SuitePermission>, CallError> {
    let parts = ["open-apis", "application", "v6", "scopes"];
    let cloud = cloud(state, settings, secrets);
    let granted = match ask(&cloud, &settings.url, &parts).await {
        Ok(data) => data.get("scopes").and_then(Value::as_array).map(|scopes| {
            let is_granted =
                |scope: &&Value| scope.get("grant_status").and_then(Value::as_i64) == Some(1);
            let granted = scopes.iter().filter(is_granted);
            let names = granted.filter_map(|scope| text(scope, "scope_name"));
            names.map(str::to_owned).collect::<Vec<_>>()
        }),
        Err(CallError::Refused { code, .. }) if !is_about_the_application(&code) => None,
        Err(other) => return Err(other),
    };
    let told = NEEDED
        .into_iter()
        .map(|(name, is_needed, purpose)| SuitePermission {
            name: name.to_owned(),
            purpose: both(purpose),
            is_needed,
            is_granted: granted.as_ref().map(|granted| covers(granted, name)),
        });
    Ok(told.collect())
}

/// The widest permission of the contacts holds the others.
fn covers(granted: &[String], name: &str) -> bool {
    let wide = [
        "contact:contact:readonly_as_app",
        "contact:contact:readonly",
    ];
    granted.iter().any(|one| one == name)
        || (name.starts_with("contact:")
            && !matches!(
                name,
                "contact:user.email:readonly" | "contact:user.phone:readonly"
            )
            && granted.iter().any(|one| wide.contains(&one.as_str())))
}

fn is_about_the_application(code: &str) -> bool {
    matches!(code, "10003" | "10014" | "10015" | "99991401")
}

/// The company, if the application may know it.
///
/// # Errors
/// If it may not, or the cloud is away.
pub async fn tenant(
    state: &State,
    (settings, secrets): (&FeishuSettings, &Secrets),
) -> Result<FoundTenant, CallError> {
    let cloud = cloud(state, settings, secrets);
    let parts = ["open-apis", "tenant", "v2", "tenant", "query"];
    let data = ask(&cloud, &settings.url, &parts).await?;
    let told = data.get("tenant").unwrap_or(&Value::Null);
    let key = text(told, "tenant_key").ok_or_else(|| {
        CallError::away((
            "the platform does not say which company this is",
            "平台没有返回所属企业",
        ))
    })?;
    Ok(FoundTenant {
        key: key.to_owned(),
        name: text(told, "name").unwrap_or(key).to_owned(),
    })
}
