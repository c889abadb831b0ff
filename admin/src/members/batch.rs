//! One action on many people: each is a change of its own, with its own audit entry, and what cannot
//! be done to one is done to the others all the same.

use std::collections::HashSet;

use config::Language;
use config::id::{DepartmentId, GroupId, MemberId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Status, account, credentials, find, reach};
use crate::authz::{Action, Forbidden, Permit, Reach, Resource};
use crate::edit::{self, Edit};
use crate::messages::Channel;
use crate::refused::{Invalid, Refused};
use crate::state::State;
use crate::{departments, groups};

/// So many people at once.
pub const MOST: usize = 1000;

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    pub action: BatchAction,
    /// Ids, at most 1000.
    pub members: Vec<MemberId>,
}

/// What is done to each of the people.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum BatchAction {
    Enable,
    Disable,
    Leave,
    /// Only those who are disabled or have left.
    Remove,
    EndSignIns,
    AddDepartment {
        department: DepartmentId,
    },
    RemoveDepartment {
        department: DepartmentId,
    },
    AddGroup {
        group: GroupId,
    },
    RemoveGroup {
        group: GroupId,
    },
    /// Sends an invitation, with a code to set a password, to those who have set none.
    Invite {
        /// By mail where there is an address, and else by SMS, unless told.
        #[serde(default)]
        channel: Option<Channel>,
        /// In the caller's unless told.
        #[serde(default)]
        language: Option<Language>,
    },
}

impl BatchAction {
    /// What it takes beside leave to change people.
    fn also(&self) -> Option<(Resource, Action)> {
        match self {
            Self::Enable | Self::Disable | Self::Leave => None,
            Self::Remove => Some((Resource::Members, Action::Remove)),
            Self::EndSignIns => Some((Resource::Sessions, Action::Remove)),
            Self::AddDepartment { .. } | Self::RemoveDepartment { .. } => {
                Some((Resource::Departments, Action::Change))
            }
            Self::AddGroup { .. } | Self::RemoveGroup { .. } => {
                Some((Resource::Groups, Action::Change))
            }
            Self::Invite { .. } => Some((Resource::Credentials, Action::Create)),
        }
    }
}

/// How it went for each of the people, in their order; who was named twice is there once.
///
/// # Errors
/// If nothing was done at all.
pub async fn run(
    state: &State,
    permit: &Permit,
    batch: &Batch,
    language: Language,
) -> Result<Vec<(MemberId, Result<(), Refused>)>, Refused> {
    if !(1..=MOST).contains(&batch.members.len()) {
        return Err(how_many(batch.members.len()).into());
    }
    let also = match batch.action.also() {
        Some((resource, action)) => permit.also(resource, action)?,
        None => Reach::Everywhere,
    };
    let mut seen = HashSet::new();
    let mut results = Vec::with_capacity(batch.members.len());
    for id in &batch.members {
        if seen.insert(id) {
            let result = act(state, permit, (id, &also), (&batch.action, language)).await;
            if let Err(Refused::Forbidden(why)) = &result {
                note(state, permit, why).await?;
            }
            results.push((id.clone(), result));
        }
    }
    Ok(results)
}

async fn act(
    state: &State,
    permit: &Permit,
    (id, also): (&MemberId, &Reach),
    (action, of_caller): (&BatchAction, Language),
) -> Result<(), Refused> {
    let mut edit = Edit::begin(state, permit).await?;
    let before = find(&mut edit.tx, id).await?;
    reach::may_touch(&mut edit, &before).await?;
    if !reach::sees(&mut edit.tx, also, id).await? {
        return Err(Forbidden::Confined.into());
    }
    let status = async |edit, status| {
        if before.status == status {
            return Ok(());
        }
        account::set_status(edit, id, status).await.map(|_| ())
    };
    match action {
        BatchAction::Enable => status(edit, Status::Active).await,
        BatchAction::Disable => status(edit, Status::Disabled).await,
        BatchAction::Leave => status(edit, Status::Left).await,
        BatchAction::Remove => account::remove(edit, id).await,
        BatchAction::EndSignIns => account::end_all(edit, id).await,
        BatchAction::AddDepartment { department } => {
            departments::set_member(edit, department, id, true).await
        }
        BatchAction::RemoveDepartment { department } => {
            departments::set_member(edit, department, id, false).await
        }
        BatchAction::AddGroup { group } => groups::set_member(edit, group, id, true).await,
        BatchAction::RemoveGroup { group } => groups::set_member(edit, group, id, false).await,
        BatchAction::Invite { channel, language } => {
            let language = language.unwrap_or(of_caller);
            credentials::invite(edit, state, id, *channel, language).await
        }
    }
}

/// Whoever reaches for an account above theirs stands in the audit log, as when they ask for one.
async fn note(state: &State, permit: &Permit, why: &Forbidden) -> Result<(), Refused> {
    let (action, resource) = (Action::Change.as_str(), Resource::Members.as_str());
    let (actor, origin) = (permit.actor(), permit.origin());
    edit::record_refusal(state, actor, origin, action, resource, &why.to_string()).await
}

fn how_many(count: usize) -> Invalid {
    Invalid::new(
        "members",
        (
            &format!("{count} members are not taken at once"),
            &format!("一次不能处理 {count} 位成员"),
        ),
        ("1 to 1000 ids", "1 到 1000 个 id"),
    )
}
