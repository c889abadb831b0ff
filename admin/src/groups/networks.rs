//! The IP lists that say from where the guests of a group come in.

use config::id::RuleId;

use super::GroupDraft;
use crate::authz::{Action, Resource};
use crate::edit::Edit;
use crate::refused::{Invalid, Refused};
use crate::store::{StoreError, holds, ip_lists};

/// As they are kept.
///
/// # Errors
/// If a group that is not for guests has some: nobody would be bound by them.
pub(super) fn written(draft: &GroupDraft) -> Result<Option<String>, Refused> {
    if draft.ip_lists.is_empty() {
        return Ok(None);
    }
    if !draft.for_guests {
        let what = (
            "these bind nobody: the group is not for guests",
            "该用户组不是访客组，这些列表不起作用",
        );
        let allowed = (
            "empty, or for_guests true",
            "留空，或将 for_guests 设为 true",
        );
        return Err(Invalid::new("ip_lists", what, allowed).into());
    }
    let text = serde_json::to_string(&draft.ip_lists).map_err(StoreError::from)?;
    Ok(Some(text))
}

/// Other lists than before: they must be there, and whoever names them may see them. None of them is removed
/// before this is done.
pub(super) async fn may_change(
    edit: &mut Edit<'_>,
    before: &[RuleId],
    after: &[RuleId],
) -> Result<(), Refused> {
    if before == after {
        return Ok(());
    }
    edit.permit()
        .also_everywhere(Resource::IpLists, Action::Read)?;
    holds::ip_lists(&mut edit.tx).await?;
    for (at, id) in after.iter().enumerate() {
        if ip_lists::find(&mut edit.tx, id).await?.is_none() {
            return Err(no_such_list(at, id).into());
        }
    }
    edit.republish();
    Ok(())
}

fn no_such_list(at: usize, id: &RuleId) -> Invalid {
    Invalid::new(
        &format!("ip_lists.{at}"),
        (
            &format!("there is no IP list {id}"),
            &format!("IP 列表 {id} 不存在"),
        ),
        ("ids of IP lists that exist", "已存在的 IP 列表的 id"),
    )
}
