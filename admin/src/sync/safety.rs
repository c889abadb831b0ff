//! When a run stops before it writes anything, and waits for a person.

use config::language::LocalText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::refused::both;

/// More leavers than either of these stop a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Threshold {
    /// So many people may be shut out by one run. 0 to 1000000.
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
}

/// Why the run must wait for somebody; `None`: it may go on.
///
/// Either limit stops it; one person alone, who is more than the share of a small company, does not.
#[must_use]
pub fn verdict(effect: Effect, threshold: Threshold) -> Option<LocalText> {
    let Effect {
        listed,
        open,
        shut,
        others_shut,
    } = effect;
    if listed == 0 && open > 0 {
        return Some(both((
            "the directory listed nobody, although people come from it: check its base, its filter and what its \
             account may read",
            "目录未返回任何人员，但已有成员来自该目录：请检查搜索起点、筛选条件以及目录账号的读取权限",
        )));
    }
    let all = shut.saturating_add(others_shut);
    let is_too_many = all > i64::from(threshold.people);
    let share = i64::from(threshold.percent);
    let is_too_large = shut.saturating_mul(100) > open.saturating_mul(share);
    (is_too_many || (is_too_large && shut > 1)).then(|| {
        both((
            &format!(
                "{all} people could no longer sign in, of {open} who come from the directory; one run may shut \
                 out {} people and {} %",
                threshold.people, threshold.percent
            ),
            &format!(
                "将有 {all} 人无法登录（来自该目录的现有成员共 {open} 人）；单次同步最多允许 {} 人、{}%",
                threshold.people, threshold.percent
            ),
        ))
    })
}

/// Why what a directory tells by itself must wait for somebody.
#[must_use]
pub fn within_an_hour(effect: Effect, threshold: Threshold) -> LocalText {
    let Effect { open, shut, .. } = effect;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn stops(listed: i64, open: i64, shut: i64) -> bool {
        let effect = Effect {
            listed,
            open,
            shut,
            others_shut: 0,
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
            open: 0,
            shut: 0,
            others_shut: 21,
        };
        assert!(verdict(effect, Threshold::default()).is_some());
    }
}
