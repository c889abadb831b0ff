//! When a run stops before it writes anything, and waits for a person.

use config::language::LocalText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::refused::both;

/// More leavers than either of these stop a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Threshold {
    /// So many people may be shut out within a day by runs that nobody looked at, and within an hour by what a
    /// directory tells by itself. 0 to 1000000.
    #[schema(maximum = 1_000_000)]
    pub people: u32,
    /// And so many of a hundred who are there. 0 to 100.
    #[schema(maximum = 100)]
    pub percent: u8,
}

impl Default for Threshold {
    fn default() -> Self {
        Self {
            people: 20,
            percent: 5,
        }
    }
}

/// What a run would do to people who can sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// So many people the directory listed.
    pub listed: i64,
    /// So many who come from it can sign in.
    pub open: i64,
    /// So many could no longer.
    pub shut: i64,
    /// So many of ours who are not in the directory could no longer.
    pub others_shut: i64,
    /// So many who were shut out could sign in again.
    pub opened: i64,
    /// So many of either sort there were in the last day, by runs that nobody looked at.
    pub shut_lately: i64,
    pub opened_lately: i64,
    /// So many would be put into groups that are there, and taken out of them.
    pub entering: i64,
    pub leaving: i64,
    /// Nothing was listed, although something comes from the directory.
    pub no_departments: bool,
    pub no_groups: bool,
}

/// Why the run must wait for somebody; `None`: it may go on.
///
/// Either limit stops it; one person alone, who is more than the share of a small company, does not.
#[must_use]
pub fn verdict(effect: Effect, threshold: Threshold) -> Option<LocalText> {
    nothing_listed(effect)
        .or_else(|| too_many_shut(effect, threshold))
        .or_else(|| too_many_opened(effect, threshold))
        .or_else(|| too_many_moved(effect, threshold))
}

/// Nothing at all is more often a filter that finds nothing than an organisation that has nothing.
fn nothing_listed(effect: Effect) -> Option<LocalText> {
    let Effect { listed, open, .. } = effect;
    if listed == 0 && open > 0 {
        return Some(both((
            "the directory listed nobody, although people come from it: check its base, its filter and what its \
             account may read",
            "目录未返回任何人员，但已有成员来自该目录：请检查搜索起点、筛选条件以及目录账号的读取权限",
        )));
    }
    let nothing = |en: &str, zh_cn: &str| {
        Some(both((
            &format!(
                "the directory listed no {en}, although some come from it: check its base, its filter and what its \
                 account may read, or switch this part off"
            ),
            &format!(
                "目录未返回任何{zh_cn}，但已有{zh_cn}来自该目录：请检查搜索起点、筛选条件以及目录账号的读取权限，\
                 或关闭该部分的同步"
            ),
        )))
    };
    match effect {
        Effect {
            no_departments: true,
            ..
        } => nothing("departments", "部门"),
        Effect {
            no_groups: true, ..
        } => nothing("groups", "用户组"),
        _ => None,
    }
}

/// Whether some are more than either limit, with those of the last day; one person alone never is.
fn is_too_many(now: i64, lately: i64, of: i64, threshold: Threshold) -> bool {
    let all = now.saturating_add(lately);
    let share = i64::from(threshold.percent);
    let is_too_large = share < 100 && all > 1 && all.saturating_mul(100) > of.saturating_mul(share);
    now > 0 && (all > i64::from(threshold.people) || is_too_large)
}

fn too_many_shut(effect: Effect, threshold: Threshold) -> Option<LocalText> {
    let Effect {
        open,
        others_shut,
        shut_lately,
        ..
    } = effect;
    let all = effect.shut.saturating_add(others_shut);
    let of = open.saturating_add(others_shut).saturating_add(shut_lately);
    is_too_many(all, shut_lately, of, threshold).then(|| {
        both((
            &format!(
                "{all} people could no longer sign in, of {open} who come from the directory, after {shut_lately} in \
                 the last 24 hours; {} people and {} % may be shut out within a day",
                threshold.people, threshold.percent
            ),
            &format!(
                "将有 {all} 人无法登录（来自该目录的现有成员共 {open} 人，过去 24 小时内已有 {shut_lately} 人）；一天内\
                 最多允许 {} 人、{}%",
                threshold.people, threshold.percent
            ),
        ))
    })
}

/// Whoever was shut out by mistake is let in again as soon as somebody has looked at it.
fn too_many_opened(effect: Effect, threshold: Threshold) -> Option<LocalText> {
    let Effect {
        open,
        opened,
        opened_lately,
        ..
    } = effect;
    let of = open.saturating_add(opened).saturating_add(opened_lately);
    is_too_many(opened, opened_lately, of, threshold).then(|| {
        both((
            &format!(
                "{opened} people who are shut out could sign in again, after {opened_lately} in the last 24 hours; {} \
                 people and {} % may be let in again within a day",
                threshold.people, threshold.percent
            ),
            &format!(
                "将有 {opened} 名已停用的成员恢复登录（过去 24 小时内已有 {opened_lately} 人）；一天内最多允许 {} 人、{}%",
                threshold.people, threshold.percent
            ),
        ))
    })
}

