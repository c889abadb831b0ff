//! People as they are listed: which, in which order, a page at a time, and how many.

use config::id::DepartmentId;

use super::condition::Condition;
use super::listing::{Key, Place};
use super::members::{COLUMNS, MemberRow, Row};
use super::{Connection, StoreError};

/// Which people are listed. What is `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A part of a name, mail address, number.
    pub search: Option<String>,
    pub status: Option<String>,
    pub kind: Option<String>,
    pub group: Option<String>,
    pub department: Option<String>,
    /// Whether those further below the department are listed, too.
    pub below: bool,
    pub role: Option<String>,
    /// Only those in these departments and below them.
    pub within: Option<Vec<DepartmentId>>,
}

impl Filter {
    /// Whether it is likely that few of all people are shown.
    fn shows_few(&self) -> bool {
        self.search.is_some()
            || self.status.as_deref().is_some_and(|s| s != "active")
            || self.kind.as_deref().is_some_and(|k| k != "member")
    }
}

/// By what they are put in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Username,
    /// As it is read: Chinese names by pinyin.
    DisplayName,
    CreatedAt,
}

impl Sort {
    fn column(self) -> &'static str {
        match self {
            Self::Username => "m.username_key",
            Self::DisplayName => "m.name_order",
            Self::CreatedAt => "m.created_at",
        }
    }
}

/// Which part of the list.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub sort: Sort,
    pub descending: bool,
    pub after: Option<Place>,
    pub limit: i64,
}

/// The people in their order, those after the place.
pub async fn list(
    connection: &mut Connection,
    filter: &Filter,
    part: &Part,
) -> Result<Vec<MemberRow>, StoreError> {
    let mut condition = condition(connection, filter, true).await?;
    if let Some(place) = &part.after {
        after(&mut condition, part, place);
    }
    let limit = condition.number(part.limit);
    let sql = format!(
        "SELECT {COLUMNS} FROM members m WHERE {} ORDER BY {} LIMIT {limit}",
        condition.sql(),
        order(filter, part)
    );
    let query = sqlx::query_as::<_, Row>(sqlx::AssertSqlSafe(sql));
    let rows = condition.bind(query).fetch_all(connection).await?;
    Ok(rows.into_iter().map(MemberRow::from).collect())
}

fn after(condition: &mut Condition, part: &Part, place: &Place) {
    let column = part.sort.column();
    // No two have the same: so it is found along the index of the names alone.
    if let (Sort::Username, Key::Text(key)) = (part.sort, &place.key) {
        let than = if part.descending { "<" } else { ">" };
        let key = condition.text(key.as_str());
        return condition.and(&format!("{column} {than} {key}"));
    }
    place.beyond(condition, (column, "m.id"), part.descending);
}

/// Where few are shown, going along the index of the order would read nearly every row, each from
/// another place: an expression in its stead makes the engine read them as they lie, and sort.
fn order(filter: &Filter, part: &Part) -> String {
    let column = match (filter.shows_few(), part.sort) {
        (false, sort) => sort.column().to_owned(),
        (true, Sort::CreatedAt) => "COALESCE(m.created_at, 0)".to_owned(),
        (true, sort) => format!("COALESCE({}, '')", sort.column()),
    };
    let direction = if part.descending { "DESC" } else { "ASC" };
    if part.sort == Sort::Username {
        return format!("{column} {direction}");
    }
    format!("{column} {direction}, m.id {direction}")
}

/// How many they are; no more than `most` are counted.
pub async fn count(
    connection: &mut Connection,
    filter: &Filter,
    most: i64,
) -> Result<i64, StoreError> {
    let mut condition = condition(connection, filter, false).await?;
    let most = condition.number(most);
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM members m WHERE {} LIMIT {most}) found",
        condition.sql()
    );
    let query = sqlx::query_as::<_, (i64,)>(sqlx::AssertSqlSafe(sql));
    let (count,) = condition.bind(query).fetch_one(connection).await?;
    Ok(count)
}

