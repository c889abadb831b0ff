//! Groups: named sets of people that policies and applications know.

mod bound;
mod rule;
mod sourced;

use config::id::{GroupId, MemberId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authz::{Action, Forbidden, Resource};
use crate::edit::{Edit, shown, target};
use crate::members::{self, names};
use crate::name_key::name_key;
use crate::refused::{Expected, Invalid, Refused, both};
use crate::store::groups as rows;
use crate::store::groups::{Fields, GroupRow};
use crate::store::listing::{Part, Place};
use crate::store::members::touch;
use crate::store::{Connection, StoreError, holds};

pub use bound::may_move;
pub use rule::{GroupRule, count, refresh_all, refresh_departments, refresh_member, ruled};

/// What an administrator writes down about a group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupDraft {
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// By what it takes people in; absent or `null`: they are put into it by hand. When a rule is taken
    /// away, whoever is in the group stays. A rule that is new takes `members:read`, too, and any change of it
    /// `sign_in_policy:change` where an exception of the sign-in policy names the group.
    #[serde(default)]
    pub rule: Option<GroupRule>,
    /// Guests alone are in it, each in one such group at most, put there by whoever invites them. It can be
    /// set and taken away while nobody is in the group.
    #[serde(default)]
    pub for_guests: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    pub description: String,
    pub rule: Option<GroupRule>,
    pub for_guests: bool,
    /// How many people are in it.
    pub members: i64,
    pub version: i64,
}

impl TryFrom<GroupRow> for Group {
    type Error = StoreError;

    fn try_from(row: GroupRow) -> Result<Self, StoreError> {
        Ok(Self {
            rule: row.rule.as_deref().map(GroupRule::read).transpose()?,
            id: row.id,
            name: row.name,
            description: row.description,
            for_guests: row.for_guests,
            members: row.members,
            version: row.version,
        })
    }
}

pub async fn find(connection: &mut Connection, id: &GroupId) -> Result<Group, Refused> {
    let row = rows::find(connection, id).await?;
    Ok(row.ok_or(Refused::NotFound("group"))?.try_into()?)
}

/// All, or those whose names have this in them, with the place at which the next page begins.
pub async fn list(
    connection: &mut Connection,
    search: Option<&str>,
    part: &Part,
) -> Result<(Vec<Group>, Option<Place>), StoreError> {
    let (found, next) = rows::list(connection, search, part).await?;
    let groups: Result<_, StoreError> = found.into_iter().map(Group::try_from).collect();
    Ok((groups?, next))
}

pub async fn create(mut edit: Edit<'_>, draft: &GroupDraft) -> Result<Group, Refused> {
    let made = add(&mut edit, draft).await?;
    edit.finish().await?;
    Ok(made)
}

/// Adds one, as a part of what is being changed.
pub async fn add(edit: &mut Edit<'_>, draft: &GroupDraft) -> Result<Group, Refused> {
    holds::group_rules(&mut edit.tx).await?;
    let id = GroupId::generate();
    let (fields, rule) = fields(edit, draft).await?;
    rows::insert(&mut edit.tx, &id, &fields, edit.now).await?;
    if let Some(rule) = &rule {
        may_ask(edit)?;
        rule::refresh_group(edit, &id, rule).await?;
    }
    let made = find(&mut edit.tx, &id).await?;
    let target = target("group", id.as_str(), &made.name);
    edit.note("create", target, None, shown(&made)).await?;
    Ok(made)
}

pub async fn update(
    mut edit: Edit<'_>,
    id: &GroupId,
    expected: Expected,
    draft: &GroupDraft,
) -> Result<Group, Refused> {
    let after = change(&mut edit, id, expected, draft).await?;
    edit.finish().await?;
    Ok(after)
}

