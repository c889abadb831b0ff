//! Entries of a directory for which nobody but an administrator can say who they are.

use config::id::{DirectoryId, MemberId};
use config::language::LocalText;
use config::{PrincipalKind, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::authz::{Action, Resource};
use crate::directories;
use crate::edit::{Edit, shown, target};
use crate::members::{self, Member, reach};
use crate::refused::{Invalid, Refused, both};
use crate::store::directory_people as links;
use crate::store::sync_conflicts::{self as rows, ConflictRow};
use crate::store::{Connection, StoreError, holds, sync_people};

/// An entry that waits. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SyncConflict {
    /// The key in the directory.
    pub key: String,
    pub name: String,
    /// What the directory says.
    #[schema(value_type = Object)]
    pub entry: Value,
    #[schema(value_type = Object)]
    pub reason: LocalText,
    /// Who it could be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Candidate>,
    pub found_at: Timestamp,
    /// It is decided that it is nobody of ours.
    pub ignored: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Candidate {
    pub id: MemberId,
    pub username: String,
    pub display_name: String,
    /// The directory from which they come; `null` for those made here.
    pub source: Option<String>,
}

/// What is decided about an entry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ConflictDecision {
    /// It is this member: from the next run on, the directory says who they are.
    Link { member: MemberId },
    /// It is this member, who comes from another directory until now: from the next run on, this one says who
    /// they are, and what the other says waits.
    HandOver { member: MemberId },
    /// It is nobody of ours, and asks no more.
    Ignore,
    /// The next run looks at it again.
    Reconsider,
}

/// Those of a directory, with where the next part begins.
pub async fn list(
    connection: &mut Connection,
    directory: &DirectoryId,
    with_ignored: bool,
    after: &str,
    limit: i64,
) -> Result<(Vec<SyncConflict>, Option<String>), Refused> {
    directories::whole(connection, directory).await?;
    let found = rows::list(connection, directory, with_ignored, after, limit).await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    let next = found
        .last()
        .filter(|_| is_full)
        .map(|last| last.key.clone());
    let mut conflicts = Vec::with_capacity(found.len());
    for row in found {
        conflicts.push(told(connection, row).await?);
    }
    Ok((conflicts, next))
}

async fn told(connection: &mut Connection, row: ConflictRow) -> Result<SyncConflict, StoreError> {
    let candidate = match &row.member {
        Some(id) => crate::store::members::find(connection, id).await?,
        None => None,
    };
    Ok(SyncConflict {
        entry: serde_json::from_str(&row.entry)?,
        reason: serde_json::from_str(&row.reason)?,
        key: row.key,
        name: row.name,
        candidate: candidate.map(|member| Candidate {
            id: member.id,
            username: member.username,
            display_name: member.display_name,
            source: member.source,
        }),
        found_at: row.found_at,
        ignored: row.ignored_at.is_some(),
    })
}

/// # Errors
/// If there is no such entry, or the member cannot be linked.
pub async fn decide(
    mut edit: Edit<'_>,
    directory: &DirectoryId,
    key: &str,
    decision: &ConflictDecision,
) -> Result<(), Refused> {
    let whole = directories::whole(&mut edit.tx, directory).await?;
    let found = rows::find(&mut edit.tx, directory, key).await?;
    let conflict = found.ok_or(Refused::NotFound("conflict"))?;
    let now = edit.now;
    let (action, after) = match decision {
        ConflictDecision::Link { member } => {
            link(&mut edit, &whole, key, member, false).await?;
            (
                "link",
                Some(serde_json::json!({ "key": key, "member": member })),
            )
        }
        ConflictDecision::HandOver { member } => {
            link(&mut edit, &whole, key, member, true).await?;
            (
                "hand_over",
                Some(serde_json::json!({ "key": key, "member": member })),
            )
        }
        ConflictDecision::Ignore => {
            rows::set_ignored(&mut edit.tx, directory, key, Some(now)).await?;
            ("ignore", Some(serde_json::json!({ "key": key })))
        }
        ConflictDecision::Reconsider => {
            rows::set_ignored(&mut edit.tx, directory, key, None).await?;
            ("reconsider", Some(serde_json::json!({ "key": key })))
        }
    };
    let target = target("directory", directory.as_str(), &whole.row.name);
    let before = serde_json::json!({ "key": key, "name": conflict.name });
    edit.commit(action, target, Some(before), after).await
}

