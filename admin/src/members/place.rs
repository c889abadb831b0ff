//! Where a person is: the departments and groups into which they are put, by those who may.

use config::Named;
use config::id::{DepartmentId, GroupId, MemberId};

use super::{Member, Profile, reach};
use crate::authz::{Action, Forbidden, Reach, Resource};
use crate::edit::Edit;
use crate::groups;
use crate::refused::{Invalid, Refused};
use crate::store::StoreError;
use crate::store::members as rows;

/// Where somebody new begins: whoever is confined to departments puts people into those; whoever is
/// not, and may not change departments or groups, puts them into none: policies let people in by them.
pub(super) async fn may_begin(edit: &mut Edit<'_>, profile: &Profile) -> Result<(), Refused> {
    if !profile.groups.is_empty() {
        edit.permit()
            .also_everywhere(Resource::Groups, Action::Change)?;
        groups::may_move(edit, profile.groups.iter()).await?;
    }
    let reach = edit.permit().reach();
    match reach {
        Reach::Within(_) if profile.departments.is_empty() => Err(Forbidden::Confined.into()),
        Reach::Within(_) => reach::must_have(&mut edit.tx, reach, &profile.departments).await,
        Reach::Everywhere if profile.departments.is_empty() => Ok(()),
        Reach::Everywhere => {
            let reach = edit.permit().also(Resource::Departments, Action::Change)?;
            reach::must_have(&mut edit.tx, &reach, &profile.departments).await
        }
    }
}

/// Whoever may change people but not groups or departments leaves them where they are.
pub(super) async fn may_place(
    edit: &mut Edit<'_>,
    before: &Member,
    profile: &Profile,
) -> Result<(), Refused> {
    // Where a rule takes people in, nobody does it by hand.
    let ruled = groups::ruled(&mut edit.tx).await?;
    let by_hand = |id: &&GroupId| !ruled.contains(id);
    let held = before.groups.iter().map(|group| &group.id).filter(by_hand);
    let wanted = profile.groups.iter().filter(by_hand);
    let left = held.clone().filter(|id| !profile.groups.contains(id));
    let entered = wanted.filter(|id| !held.clone().any(|known| known == *id));
    let moved: Vec<&GroupId> = left.chain(entered).collect();
    if !moved.is_empty() {
        edit.permit()
            .also_everywhere(Resource::Groups, Action::Change)?;
        groups::may_move(edit, moved.into_iter()).await?;
    }
    let departments = before.departments.iter().map(|department| &department.id);
    if departments.clone().eq(&profile.departments) {
        return Ok(());
    }
    let reach = edit.permit().also(Resource::Departments, Action::Change)?;
    // Nobody is drawn in by those who do not reach them where they are.
    if !reach::sees(&mut edit.tx, &reach, &before.id).await? {
        return Err(Forbidden::Confined.into());
    }
    let left = departments
        .clone()
        .filter(|id| !profile.departments.contains(id));
    let entered = profile.departments.iter();
    let entered = entered.filter(|id| !departments.clone().any(|known| known == *id));
    // A person counts to their main department first: that is given by those alone who have it.
    let (was_main, main) = (departments.clone().next(), profile.departments.first());
    let main = main.filter(|main| was_main != Some(*main));
    let changed = left.chain(entered).chain(main);
    let changed: Vec<DepartmentId> = changed.cloned().collect();
    reach::must_have(&mut edit.tx, &reach, &changed).await
}

/// Puts the person into departments and groups, and nowhere else, but for groups that take people in by
/// a rule.
pub(super) async fn place(
    edit: &mut Edit<'_>,
    id: &MemberId,
    before: &[Named<GroupId>],
    profile: &Profile,
) -> Result<(), Refused> {
    let ruled = groups::ruled(&mut edit.tx).await?;
    let (ruled, by_hand): (Vec<GroupId>, Vec<GroupId>) = profile
        .groups
        .iter()
        .cloned()
        .partition(|id| ruled.contains(id));
    let entered = |id: &GroupId| !before.iter().any(|known| known.id == *id);
    if ruled.iter().any(entered) {
        return Err(follows_a_rule().into());
    }
    rows::set_departments(&mut edit.tx, id, &profile.departments)
        .await
        .map_err(|error| unknown(error, "departments"))?;
    rows::set_groups(&mut edit.tx, id, &by_hand, edit.now)
        .await
        .map_err(|error| unknown(error, "groups"))?;
    groups::refresh_member(edit, id).await
}

fn follows_a_rule() -> Invalid {
    Invalid::new(
        "groups",
        (
            "one of these takes people in by a rule, not by hand",
            "其中有按规则维护成员的用户组，不能手动加入",
        ),
        ("ids of groups without a rule", "没有规则的用户组的 id"),
    )
}

fn unknown(error: StoreError, field: &str) -> Refused {
    let what = match error {
        StoreError::Reference => ("one of these does not exist", "其中有不存在的项"),
        StoreError::Conflict { .. } => ("one of these is named twice", "其中有重复的项"),
        other => return other.into(),
    };
    Invalid::new(
        field,
        what,
        (
            "ids of things that exist, each once",
            "已存在对象的 id，每个只出现一次",
        ),
    )
    .into()
}
