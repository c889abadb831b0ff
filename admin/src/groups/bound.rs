//! Groups that an exception of the sign-in policy names: whoever moves people in or out of one decides by
//! which rules they sign in. So putting somebody in by hand, and the rule itself, take what changing the policy
//! takes. The facts that a rule looks at do not: whoever may change somebody's department moves them, too. Groups
//! for guests are filled by whoever invites: who names one in the policy leaves it to them.

use config::id::GroupId;

use crate::authz::{Action, Resource};
use crate::edit::Edit;
use crate::refused::{Refused, both};
use crate::sign_in_policy;

/// People are moved in or out of these. The rules of groups are held.
pub async fn may_move<'a>(
    edit: &mut Edit<'_>,
    mut groups: impl Iterator<Item = &'a GroupId>,
) -> Result<(), Refused> {
    let policy = sign_in_policy::get(&mut edit.tx).await?.body;
    if groups.any(|id| policy.exception_for(id).is_some()) {
        edit.permit()
            .also_everywhere(Resource::SignInPolicy, Action::Change)?;
    }
    Ok(())
}

/// With the group its exception would be gone, too, and unseen: stricter rules would bind nobody any more.
pub(super) async fn may_go(edit: &mut Edit<'_>, id: &GroupId) -> Result<(), Refused> {
    let policy = sign_in_policy::get(&mut edit.tx).await?.body;
    let Some(exception) = policy.exception_for(id) else {
        return Ok(());
    };
    let name = &exception.name;
    Err(Refused::Impossible(both((
        &format!(
            "the sign-in policy names this group in its exception “{name}”: take it out of there first"
        ),
        &format!("登录策略的例外“{name}”引用了该用户组，请先从例外中移除"),
    ))))
}