/// Whoever may change the directory says who an entry is; of somebody with a role, within what they govern.
async fn link(
    edit: &mut Edit<'_>,
    directory: &directories::Whole,
    key: &str,
    member: &MemberId,
    takes_over: bool,
) -> Result<(), Refused> {
    let permit = edit.permit();
    permit.also_everywhere(Resource::Directories, Action::Change)?;
    permit.also_everywhere(Resource::Members, Action::Change)?;
    holds::group_rules(&mut edit.tx).await?;
    let before = members::find(&mut edit.tx, member).await;
    let before = before.map_err(no_such_member)?;
    reach::may_touch(edit, &before).await?;
    no_guest(&before)?;
    let id = &directory.row.id;
    let only = std::slice::from_ref(member);
    check_source(edit, id, member, takes_over).await?;
    // Whoever was told of under another key before, and is no more, may be told of under this one.
    let was_shut = links::unlink_gone(&mut edit.tx, id, member).await?;
    let known = links::of_keys(&mut edit.tx, id, &[key]).await?;
    let is_known = known.iter().any(|(_, known, _)| known == member);
    if !is_known && !links::linked(&mut edit.tx, id, only).await?.is_empty() {
        return Err(Refused::Impossible(both((
            "the account is linked to another entry of the directory",
            "该账号已关联到该目录的另一条目",
        ))));
    }
    let link = links::Link {
        key,
        member,
        facts: [0; 16],
        // The directory lets in again whom it shut out.
        is_shut: was_shut,
    };
    links::settle(&mut edit.tx, id, &[link], edit.now).await?;
    if !was_shut {
        links::set_back(&mut edit.tx, id, key).await?;
    }
    if directory.used_for().organisation() {
        sync_people::set_source(&mut edit.tx, member, Some(&directory.row.name)).await?;
    }
    links::forget_facts_of(&mut edit.tx, member).await?;
    rows::remove(&mut edit.tx, id, key).await?;
    let after = members::find(&mut edit.tx, member).await?;
    let target = target("member", member.as_str(), &before.username);
    edit.note("link", target, shown(&before), shown(&after))
        .await
}

/// An account has one source: it is taken from another alone where that was said.
async fn check_source(
    edit: &mut Edit<'_>,
    directory: &DirectoryId,
    member: &MemberId,
    takes_over: bool,
) -> Result<(), Refused> {
    let only = std::slice::from_ref(member);
    let elsewhere = links::from_elsewhere(&mut edit.tx, directory, only).await?;
    match elsewhere.first() {
        Some((_, name)) if !takes_over => Err(from_elsewhere(name)),
        None if takes_over => Err(from_nowhere_else()),
        _ => Ok(()),
    }
}

fn from_elsewhere(name: &str) -> Refused {
    Refused::Impossible(both((
        &format!("the account comes from the directory “{name}”"),
        &format!("该账号来自目录“{name}”"),
    )))
}

fn from_nowhere_else() -> Refused {
    Refused::Impossible(both((
        "the account comes from no other directory: link it instead",
        "该账号不来自其他目录，请直接关联",
    )))
}

fn no_guest(before: &Member) -> Result<(), Refused> {
    if before.kind != PrincipalKind::Guest {
        return Ok(());
    }
    Err(Refused::Impossible(both((
        "the account is a guest's: make it a member's first",
        "该账号为访客账号，请先将其转为成员",
    ))))
}

fn no_such_member(refused: Refused) -> Refused {
    match refused {
        Refused::NotFound(_) => Invalid::new(
            "decision.member",
            ("there is no such member", "该成员不存在"),
            ("the id of a member", "已存在成员的 id"),
        )
        .into(),
        other => other,
    }
}