/// Groups let people in, and say what they may.
fn too_many_moved(effect: Effect, threshold: Threshold) -> Option<LocalText> {
    let Effect {
        open,
        entering,
        leaving,
        ..
    } = effect;
    let too_many_enter = entering > i64::from(threshold.people);
    (too_many_enter || is_too_many(leaving, 0, open, threshold)).then(|| {
        both((
            &format!(
                "{entering} people would be put into groups that are there, and {leaving} taken out, of {open} who \
                 come from the directory; one run may move {} people, and take out {} %",
                threshold.people, threshold.percent
            ),
            &format!(
                "将有 {entering} 人加入现有用户组、{leaving} 人移出（来自该目录的现有成员共 {open} 人）；单次同步最多\
                 允许变动 {} 人、移出 {}%",
                threshold.people, threshold.percent
            ),
        ))
    })
}

/// Why what a directory tells by itself must wait for somebody.
#[must_use]
pub fn within_an_hour(effect: Effect, threshold: Threshold) -> LocalText {
    let open = effect.open.saturating_add(effect.shut_lately);
    let shut = effect.shut.saturating_add(effect.shut_lately);
    let Threshold { people, percent } = threshold;
    both((
        &format!(
            "{shut} people could no longer sign in within an hour, of {open} who come from the directory; without \
             an administrator's word it may shut out {people} people and {percent} %"
        ),
        &format!(
            "一小时内将有 {shut} 人无法登录（来自该目录的现有成员共 {open} 人）；未经管理员确认，最多允许 {people} \
             人、{percent}%"
        ),
    ))
}

/// Why what a directory tells by itself of a group must wait for somebody, if it must.
#[must_use]
pub fn out_of_a_group(effect: Effect, threshold: Threshold) -> Option<LocalText> {
    verdict(effect, threshold)?;
    let Effect { leaving, open, .. } = effect;
    let Threshold { people, percent } = threshold;
    Some(both((
        &format!(
            "{leaving} people would be taken out of a group at once, of {open} who come from the directory; without an \
             administrator's word these may be {people} people and {percent} %"
        ),
        &format!(
            "将有 {leaving} 人一次性移出用户组（来自该目录的现有成员共 {open} 人）；未经管理员确认，最多允许 {people} \
             人、{percent}%"
        ),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stops(listed: i64, open: i64, shut: i64) -> bool {
        let effect = Effect {
            listed,
            open,
            shut,
            ..Effect::default()
        };
        verdict(effect, Threshold::default()).is_some()
    }

    #[test]
    fn a_directory_that_lists_nobody_shuts_nobody_out() {
        assert!(stops(0, 1, 1));
        assert!(!stops(0, 0, 0), "nobody has come from it yet");
    }

    #[test]
    fn too_many_or_too_large_a_share_waits_for_a_person() {
        assert!(!stops(979, 1000, 20));
        assert!(stops(978, 1000, 21), "more than 20 people");
        assert!(!stops(95, 100, 5));
        assert!(stops(94, 100, 6), "more than 5 %");
        assert!(!stops(9, 10, 1), "one leaver of a small company");
        assert!(stops(8, 10, 2));
    }

    #[test]
    fn those_who_are_not_in_the_directory_count_as_well() {
        let effect = Effect {
            listed: 100,
            others_shut: 21,
            ..Effect::default()
        };
        assert!(verdict(effect, Threshold::default()).is_some());
        let few = Effect {
            others_shut: 3,
            ..effect
        };
        assert!(
            verdict(few, Threshold::default()).is_some(),
            "they are a large share as well"
        );
    }

    #[test]
    fn many_small_runs_are_as_one_that_is_large() {
        let stops = |shut, shut_lately| {
            let effect = Effect {
                listed: 1000,
                open: 1000,
                shut,
                shut_lately,
                ..Effect::default()
            };
            verdict(effect, Threshold::default()).is_some()
        };
        assert!(!stops(5, 15) && stops(6, 15));
        assert!(!stops(0, 21), "nobody else is shut out");
    }

    #[test]
    fn many_who_would_be_let_in_again_wait_for_a_person() {
        let stops = |opened| {
            let effect = Effect {
                listed: 1000,
                open: 1000,
                opened,
                ..Effect::default()
            };
            verdict(effect, Threshold::default()).is_some()
        };
        assert!(!stops(20) && stops(21));
    }

    #[test]
    fn groups_that_would_be_emptied_wait_for_a_person() {
        let moving = |entering, leaving| {
            let effect = Effect {
                listed: 1000,
                open: 1000,
                entering,
                leaving,
                ..Effect::default()
            };
            verdict(effect, Threshold::default()).is_some()
        };
        assert!(!moving(20, 20));
        assert!(moving(21, 0) && moving(0, 21));
    }
}
