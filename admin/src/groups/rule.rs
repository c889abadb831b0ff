//! Groups whose people follow a rule: whoever fits is in, at once, and nobody else.

use config::PrincipalKind;
use config::id::{DepartmentId, GroupId, MemberId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Group;
use crate::edit::Edit;
use crate::refused::{Invalid, Refused, both};
use crate::store::group_rules::{self as rows, Terms};
use crate::store::{Connection, StoreError, departments, groups, members};

/// So many values a part of a rule may have.
const MOST: usize = 50;

/// Whom a group takes in. Each part that is given must be true of a person; of its values one is
/// enough. At least one part. Whoever may change these facts of a person thereby moves them in and out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PrincipalKind>,
    /// Ids of departments, with all below them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<DepartmentId>,
    /// What stands behind the @ of a mail address that somebody vouches for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub email_domains: Vec<String>,
    /// How an employee number begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub employee_number_prefixes: Vec<String>,
}

impl GroupRule {
    /// Reads what is kept.
    pub fn read(text: &str) -> Result<Self, StoreError> {
        Ok(serde_json::from_str(text)?)
    }

    fn terms(&self) -> Terms<'_> {
        Terms {
            kind: self.kind,
            departments: &self.departments,
            email_domains: &self.email_domains,
            employee_number_prefixes: &self.employee_number_prefixes,
        }
    }

    /// The same as it is kept.
    ///
    /// # Errors
    /// What is wrong in it.
    pub async fn checked(&self, connection: &mut Connection) -> Result<Self, Refused> {
        for (field, count) in [
            ("rule.departments", self.departments.len()),
            ("rule.email_domains", self.email_domains.len()),
            (
                "rule.employee_number_prefixes",
                self.employee_number_prefixes.len(),
            ),
        ] {
            if count > MOST {
                return Err(Invalid::too_many(field, MOST).into());
            }
        }
        let rule = Self {
            kind: self.kind,
            departments: distinct(&self.departments),
            email_domains: distinct(
                &self
                    .email_domains
                    .iter()
                    .map(|d| domain(d))
                    .collect::<Vec<_>>(),
            ),
            employee_number_prefixes: distinct(&self.employee_number_prefixes),
        };
        if rule == Self::default() {
            return Err(empty().into());
        }
        let mut wrong = Vec::new();
        for (at, id) in rule.departments.iter().enumerate() {
            if departments::find(connection, id).await?.is_none() {
                wrong.push(no_department(at));
            }
        }
        for (at, domain) in rule.email_domains.iter().enumerate() {
            if crate::members::names::email(&format!("a@{domain}")).is_err() {
                wrong.push(no_domain(at));
            }
        }
        for (at, prefix) in rule.employee_number_prefixes.iter().enumerate() {
            if crate::members::names::display_name("prefix", prefix).is_err() {
                wrong.push(no_prefix(at));
            }
        }
        if wrong.is_empty() {
            Ok(rule)
        } else {
            Err(Refused::Invalid(wrong))
        }
    }
}

fn distinct<T: Clone + PartialEq>(all: &[T]) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(all.len());
    for one in all {
        if !kept.contains(one) {
            kept.push(one.clone());
        }
    }
    kept
}

fn domain(text: &str) -> String {
    text.trim().trim_start_matches('@').to_ascii_lowercase()
}

/// How many people a rule would take in.
pub async fn count(connection: &mut Connection, rule: &GroupRule) -> Result<i64, Refused> {
    let rule = rule.checked(connection).await?;
    Ok(rows::count(connection, &rule.terms()).await?)
}

/// Takes in and out of one group whom its rule says. The rules are held, here and below.
pub(super) async fn refresh_group(
    edit: &mut Edit<'_>,
    id: &GroupId,
    rule: &GroupRule,
) -> Result<(), Refused> {
    let now = edit.now;
    let moved = rows::refresh(&mut edit.tx, id, &rule.terms(), None, now).await?;
    // Whoever has read one of them before has read other groups.
    members::touch_each(&mut edit.tx, &moved, now).await?;
    for member in &moved {
        edit.forget(member);
    }
    Ok(())
}

