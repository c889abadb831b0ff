//! Whom rules name. A group that is not there lets nobody in and keeps nobody out, and nobody would
//! notice: so a rule is refused that newly names one. What has gone since holds up no other change.

use std::collections::HashSet;

use config::snapshot::{Access, PolicyRule, Who};

use super::Definition;
use crate::refused::{Invalid, Refused};
use crate::store::mentions::Mentioned;
use crate::store::{self, Connection};

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
    let known: HashSet<&Who> = before.map(|(_, who)| who).collect();
    let named = mentions(definition).into_iter();
    let new = named.filter(|(_, who)| !known.contains(who));
    let new: Vec<_> = new
        .filter_map(|(place, who)| Some((place, mentioned(who)?)))
        .collect();
    let mut wrong: Vec<(usize, Invalid)> = Vec::new();
    for kind in [Mentioned::Group, Mentioned::Department, Mentioned::Person] {
        let of_kind = || {
            new.iter()
                .enumerate()
                .filter(move |(_, (_, who))| who.0 == kind)
        };
        let ids: HashSet<&str> = of_kind().map(|(_, (_, (_, id)))| *id).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let there = store::mentions::existing(connection, kind, &ids).await?;
        let missing = of_kind().filter(|(_, (_, (_, id)))| !there.contains(*id));
        wrong.extend(missing.map(|(at, (place, _))| (at, told(kind, place))));
    }
    wrong.sort_by_key(|(at, _)| *at);
    wrong.truncate(MISTAKES_TOLD);
    let wrong: Vec<Invalid> = wrong.into_iter().map(|(_, wrong)| wrong).collect();
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

/// Of which kind they are, and their id; `None` for those who always exist.
fn mentioned(who: &Who) -> Option<(Mentioned, &str)> {
    match who {
        Who::Everyone | Who::Members | Who::Guests | Who::Role(_) => None,
        Who::Group(id) => Some((Mentioned::Group, id.as_str())),
        Who::Department(id) => Some((Mentioned::Department, id.as_str())),
        Who::Person(id) => Some((Mentioned::Person, id.as_str())),
    }
}

fn told(missing: Mentioned, place: &str) -> Invalid {
    let (what, allowed) = match missing {
        Mentioned::Group => (
            ("there is no such group", "该用户组不存在"),
            ("the id of a group", "已存在用户组的 id"),
        ),
        Mentioned::Department => (
            ("there is no such department", "该部门不存在"),
            ("the id of a department", "已存在部门的 id"),
        ),
        Mentioned::Person => (
            ("there is no such person", "该成员不存在"),
            ("the id of a member", "已存在成员的 id"),
        ),
    };
    Invalid::new(place, what, allowed)
}
