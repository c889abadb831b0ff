//! Whoever a directory no longer names is shut out: disabled, with every session cut, and kept.

use config::id::MemberId;
use config::{PrincipalKind, Role};

use super::apply::set_status;
use super::scope::Scope;
use super::turn;
use crate::authz::Holding;
use crate::edit::{Edit, shown, target};
use crate::members::{self, Member, Status};
use crate::refused::{Refused, both};
use crate::store::directory_people as links;
use crate::store::sync_changes::ChangeRow;
use crate::store::{StoreError, role_holdings};

pub(super) async fn leave(
    edit: &mut Edit<'_>,
    scope: &Scope,
    change: &mut ChangeRow,
) -> Result<(), Refused> {
    let Some(id) = change.object_id.as_deref().map(MemberId::from) else {
        return Ok(());
    };
    let before = match members::find(&mut edit.tx, &id).await {
        Ok(before) => before,
        // Whoever was removed meanwhile cannot leave.
        Err(Refused::NotFound(_)) => {
            "none".clone_into(&mut change.kind);
            return Ok(());
        }
        Err(other) => return Err(other),
    };
    change.name.clone_from(&before.display_name);
    if change.turn == turn::OTHERS && is_spared(edit, &before).await? {
        "none".clone_into(&mut change.kind);
        return Ok(());
    }
    let is_theirs = change.turn == turn::LEAVERS;
    if is_theirs && is_elsewhere(edit, scope, &id).await? {
        // Another directory says who they are: that this one names them no more shuts nobody out.
        "none".clone_into(&mut change.kind);
        let (id, key) = (&scope.directory, &change.key);
        return Ok(links::set_gone(&mut edit.tx, id, key, false, edit.now).await?);
    }
    if before.status == Status::Active {
        set_status(edit, &id, Status::Disabled).await?;
    }
    if is_theirs {
        // Only whom the directory shuts out does it let in again.
        let is_shut = before.status == Status::Active;
        let key = &change.key;
        links::set_gone(&mut edit.tx, &scope.directory, key, is_shut, edit.now).await?;
    }
    let after = members::find(&mut edit.tx, &id).await?;
    let json = |member: &Member| serde_json::to_string(member).map_err(StoreError::from);
    change.before = Some(json(&before)?);
    change.after = Some(json(&after)?);
    if before.status != Status::Active {
        "none".clone_into(&mut change.kind);
        return Ok(());
    }
    let target = target("member", id.as_str(), &before.username);
    edit.note("disable", target, shown(&before), shown(&after))
        .await
}

async fn is_elsewhere(
    edit: &mut Edit<'_>,
    scope: &Scope,
    id: &MemberId,
) -> Result<bool, StoreError> {
    let only = std::slice::from_ref(id);
    let found = links::from_elsewhere(&mut edit.tx, &scope.directory, only).await?;
    Ok(!found.is_empty())
}

/// Who holds a role by now, or has become somebody of a directory.
async fn is_spared(edit: &mut Edit<'_>, before: &Member) -> Result<bool, StoreError> {
    let is_ours = before.roles.is_empty() && before.kind == PrincipalKind::Member;
    Ok(!is_ours
        || links::organisation_of(&mut edit.tx, &before.id)
            .await?
            .is_some())
}

/// Without an owner nobody could ever make another one.
pub(super) async fn keep_an_owner(edit: &mut Edit<'_>, before: &Member) -> Result<(), Refused> {
    let mut held = before.roles.iter().filter_map(Holding::built_in);
    let is_owner = held.any(|role| role == Role::Owner) && before.status == Status::Active;
    if is_owner && role_holdings::count_owners(&mut edit.tx).await? <= 1 {
        return Err(Refused::Impossible(both((
            "this is the last owner who can sign in: make another member an owner first",
            "这是最后一位可登录的所有者，请先将其他成员设为所有者",
        ))));
    }
    Ok(())
}