/// Changes one, as a part of what is being changed.
pub async fn change(
    edit: &mut Edit<'_>,
    id: &GroupId,
    expected: Expected,
    draft: &GroupDraft,
) -> Result<Group, Refused> {
    holds::group_rules(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    let (fields, rule) = fields(edit, draft).await?;
    if fields.for_guests != before.for_guests && before.members > 0 {
        return Err(somebody_is_in_it());
    }
    if fields.name != before.name || rule.is_some() || fields.for_guests {
        sourced::may_change(&mut edit.tx, id).await?;
    }
    if rule != before.rule || fields.for_guests != before.for_guests {
        bound::may_move(edit, [id].into_iter()).await?;
    }
    if !rows::update(&mut edit.tx, id, before.version, &fields, edit.now).await? {
        return Err(Refused::Stale);
    }
    if let Some(rule) = rule.filter(|rule| before.rule.as_ref() != Some(rule)) {
        may_ask(edit)?;
        rule::refresh_group(edit, id, &rule).await?;
    }
    let after = find(&mut edit.tx, id).await?;
    // Applications are told the names of groups.
    if before.name != after.name {
        forget_members(edit, id).await?;
    }
    let target = target("group", id.as_str(), &after.name);
    edit.note("update", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// How many people a narrow rule takes in tells of single people.
fn may_ask(edit: &Edit<'_>) -> Result<(), Forbidden> {
    edit.permit()
        .also_everywhere(Resource::Members, Action::Read)
}

async fn fields(
    edit: &mut Edit<'_>,
    draft: &GroupDraft,
) -> Result<(Fields, Option<GroupRule>), Refused> {
    let name = names::display_name("name", &draft.name)?;
    let rule = match &draft.rule {
        Some(rule) => Some(rule.checked(&mut edit.tx).await?),
        None => None,
    };
    let written = rule.as_ref().map(serde_json::to_string).transpose();
    let fields = Fields {
        name_key: name_key(&name),
        name,
        description: names::description(&draft.description)?,
        rule: written.map_err(StoreError::from)?,
        for_guests: draft.for_guests,
    };
    if fields.for_guests && fields.rule.is_some() {
        return Err(ruled_for_guests().into());
    }
    Ok((fields, rule))
}

fn ruled_for_guests() -> Invalid {
    Invalid::new(
        "for_guests",
        (
            "a group for guests takes nobody in by a rule",
            "访客组不能按规则维护成员",
        ),
        ("true only without a rule", "仅在没有规则时可为 true"),
    )
}

fn somebody_is_in_it() -> Refused {
    Refused::Impossible(both((
        "people are in this group: take them out before it becomes one for guests, or is one no more",
        "该用户组中仍有成员，请先移出所有成员，再更改是否为访客组",
    )))
}

pub async fn remove(mut edit: Edit<'_>, id: &GroupId, expected: Expected) -> Result<(), Refused> {
    take_away(&mut edit, id, expected).await?;
    edit.finish().await
}

/// Removes one, as a part of what is being changed.
pub async fn take_away(
    edit: &mut Edit<'_>,
    id: &GroupId,
    expected: Expected,
) -> Result<(), Refused> {
    holds::group_rules(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    bound::may_go(edit, id).await?;
    forget_members(edit, id).await?;
    rows::touch_members(&mut edit.tx, id, edit.now).await?;
    rows::remove(&mut edit.tx, id).await?;
    let target = target("group", id.as_str(), &before.name);
    edit.note("delete", target, shown(&before), None).await
}

async fn forget_members(edit: &mut Edit<'_>, id: &GroupId) -> Result<(), Refused> {
    for member in rows::member_ids(&mut edit.tx, id).await? {
        edit.forget(&member);
    }
    Ok(())
}

/// Puts a person into the group, or takes them out. Nothing happens where that is so already.
pub async fn set_member(
    mut edit: Edit<'_>,
    id: &GroupId,
    member: &MemberId,
    belongs: bool,
) -> Result<(), Refused> {
    holds::group_rules(&mut edit.tx).await?;
    let group = find(&mut edit.tx, id).await?;
    rule::by_hand(&group)?;
    sourced::may_change(&mut edit.tx, id).await?;
    let before = members::find(&mut edit.tx, member).await?;
    let changed = if belongs {
        rows::add_member(&mut edit.tx, id, member, edit.now).await?
    } else {
        rows::remove_member(&mut edit.tx, id, member).await?
    };
    if !changed {
        return Ok(());
    }
    bound::may_move(&mut edit, [id].into_iter()).await?;
    edit.forget(member);
    touch(&mut edit.tx, member, edit.now).await?;
    let after = members::find(&mut edit.tx, member).await?;
    let action = if belongs {
        "add_member"
    } else {
        "remove_member"
    };
    let target = target("group", id.as_str(), &group.name);
    edit.commit(action, target, shown(&before), shown(&after))
        .await
}