/// Takes a person who has changed, and whose version has risen with that, into the groups whose rules
/// they fit, and out of the others.
pub async fn refresh_member(edit: &mut Edit<'_>, member: &MemberId) -> Result<(), Refused> {
    let now = edit.now;
    for (group, rule) in rules(&mut edit.tx).await? {
        let changed = rows::refresh(&mut edit.tx, &group, &rule.terms(), Some(member), now).await?;
        if !changed.is_empty() {
            edit.forget(member);
        }
    }
    Ok(())
}

/// Many people have changed: the same for everybody.
pub async fn refresh_all(edit: &mut Edit<'_>) -> Result<(), Refused> {
    for (group, rule) in rules(&mut edit.tx).await? {
        refresh_group(edit, &group, &rule).await?;
    }
    Ok(())
}

/// The tree of departments has changed: the same for everybody in groups whose rules look at it.
pub async fn refresh_departments(edit: &mut Edit<'_>) -> Result<(), Refused> {
    for (group, rule) in rules(&mut edit.tx).await? {
        if !rule.departments.is_empty() {
            refresh_group(edit, &group, &rule).await?;
        }
    }
    Ok(())
}

/// The rules that can be read. Another, such as a later version may have written, takes nobody in or
/// out: whoever is in its group stays.
async fn rules(connection: &mut Connection) -> Result<Vec<(GroupId, GroupRule)>, StoreError> {
    let mut found = Vec::new();
    for (group, text) in rows::all(connection).await? {
        match GroupRule::read(&text) {
            Ok(rule) => found.push((group, rule)),
            Err(error) => {
                tracing::error!(%error, group = group.as_str(), "the rule of a group cannot be read");
            }
        }
    }
    Ok(found)
}

/// The ids of the groups that take nobody in by hand.
pub async fn ruled(connection: &mut Connection) -> Result<Vec<GroupId>, StoreError> {
    groups::not_by_hand(connection).await
}

/// Nobody is put into a group with a rule, or into one for guests, or taken out of it.
pub(super) fn by_hand(group: &Group) -> Result<(), Refused> {
    if group.for_guests {
        return Err(Refused::Impossible(both((
            "this group is for guests: move the guest instead",
            "该用户组为访客组，请通过访客管理调整",
        ))));
    }
    if group.rule.is_none() {
        return Ok(());
    }
    Err(Refused::Impossible(both((
        "the people of this group follow its rule: change the rule, or what is known of the person",
        "该用户组的成员由规则决定，请修改规则或成员资料",
    ))))
}

fn empty() -> Invalid {
    Invalid::new(
        "rule",
        (
            "a rule without a part would take everybody in",
            "规则为空会包含所有人",
        ),
        (
            "at least one of kind, departments, email_domains, employee_number_prefixes; null for a group that is filled by hand",
            "kind、departments、email_domains、employee_number_prefixes 至少填写一项；null 表示手动维护成员",
        ),
    )
}

fn no_department(at: usize) -> Invalid {
    Invalid::new(
        &format!("rule.departments[{at}]"),
        ("there is no such department", "该部门不存在"),
        ("the id of a department", "已存在部门的 id"),
    )
}

fn no_domain(at: usize) -> Invalid {
    Invalid::new(
        &format!("rule.email_domains[{at}]"),
        (
            "this is no domain of mail addresses",
            "这不是有效的邮箱域名",
        ),
        ("a name such as example.com", "例如 example.com"),
    )
}

fn no_prefix(at: usize) -> Invalid {
    Invalid::new(
        &format!("rule.employee_number_prefixes[{at}]"),
        ("this is not how a number begins", "这不是有效的工号前缀"),
        (
            "1 to 200 visible characters, such as E10",
            "1 到 200 个可见字符，例如 E10",
        ),
    )
}
