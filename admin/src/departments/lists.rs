//! The tree, a page at a time: what is below a department, or what has a name.

use config::id::DepartmentId;

use super::{Department, sees};
use crate::authz::Reach;
use crate::refused::{Invalid, Refused};
use crate::store::Connection;
use crate::store::department_lists::{self as tree, Place};
use crate::store::departments::DepartmentRow;
use crate::store::directory_units as units;

/// Which departments are listed.
#[derive(Clone, Debug)]
pub enum Under {
    /// Those at the top, in their order; for a caller who is confined to departments, these.
    Top,
    /// Those directly below this one, in their order.
    Parent(DepartmentId),
    /// All, by name.
    All,
    /// All whose names have this in them, by name.
    Search(String),
}

#[derive(Clone, Debug)]
pub struct List {
    pub under: Under,
    /// Whether people further below are counted, too.
    pub totals: bool,
    /// Where the caller may look.
    pub reach: Reach,
    /// Where the page before ended.
    pub after: Option<String>,
    pub limit: i64,
}

/// The departments, with the key at which the next page begins.
pub async fn list(
    connection: &mut Connection,
    list: &List,
) -> Result<(Vec<Department>, Option<String>), Refused> {
    let after = list.after.as_deref().map(read_key).transpose()?;
    let (rows, limit) = (page(connection, list, after).await?, list.limit);
    let full = i64::try_from(rows.len()).is_ok_and(|n| n == limit);
    let next = rows.last().filter(|_| full).map(key);
    let mut found = complete(connection, rows).await?;
    if list.totals {
        count_below(connection, &mut found).await?;
    }
    Ok((found, next))
}

async fn page(
    connection: &mut Connection,
    list: &List,
    after: Option<Place>,
) -> Result<Vec<DepartmentRow>, Refused> {
    let (after, limit) = (after.as_ref(), list.limit);
    let within = list.reach.departments();
    let by_name = after.map(|place| (place.name.as_str(), place.id.as_str()));
    Ok(match &list.under {
        Under::Top => match within {
            Some(within) => tree::tops_of(connection, within, by_name, limit).await?,
            None => tree::children(connection, None, after, limit).await?,
        },
        Under::Parent(id) if !sees(connection, &list.reach, id).await? => Vec::new(),
        Under::Parent(id) => tree::children(connection, Some(id), after, limit).await?,
        Under::All => tree::by_name(connection, None, within, by_name, limit).await?,
        Under::Search(text) => {
            tree::by_name(connection, Some(text), within, by_name, limit).await?
        }
    })
}

async fn count_below(connection: &mut Connection, found: &mut [Department]) -> Result<(), Refused> {
    let ids: Vec<DepartmentId> = found.iter().map(|found| found.id.clone()).collect();
    let totals = tree::totals(connection, &ids).await?;
    for department in found {
        let total = totals.get(&department.id).copied();
        department.members_below = Some(total.unwrap_or_default());
    }
    Ok(())
}

/// The departments of these rows, with what is above them.
pub(super) async fn complete(
    connection: &mut Connection,
    rows: Vec<DepartmentRow>,
) -> Result<Vec<Department>, Refused> {
    let ids: Vec<DepartmentId> = rows.iter().map(|row| row.id.clone()).collect();
    let mut paths = tree::paths(connection, &ids).await?;
    let mut sources = units::sources_of_departments(connection, &ids).await?;
    let departments = rows.into_iter().map(|row| Department {
        source: sources.remove(&row.id),
        path: paths.remove(&row.id).unwrap_or_default(),
        id: row.id,
        parent: row.parent,
        name: row.name,
        position: row.position,
        children: row.children,
        members: row.members,
        members_below: None,
        version: row.version,
    });
    Ok(departments.collect())
}

fn key(last: &DepartmentRow) -> String {
    format!("{}_{}_{}", last.position, last.id.as_str(), last.name)
}

fn read_key(text: &str) -> Result<Place, Invalid> {
    let mut parts = text.splitn(3, '_');
    let mut part = || parts.next();
    match (part().map(str::parse), part(), part()) {
        (Some(Ok(position)), Some(id), Some(name)) => Ok(Place {
            position,
            id: id.to_owned(),
            name: name.to_owned(),
        }),
        _ => Err(Invalid::new(
            "after",
            ("this is no place in a list", "这不是列表中的有效位置"),
            ("`next` of the page before", "上一页返回的 next"),
        )),
    }
}
