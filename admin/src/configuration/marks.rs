//! What is managed by code, and whether somebody has changed it by hand since: it is compared with how
//! it stood when it was applied.

use config::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Kind;
use crate::applications::Definition;
use crate::store::groups::GroupRow;
use crate::store::ip_lists::IpListRow;
use crate::store::managed::{self, MarkRow};
use crate::store::{Connection, StoreError, applications, documents, groups, ip_lists};

/// An object that is managed by code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Managed {
    pub kind: Kind,
    /// What the files call it.
    pub name: String,
    /// Absent for what there is one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[schema(value_type = i64)]
    pub applied_at: Timestamp,
    /// Changed or removed by hand since it was applied.
    pub drifted: bool,
}

/// All that is managed by code.
pub async fn all(connection: &mut Connection) -> Result<Vec<Managed>, StoreError> {
    let mut all = Vec::new();
    for mark in managed::all(connection).await? {
        let Some(kind) = Kind::from_name(&mark.kind) else {
            continue;
        };
        all.push(Managed {
            kind,
            drifted: drifted(connection, kind, &mark).await?,
            name: name(&mark),
            id: Some(mark.object_id).filter(|id| !id.is_empty()),
            applied_at: mark.applied_at,
        });
    }
    Ok(all)
}

/// As it was written.
#[must_use]
pub fn name(mark: &MarkRow) -> String {
    let name = mark.applied.get("name").and_then(Value::as_str);
    name.unwrap_or(&mark.key).to_owned()
}

pub async fn drifted(
    connection: &mut Connection,
    kind: Kind,
    mark: &MarkRow,
) -> Result<bool, StoreError> {
    let kept = as_kept(connection, kind, &mark.object_id).await?;
    Ok(kept.as_ref() != Some(&mark.applied))
}

/// The object as it stands, in the form in which marks remember it; `None` if it is gone.
pub async fn as_kept(
    connection: &mut Connection,
    kind: Kind,
    id: &str,
) -> Result<Option<Value>, StoreError> {
    Ok(match kind {
        Kind::Group => {
            let row = groups::find(connection, &id.into()).await?;
            match row {
                Some(row) => Some(group(&row)?),
                None => None,
            }
        }
        Kind::IpList => ip_lists::find(connection, &id.into())
            .await?
            .as_ref()
            .map(ip_list),
        Kind::Application => {
            let row = applications::find(connection, &id.into()).await?;
            row.map(|row| row.definition.map_or(Value::Null, |d| application(&d)))
        }
        Kind::SignInPolicy | Kind::Brand | Kind::Watermark => {
            let found = documents::get::<Value>(connection, kind.name()).await?;
            found.map(|document| document.body)
        }
    })
}

/// With ids: another name of a department is no change of a group.
fn group(row: &GroupRow) -> Result<Value, StoreError> {
    let mut group = json!({"name": row.name, "description": row.description});
    if let Some(rule) = &row.rule {
        group["rule"] = serde_json::from_str(rule)?;
    }
    if let Some(lists) = &row.ip_lists {
        group["ip_lists"] = serde_json::from_str(lists)?;
    }
    Ok(group)
}

/// Its entries by their revision: there may be a million of them.
fn ip_list(row: &IpListRow) -> Value {
    json!({
        "name": row.name, "effect": row.effect, "everywhere": row.everywhere,
        "revision": row.revision,
    })
}

fn application(definition: &Definition) -> Value {
    serde_json::to_value(definition).unwrap_or_default()
}
