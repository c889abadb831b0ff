//! Whom rules name. A group that is not there lets nobody in and keeps nobody out, and nobody would
//! notice: so a rule is refused that newly names one. What has gone since holds up no other change.

use std::collections::HashSet;

use config::snapshot::{Access, PolicyRule, Who};

use super::Definition;
use crate::refused::{Invalid, Refused};
use crate::store::{Connection, StoreError, departments, groups, members};

/// At most so many mistakes are told at once.
const MISTAKES_TOLD: usize = 100;

/// Checks that each group, department and person exists whom the rules name and `before` did not.
///
/// # Errors
/// Each mention of one that does not, by its place.
pub async fn check(
    connection: &mut Connection,
    definition: &Definition,
    before: Option<&Definition>,
) -> Result<(), Refused> {
    let before = before.map(mentions).unwrap_or_default().into_iter();
    let mut known: HashSet<&Who> = before.map(|(_, who)| who).collect();
    let mut wrong = Vec::new();
    for (place, who) in mentions(definition) {
        if known.contains(who) {
            continue;
        }
        match missing(connection, who).await? {
            None => {
                known.insert(who);
            }
            Some(what) if wrong.len() < MISTAKES_TOLD => wrong.push(what.told(&place)),
            Some(_) => break,
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Refused::Invalid(wrong))
    }
}

/// Everybody whom a rule names, with the place where it does.
fn mentions(definition: &Definition) -> Vec<(String, &Who)> {
    let mut all = Vec::new();
    collect(&definition.access, "access", &mut all);
    for (at, rule) in definition.path_rules.iter().enumerate() {
        collect(&rule.access, &format!("path_rules.{at}.access"), &mut all);
    }
    all
}

fn collect<'a>(access: &'a Access, place: &str, all: &mut Vec<(String, &'a Who)>) {
    let rules: &[PolicyRule] = match access {
        Access::Public => &[],
        Access::Rules(rules) => rules,
    };
    for (rule_at, rule) in rules.iter().enumerate() {
        for (at, who) in rule.who.iter().enumerate() {
            all.push((format!("{place}.rules.{rule_at}.who.{at}.id"), who));
        }
    }
}

/// Of which kind somebody is who does not exist.
#[derive(Clone, Copy, Debug)]
enum Missing {
    Group,
    Department,
    Person,
}

async fn missing(connection: &mut Connection, who: &Who) -> Result<Option<Missing>, StoreError> {
    let (is_there, kind) = match who {
        Who::Everyone | Who::Members | Who::Guests | Who::Role(_) => return Ok(None),
        Who::Group(id) => (
            groups::find(connection, id).await?.is_some(),
            Missing::Group,
        ),
        Who::Department(id) => {
            let found = departments::find(connection, id).await?;
            (found.is_some(), Missing::Department)
        }
        Who::Person(id) => (
            members::find(connection, id).await?.is_some(),
            Missing::Person,
        ),
    };
    Ok((!is_there).then_some(kind))
}

impl Missing {
    fn told(self, place: &str) -> Invalid {
        let (what, allowed) = match self {
            Self::Group => (
                ("there is no such group", "该用户组不存在"),
                ("the id of a group", "已存在用户组的 id"),
            ),
            Self::Department => (
                ("there is no such department", "该部门不存在"),
                ("the id of a department", "已存在部门的 id"),
            ),
            Self::Person => (
                ("there is no such person", "该成员不存在"),
                ("the id of a member", "已存在成员的 id"),
            ),
        };
        Invalid::new(place, what, allowed)
    }
}