/// What the filter asks. `lazily`: of one person after another, for who wants but the first of them.
async fn condition(
    connection: &mut Connection,
    filter: &Filter,
    lazily: bool,
) -> Result<Condition, StoreError> {
    let mut all = Condition::default();
    if let Some(status) = &filter.status {
        let status = all.text(status.as_str());
        all.and(&format!("m.status = {status}"));
    }
    if let Some(kind) = &filter.kind {
        let kind = all.text(kind.as_str());
        all.and(&format!("m.kind = {kind}"));
    }
    if let Some(text) = &filter.search {
        all.search("m.search", text);
    }
    if let Some(group) = &filter.group {
        let group = all.text(group.as_str());
        all.and(&format!(
            "m.id IN (SELECT member_id FROM group_members WHERE group_id = {group})"
        ));
    }
    if let Some(role) = &filter.role {
        let role = all.text(role.as_str());
        all.and(&format!(
            "m.id IN (SELECT member_id FROM member_roles WHERE role = {role})"
        ));
    }
    if let Some(within) = &filter.within {
        let within: Vec<String> = within.iter().map(|id| all.text(id.as_str())).collect();
        all.and(&in_or_below(&within.join(", ")));
    }
    if let Some(department) = &filter.department {
        if filter.below && is_the_whole(connection, department).await? {
            all.and("EXISTS (SELECT 1 FROM department_members x WHERE x.member_id = m.id)");
            return Ok(all);
        }
        let large = lazily && filter.below && is_large(connection, department).await?;
        let department = all.text(department.as_str());
        all.and(&match (filter.below, large) {
            (false, _) => format!(
                "m.id IN (SELECT member_id FROM department_members WHERE department_id = {department})"
            ),
            (true, false) => in_or_below(&department),
            (true, true) => in_or_above(&department),
        });
    }
    Ok(all)
}

/// Whether all departments are below this one: then whoever is in any is in it, and the tree need not be
/// walked.
async fn is_the_whole(connection: &mut Connection, department: &str) -> Result<bool, StoreError> {
    let tops: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM departments WHERE parent_id IS NULL LIMIT 2")
            .fetch_all(connection)
            .await?;
    Ok(matches!(&tops[..], [(only,)] if only == department))
}

/// Of so many people some are soon found.
const LARGE: i64 = 5000;

/// Whether there are many people in and below the department.
async fn is_large(connection: &mut Connection, department: &str) -> Result<bool, StoreError> {
    let (count,): (i64,) = sqlx::query_as(
        "WITH RECURSIVE down (id) AS (SELECT CAST($1 AS TEXT) \
         UNION SELECT d.id FROM departments d JOIN down ON d.parent_id = down.id) \
         SELECT count(*) FROM (SELECT x.member_id FROM down \
         JOIN department_members x ON x.department_id = down.id LIMIT $2) found",
    )
    .bind(department)
    .bind(LARGE)
    .fetch_one(connection)
    .await?;
    Ok(count >= LARGE)
}

/// Whether the person is in one of the departments or below it, asked from these downwards: all of
/// them are found before the first is told.
pub(super) fn in_or_below(departments: &str) -> String {
    format!(
        "m.id IN (WITH RECURSIVE down (id) AS (SELECT id FROM departments WHERE id IN ({departments}) \
         UNION SELECT d.id FROM departments d JOIN down ON d.parent_id = down.id) \
         SELECT x.member_id FROM down JOIN department_members x ON x.department_id = down.id)"
    )
}

/// The same, asked of one person after another upwards.
pub(super) fn in_or_above(departments: &str) -> String {
    format!(
        "EXISTS (WITH RECURSIVE up (id) AS ( \
         SELECT x.department_id FROM department_members x WHERE x.member_id = m.id \
         UNION SELECT d.parent_id FROM departments d JOIN up ON d.id = up.id) \
         SELECT 1 FROM up WHERE up.id IN ({departments}))"
    )
}
