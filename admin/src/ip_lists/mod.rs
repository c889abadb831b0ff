//! IP lists: who may come in from where, by the hundred thousand if need be.

mod contents;
pub mod guard;
mod revisions;
pub mod switch;
pub mod text;
pub mod trial;

pub use contents::{Upload, put_in_force, remove_entry, upload};
pub use guard::Lockout;
pub use revisions::{put_together, sweep};
pub use text::once;

use config::id::RuleId;
use config::snapshot::Effect;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::edit::{Edit, shown, target};
use crate::members::names;
use crate::name_key::name_key;
use crate::refused::{Expected, Invalid, Refused};
use crate::store::ip_entries::EntryRow;
use crate::store::ip_lists as rows;
use crate::store::ip_lists::{Filter, IpListRow};
use crate::store::listing::{Part, Place};
use crate::store::{Connection, StoreError, ip_entries};

/// What an administrator writes down about a list, its entries apart.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IpListDraft {
    pub name: String,
    pub effect: Effect,
    /// Guards every host, our own pages included; otherwise the applications and the groups of guests that name it.
    #[serde(default)]
    pub everywhere: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct IpList {
    pub id: RuleId,
    pub name: String,
    pub effect: Effect,
    pub everywhere: bool,
    /// How many entries it has.
    pub entries: i64,
    pub version: i64,
}

impl From<IpListRow> for IpList {
    fn from(row: IpListRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            effect: row.effect,
            everywhere: row.everywhere,
            entries: row.entries,
            version: row.version,
        }
    }
}

pub async fn row(connection: &mut Connection, id: &RuleId) -> Result<IpListRow, Refused> {
    rows::find(connection, id)
        .await?
        .ok_or(Refused::NotFound("IP list"))
}

pub async fn find(connection: &mut Connection, id: &RuleId) -> Result<IpList, Refused> {
    Ok(row(connection, id).await?.into())
}

pub async fn all(connection: &mut Connection) -> Result<Vec<IpList>, StoreError> {
    let rows = rows::all(connection).await?;
    Ok(rows.into_iter().map(IpList::from).collect())
}

/// Which there are, with the place at which the next page begins.
pub async fn list(
    connection: &mut Connection,
    filter: &Filter,
    part: &Part,
) -> Result<(Vec<IpList>, Option<Place>), StoreError> {
    let (found, next) = rows::list(connection, filter, part).await?;
    Ok((found.into_iter().map(IpList::from).collect(), next))
}

/// Those in force after `place`.
pub async fn entries(
    connection: &mut Connection,
    id: &RuleId,
    place: i64,
    limit: i64,
) -> Result<Vec<EntryRow>, Refused> {
    let revision = row(connection, id).await?.revision;
    Ok(ip_entries::page(connection, &revision, place, limit).await?)
}

pub async fn create(mut edit: Edit<'_>, draft: &IpListDraft) -> Result<IpList, Refused> {
    let made = add(&mut edit, draft).await?;
    locks_nobody_out(&made)?;
    guard::check(&mut edit).await?;
    edit.finish().await?;
    Ok(made)
}

/// Adds one, as a part of what is being changed.
pub async fn add(edit: &mut Edit<'_>, draft: &IpListDraft) -> Result<IpList, Refused> {
    trial::hold(&mut edit.tx).await?;
    let row = IpListRow {
        id: RuleId::generate(),
        name: names::display_name("name", &draft.name)?,
        effect: draft.effect,
        everywhere: draft.everywhere,
        revision: String::new(),
        entries: 0,
        version: 0,
    };
    rows::insert(&mut edit.tx, &row, &name_key(&row.name), edit.now).await?;
    let made = find(&mut edit.tx, &row.id).await?;
    edit.republish();
    let target = target("ip_list", row.id.as_str(), &made.name);
    edit.note("create", target, None, shown(&made)).await?;
    Ok(made)
}

pub async fn update(
    mut edit: Edit<'_>,
    id: &RuleId,
    expected: Expected,
    draft: &IpListDraft,
    lockout: Lockout,
) -> Result<IpList, Refused> {
    trial::hold(&mut edit.tx).await?;
    let before = row(&mut edit.tx, id).await?;
    let after = change(&mut edit, id, expected, draft).await?;
    locks_nobody_out(&after)?;
    // What is put back is what the list does, not what it is called.
    let lockout = if after.name == before.name {
        lockout
    } else {
        Lockout::Refuse
    };
    guard::check_list(&mut edit, &before, lockout).await?;
    edit.finish().await?;
    Ok(after)
}

/// Changes what is written about one, as a part of what is being changed.
pub async fn change(
    edit: &mut Edit<'_>,
    id: &RuleId,
    expected: Expected,
    draft: &IpListDraft,
) -> Result<IpList, Refused> {
    trial::hold(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    let row = IpListRow {
        name: names::display_name("name", &draft.name)?,
        effect: draft.effect,
        everywhere: draft.everywhere,
        ..row(&mut edit.tx, id).await?
    };
    if !rows::update(&mut edit.tx, &row, &name_key(&row.name), edit.now).await? {
        return Err(Refused::Stale);
    }
    changed(edit, "update", id, shown(&before)).await
}

pub async fn remove(mut edit: Edit<'_>, id: &RuleId, expected: Expected) -> Result<(), Refused> {
    take_away(&mut edit, id, expected).await?;
    guard::check(&mut edit).await?;
    edit.finish().await
}

/// Removes one, as a part of what is being changed.
pub async fn take_away(
    edit: &mut Edit<'_>,
    id: &RuleId,
    expected: Expected,
) -> Result<(), Refused> {
    trial::hold(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    let revision = row(&mut edit.tx, id).await?.revision;
    if !rows::remove(&mut edit.tx, id, before.version).await? {
        return Err(Refused::Stale);
    }
    ip_entries::give_up(&mut edit.tx, &revision).await?;
    edit.republish();
    let target = target("ip_list", id.as_str(), &before.name);
    edit.note("delete", target, shown(&before), None).await
}

async fn changed(
    edit: &mut Edit<'_>,
    action: &'static str,
    id: &RuleId,
    before: Option<Value>,
) -> Result<IpList, Refused> {
    let after = find(&mut edit.tx, id).await?;
    edit.republish();
    let target = target("ip_list", after.id.as_str(), &after.name);
    edit.note(action, target, before, shown(&after)).await?;
    Ok(after)
}

/// Where there is an allow list everywhere, an address must be on one: with no entry, it would turn
/// away every request, that of whoever wants to put it right too.
pub fn locks_nobody_out(list: &IpList) -> Result<(), Refused> {
    if !list.everywhere || list.effect != Effect::Allow || list.entries > 0 {
        return Ok(());
    }
    Err(Refused::Invalid(vec![Invalid::new(
        "everywhere",
        (
            "an allow list without entries that guards everything would lock everybody out, you too",
            "没有条目的允许列表如果对所有站点生效，会把包括您在内的所有人拒之门外",
        ),
        (
            "first add entries, yours among them; then let the list guard everything",
            "请先添加条目（包括您自己的地址），再让列表对所有站点生效",
        ),
    )]))
}
