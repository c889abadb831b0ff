//! People as they are taken away: what the filter shows, by the page.

use std::collections::HashMap;

use config::id::DepartmentId;
use config::{Language, Named};

use super::columns::{Column, status_name};
use super::path;
use crate::authz::Holding;
use crate::members::{Member, lists};
use crate::refused::Refused;
use crate::state::State;
use crate::store::member_lists::{Filter, Part, Sort};
use crate::store::{Connection, department_lists as tree};
use crate::table_file::{Cell, Row};

/// Rows of one piece.
const PIECE: i64 = 500;

/// What is taken away and cannot be brought.
const ALSO: [(&str, &str); 4] = [
    ("Roles", "角色"),
    ("Source", "来源"),
    ("Created", "创建时间"),
    ("ID", "ID"),
];

#[must_use]
pub fn headings(language: Language) -> Vec<String> {
    let ours = Column::ALL
        .into_iter()
        .map(|column| column.heading(language));
    let also = ALSO.into_iter().map(|words| language.of(words));
    ours.chain(also).map(str::to_owned).collect()
}

/// The rows that begin after a place, and the place of the last.
pub async fn page(
    state: &State,
    filter: &Filter,
    language: Language,
    after: Option<String>,
) -> Result<(Vec<Row>, Option<String>), Refused> {
    let mut view = state.store.view().await?;
    let sort = Sort::Username;
    let after = after.map(|after| lists::place(sort, &after)).transpose()?;
    let part = Part {
        sort,
        after,
        limit: PIECE,
        ..Part::default()
    };
    let (members, next) = lists::list(&mut view, filter, &part).await?;
    let paths = paths(&mut view, &members).await?;
    let rows = members.iter().map(|member| row(member, &paths, language));
    Ok((rows.collect(), next))
}

type Paths = HashMap<DepartmentId, Vec<Named<DepartmentId>>>;

async fn paths(connection: &mut Connection, members: &[Member]) -> Result<Paths, Refused> {
    let departments = members.iter().flat_map(|member| &member.departments);
    let mut ids: Vec<DepartmentId> = departments.map(|named| named.id.clone()).collect();
    ids.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    ids.dedup();
    let mut found = Paths::new();
    for ids in ids.chunks(500) {
        found.extend(tree::paths(connection, ids).await?);
    }
    Ok(found)
}

fn row(member: &Member, paths: &Paths, language: Language) -> Row {
    let departments = member.departments.iter().map(|department| {
        let above = paths.get(&department.id).into_iter().flatten();
        let names = above.chain(std::iter::once(department));
        path::write(names.map(|named| named.name.as_str()))
    });
    let groups = member.groups.iter().map(|group| path::escaped(&group.name));
    let roles = member.roles.iter().map(role_text);
    vec![
        member.username.as_str().into(),
        member.display_name.as_str().into(),
        member.email.clone().into(),
        member.mobile.clone().into(),
        member.employee_number.clone().into(),
        departments.collect::<Vec<_>>().join("; ").into(),
        groups.collect::<Vec<_>>().join("; ").into(),
        status_name(member.status, language).into(),
        roles.collect::<Vec<_>>().join("; ").into(),
        member.source.clone().into(),
        Cell::Time(member.created_at),
        member.id.as_str().into(),
    ]
}

/// The role, with the departments to which it is confined.
fn role_text(held: &Holding) -> String {
    let role = path::escaped(held.shown());
    match &held.within {
        None => role,
        Some(within) => {
            let names: Vec<String> = within
                .iter()
                .map(|named| path::escaped(&named.name))
                .collect();
            format!("{role} ({})", names.join(", "))
        }
    }
}
