//! What the application may of what it needs. The platform has no list of that: each thing is tried.

use serde_json::Value;

use super::entry::{ROOT, number, text};
use super::protocol::{APPLICATION, WeCom};
use super::settings::WeComSettings;
use crate::directories::entry::TheirPerson;
use crate::directories::feishu::{FoundTenant, SuitePermission};
use crate::directories::suite::cloud::{Asked, Cloud, below};
use crate::directories::suite::error::CallError;
use crate::directories::suite::secrets::Secrets;
use crate::refused::both;
use crate::state::State;

/// It may not, or not this.
const DENIED: [&str; 6] = ["48002", "48004", "48009", "60011", "301002", "301007"];

/// Each permission, and whether it is granted; and the company, as it is called as a department.
///
/// # Errors
/// If the application is not known there, or the cloud is away.
pub async fn permissions(
    state: &State,
    (settings, secrets): (&WeComSettings, &Secrets),
) -> Result<(Vec<SuitePermission>, FoundTenant), CallError> {
    let protocol = Box::new(WeCom::new(settings, secrets));
    let cloud = Cloud::new(state, None, protocol);
    let agent = settings.agent_id.to_string();
    let tried = async |path: [&str; 2], query: &[(&str, &str)]| {
        let url = below(&settings.url, &["cgi-bin", path[0], path[1]])?;
        match cloud.ask(APPLICATION, Asked::get(url, query)).await {
            Err(error) if error.is_code(&DENIED) => Ok(None),
            other => other.map(Some),
        }
    };
    let application = tried(["agent", "get"], &[("agentid", &agent)]).await?;
    let departments = tried(["department", "list"], &[]).await?;
    let first = departments.as_ref().and_then(first);
    let people = match first.map(|id| id.to_string()) {
        Some(id) => Some(
            tried(["user", "list"], &[("department_id", &id)])
                .await?
                .is_some(),
        ),
        None => None,
    };
    let company = departments.as_ref().and_then(|told| company(told));
    let tenant = FoundTenant {
        key: settings.corp_id.clone(),
        name: company.unwrap_or(&settings.corp_id).to_owned(),
    };
    let permissions = vec![
        row(
            "agent/get",
            (
                "which of the company the application may see",
                "应用的可见范围",
            ),
            Some(application.is_some()),
        ),
        row(
            "department/list",
            ("departments", "部门"),
            Some(departments.is_some()),
        ),
        row("user/list", ("people", "成员"), people),
    ];
    Ok((permissions, tenant))
}

fn company(told: &Value) -> Option<&str> {
    let all = told.get("department")?.as_array()?;
    let root = all.iter().find(|one| number(one, "id") == Some(ROOT))?;
    text(root, "name")
}

fn first(told: &Value) -> Option<i64> {
    number(told.get("department")?.as_array()?.first()?, "id")
}

/// Which of the fields that can be kept back are told of people.
#[must_use]
pub fn seen(people: &[TheirPerson]) -> Vec<SuitePermission> {
    let told = |has: fn(&TheirPerson) -> bool| {
        let any = people.iter().any(has);
        (!people.is_empty()).then_some(any)
    };
    [
        (
            "mobile",
            ("mobile numbers", "手机号"),
            told(|one| one.mobile.is_some()),
        ),
        (
            "email",
            ("mail addresses", "邮箱"),
            told(|one| one.email.is_some()),
        ),
    ]
    .map(|(name, purpose, is_granted)| SuitePermission {
        is_needed: false,
        ..row(name, purpose, is_granted)
    })
    .into()
}

fn row(name: &str, purpose: (&str, &str), is_granted: Option<bool>) -> SuitePermission {
    SuitePermission {
        name: name.to_owned(),
        purpose: both(purpose),
        is_needed: true,
        is_granted,
    }
}
