//! May this guest come in from there? Groups of guests can have address lists of their own, which bind
//! nobody but the guests in them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use config::id::GroupId;
use config::snapshot::{GuestGroup, GuestsFrom};
use config::{Principal, PrincipalKind, Timestamp};

use crate::path::ip_rules::IpRules;

/// Recorded where the lists of the group are not known.
const UNKNOWN_LISTS: &str = "lists that cannot be read";

/// The groups of guests that have lists.
#[derive(Default)]
pub struct GuestRules {
    /// `None`: from nowhere.
    groups: HashMap<GroupId, Option<IpRules>>,
}

impl GuestRules {
    /// As the lists count at `now`.
    #[must_use]
    pub fn compile(groups: &[GuestGroup], now: Timestamp) -> Self {
        let rules = groups.iter().map(|group| {
            let rules = match &group.from {
                GuestsFrom::Lists(lists) => Some(IpRules::compile(lists, now)),
                GuestsFrom::Nowhere => None,
            };
            (group.id.clone(), rules)
        });
        Self {
            groups: rules.collect(),
        }
    }

    /// When the next entry ends, and what was compiled counts no more.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        let rules = self.groups.values().flatten();
        rules.filter_map(IpRules::until).min()
    }

    /// The list that keeps this person out, if one does. Members are kept out by none.
    #[must_use]
    pub fn refusing(&self, principal: &Principal, from: IpAddr) -> Option<Arc<str>> {
        if principal.kind != PrincipalKind::Guest {
            return None;
        }
        let mut rules = principal
            .groups
            .iter()
            .filter_map(|g| self.groups.get(&g.id));
        rules.find_map(|rules| match rules {
            Some(rules) => rules.judge(from).refusing(),
            None => Some(UNKNOWN_LISTS.into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use config::snapshot::Effect;

    use super::*;
    use crate::testing::{ip_list, person};

    fn compile(from: GuestsFrom) -> GuestRules {
        let id = "auditors".into();
        GuestRules::compile(&[GuestGroup { id, from }], Timestamp(0))
    }

    fn guest(groups: &[&str]) -> Principal {
        Principal {
            kind: PrincipalKind::Guest,
            ..person("gil", groups)
        }
    }

    fn refusing(rules: &GuestRules, who: &Principal, from: &str) -> Option<String> {
        let list = rules.refusing(who, from.parse().unwrap());
        list.map(|list| list.as_ref().to_owned())
    }

    #[test]
    fn a_guest_comes_in_from_where_the_lists_of_their_group_let_them() {
        let office = ip_list("office", Effect::Allow, &["192.0.2.0/24"]);
        let bad = ip_list("bad", Effect::Deny, &["192.0.2.7"]);
        let rules = compile(GuestsFrom::Lists(vec![office, bad]));
        let gil = guest(&["auditors"]);
        assert_eq!(refusing(&rules, &gil, "192.0.2.8"), None);
        assert_eq!(refusing(&rules, &gil, "192.0.2.7").unwrap(), "bad");
        let elsewhere = refusing(&rules, &gil, "198.51.100.1");
        assert_eq!(elsewhere.unwrap(), "on no allow list");
    }

    #[test]
    fn nobody_else_is_bound_by_them() {
        let office = ip_list("office", Effect::Allow, &["192.0.2.0/24"]);
        let rules = compile(GuestsFrom::Lists(vec![office]));
        let member = person("ann", &["auditors"]);
        assert_eq!(refusing(&rules, &member, "198.51.100.1"), None);
        let other = guest(&["builders"]);
        assert_eq!(refusing(&rules, &other, "198.51.100.1"), None);
    }

    #[test]
    fn where_the_lists_are_not_known_no_guest_comes_in() {
        let rules = compile(GuestsFrom::Nowhere);
        let gil = guest(&["auditors"]);
        assert_eq!(refusing(&rules, &gil, "192.0.2.8").unwrap(), UNKNOWN_LISTS);
        assert_eq!(
            refusing(&rules, &person("ann", &["auditors"]), "192.0.2.8"),
            None
        );
    }
}
