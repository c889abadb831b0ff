//! Groups that take people in by a rule: their rows in `group_members` are kept as the rule says, so
//! that whoever reads memberships knows nothing of rules.

use config::id::{DepartmentId, GroupId, MemberId};
use config::{PrincipalKind, Timestamp};

use super::condition::Condition;
use super::member_lists::{in_or_above, in_or_below};
use super::members::kind_name;
use super::{Connection, StoreError};

/// What must be so of a person; of several values one is enough. What is `None` or empty asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms<'a> {
    pub kind: Option<PrincipalKind>,
    /// In one of these or below it.
    pub departments: &'a [DepartmentId],
    /// Of a mail address that somebody vouches for; lower case.
    pub email_domains: &'a [String],
    pub employee_number_prefixes: &'a [String],
}

impl Terms<'_> {
    /// Of all people, or of one, of whom alone it is asked.
    fn condition(&self, only: Option<&MemberId>) -> Condition {
        let mut all = Condition::default();
        if let Some(only) = only {
            let only = all.text(only.as_str());
            all.and(&format!("m.id = {only}"));
        }
        if let Some(kind) = self.kind {
            let kind = all.text(kind_name(kind));
            all.and(&format!("m.kind = {kind}"));
        }
        if !self.departments.is_empty() {
            let ids = self.departments.iter();
            let ids: Vec<String> = ids.map(|id| all.text(id.as_str())).collect();
            let ids = ids.join(", ");
            all.and(&match only {
                Some(_) => in_or_above(&ids),
                None => in_or_below(&ids),
            });
        }
        if !self.email_domains.is_empty() {
            let domains = self.email_domains.iter();
            let any: Vec<String> = domains
                .map(|domain| format!("m.email_key LIKE {}", all.text(format!("%@{domain}"))))
                .collect();
            let any = any.join(" OR ");
            all.and(&format!("m.email_verified_at IS NOT NULL AND ({any})"));
        }
        if !self.employee_number_prefixes.is_empty() {
            let prefixes = self.employee_number_prefixes.iter();
            let any: Vec<String> = prefixes
                .map(|prefix| {
                    let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
                    let (length, prefix) = (all.number(length), all.text(prefix.as_str()));
                    format!("SUBSTR(m.employee_number, 1, CAST({length} AS INTEGER)) = {prefix}")
                })
                .collect();
            all.and(&format!("({})", any.join(" OR ")));
        }
        all
    }
}

/// Takes into the group whom the rule names, and out of it whom it does not: of all people, or of one.
/// Those whom that changed.
pub async fn refresh(
    connection: &mut Connection,
    group: &GroupId,
    terms: &Terms<'_>,
    only: Option<&MemberId>,
    now: Timestamp,
) -> Result<Vec<MemberId>, StoreError> {
    let mut changed = Vec::new();
    for (values, sql) in [
        leaving(group, terms, only),
        entering(group, terms, only, now),
    ] {
        let query = sqlx::query_as::<_, (String,)>(sqlx::AssertSqlSafe(sql));
        let rows = values.bind(query).fetch_all(&mut *connection).await?;
        changed.extend(rows.into_iter().map(|(id,)| MemberId::from(id)));
    }
    Ok(changed)
}

/// The statement that takes out of the group whom the rule does not name, with its values.
fn leaving(group: &GroupId, terms: &Terms<'_>, only: Option<&MemberId>) -> (Condition, String) {
    let mut fitting = terms.condition(only);
    let id = fitting.text(group.as_str());
    let of_one = only.map_or_else(String::new, |only| {
        format!("AND member_id = {}", fitting.text(only.as_str()))
    });
    let sql = format!(
        "DELETE FROM group_members WHERE group_id = {id} {of_one} AND member_id NOT IN \
         (SELECT m.id FROM members m WHERE {}) RETURNING member_id",
        fitting.sql()
    );
    (fitting, sql)
}

/// The one that takes in whom it names.
fn entering(
    group: &GroupId,
    terms: &Terms<'_>,
    only: Option<&MemberId>,
    now: Timestamp,
) -> (Condition, String) {
    let mut fitting = terms.condition(only);
    let (id, now) = (
        fitting.text(group.as_str()),
        fitting.number(now.as_millis()),
    );
    let sql = format!(
        "INSERT INTO group_members (group_id, member_id, added_at) \
         SELECT CAST({id} AS TEXT), m.id, CAST({now} AS BIGINT) FROM members m WHERE {} \
         ON CONFLICT (group_id, member_id) DO NOTHING RETURNING member_id",
        fitting.sql()
    );
    (fitting, sql)
}

/// How many people a rule names.
pub async fn count(connection: &mut Connection, terms: &Terms<'_>) -> Result<i64, StoreError> {
    let fitting = terms.condition(None);
    let sql = format!("SELECT count(*) FROM members m WHERE {}", fitting.sql());
    let query = sqlx::query_as::<_, (i64,)>(sqlx::AssertSqlSafe(sql));
    let (count,) = fitting.bind(query).fetch_one(connection).await?;
    Ok(count)
}

/// The groups that have a rule, with it as it was written.
pub async fn all(connection: &mut Connection) -> Result<Vec<(GroupId, String)>, StoreError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT id, rule FROM groups WHERE rule IS NOT NULL ORDER BY id")
            .fetch_all(connection)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id, rule)| (id.into(), rule))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::TestStore;

    #[tokio::test]
    async fn of_one_person_nobody_else_is_looked_at() {
        let store = TestStore::sqlite().await;
        let departments = ["d".into(), "e".into()];
        let terms = Terms {
            kind: Some(PrincipalKind::Member),
            departments: &departments,
            email_domains: &["example.com".into()],
            employee_number_prefixes: &["E10".into()],
        };
        let (group, only) = (GroupId::from("g"), MemberId::from("m"));
        for (values, sql) in [
            leaving(&group, &terms, Some(&only)),
            entering(&group, &terms, Some(&only), Timestamp(0)),
        ] {
            let sql = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let query = sqlx::query_as::<_, (i64, i64, i64, String)>(sql);
            let mut read = store.read().await.unwrap();
            let plan = values.bind(query).fetch_all(&mut *read).await.unwrap();
            let plan: Vec<String> = plan.into_iter().map(|step| step.3).collect();
            let people = plan.iter().filter(|step| step.contains(" m "));
            assert!(people.clone().count() > 0, "{plan:#?}");
            for step in people {
                assert!(step.starts_with("SEARCH m "), "{plan:#?}");
            }
            assert!(
                !plan.iter().any(|step| step.starts_with("SCAN x")),
                "{plan:#?}"
            );
        }
    }
}
