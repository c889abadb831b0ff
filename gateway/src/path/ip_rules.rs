//! Stage 2: may that address come in at all?

use std::net::IpAddr;
use std::sync::Arc;

use config::Timestamp;
use config::snapshot::{Effect, IpList};

use crate::path::addresses::AddressTable;
use crate::path::denial::Denial;
use crate::path::visit::Visit;
use crate::rulebook::Rulebook;

/// Recorded where there are allow lists and the address is on none of them.
const ON_NO_ALLOW_LIST: &str = "on no allow list";

/// Address lists, compiled for lookups that do not grow with them.
pub struct IpRules {
    /// Deny lists first, each kind in the order in which they were written: where several hold an
    /// address, the first decides.
    lists: Vec<(Effect, Arc<str>)>,
    addresses: AddressTable,
    /// What becomes of an address that is on no list.
    otherwise: Verdict,
    until: Option<Timestamp>,
}

/// What the lists say of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// With the list that says so, if any.
    Pass(Option<Arc<str>>),
    Refuse(Arc<str>),
}

/// Judges the client's address by the lists that hold everywhere, and notes what keeps it out: only the
/// application that is asked for may have lists of its own in their place, and which it is comes next.
pub fn judge_everywhere(rulebook: &Rulebook, visit: &mut Visit) -> Result<(), Denial> {
    let address = visit
        .client_address
        .ok_or(Denial::ClientAddressUnreadable)?;
    if let Verdict::Refuse(list) = rulebook.ip_rules.judge(address) {
        visit.kept_out = Some(list);
    }
    Ok(())
}

/// Turns away whom the lists that hold everywhere keep out, or those of the application that was asked for.
/// Where that could not be told, the former hold.
pub fn check(visit: &mut Visit) -> Result<(), Denial> {
    let application = visit.route.as_ref().and_then(|r| r.application().cloned());
    let is_apart = application
        .as_ref()
        .is_some_and(|routed| routed.application.own_ip_lists_only);
    if let Some(list) = visit.kept_out.take_if(|_| !is_apart) {
        return refuse(visit, list);
    }
    let Some(application) = application else {
        return Ok(());
    };
    let address = visit
        .client_address
        .ok_or(Denial::ClientAddressUnreadable)?;
    match application.ip_rules.judge(address) {
        Verdict::Pass(_) => Ok(()),
        Verdict::Refuse(list) => refuse(visit, list),
    }
}

fn refuse(visit: &mut Visit, list: Arc<str>) -> Result<(), Denial> {
    let rule = list.as_ref().to_owned();
    visit.rule = Some(list);
    Err(Denial::AddressRefused { rule })
}

impl IpRules {
    /// As they count at `now`. An allow list of which all entries have ended lets nobody in.
    #[must_use]
    pub fn compile(lists: &[Arc<IpList>], now: Timestamp) -> Self {
        let mut ordered: Vec<&Arc<IpList>> = lists.iter().collect();
        ordered.sort_by_key(|list| list.effect != Effect::Deny);
        let ranges = (0..).zip(&ordered).flat_map(|(index, list)| {
            let entries = list.entries.iter();
            let count = entries.filter(|entry| entry.expires_at.is_none_or(|end| end > now));
            count.map(move |entry| (entry.range, index))
        });
        let addresses = AddressTable::build(ranges);
        let otherwise = if ordered.iter().any(|list| list.effect == Effect::Allow) {
            Verdict::Refuse(ON_NO_ALLOW_LIST.into())
        } else {
            Verdict::Pass(None)
        };
        Self {
            lists: ordered
                .iter()
                .map(|list| (list.effect, list.name.as_str().into()))
                .collect(),
            addresses,
            otherwise,
            until: next_end(lists, now),
        }
    }

    /// When the next entry ends, and what was compiled counts no more.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// The memory that the addresses take, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.addresses.bytes()
    }

    #[must_use]
    pub fn judge(&self, address: IpAddr) -> Verdict {
        let found = self.addresses.find(address);
        match found.and_then(|index| self.lists.get(index as usize)) {
            Some((Effect::Allow, name)) => Verdict::Pass(Some(Arc::clone(name))),
            Some((Effect::Deny, name)) => Verdict::Refuse(Arc::clone(name)),
            None => self.otherwise.clone(),
        }
    }
}

fn next_end(lists: &[Arc<IpList>], now: Timestamp) -> Option<Timestamp> {
    let entries = lists.iter().flat_map(|list| list.entries.iter());
    let ends = entries.filter_map(|entry| entry.expires_at);
    ends.filter(|end| *end > now).min()
}

#[cfg(test)]
mod tests {
    use config::snapshot::IpEntry;

    use super::*;

    fn list(name: &str, effect: Effect, ranges: &[&str]) -> Arc<IpList> {
        let entry = |range: &&str| IpEntry {
            range: range.parse().unwrap(),
            note: String::new(),
            expires_at: None,
        };
        Arc::new(IpList {
            id: name.into(),
            name: name.into(),
            effect,
            entries: ranges.iter().map(entry).collect(),
        })
    }

    fn compile(lists: &[Arc<IpList>]) -> IpRules {
        IpRules::compile(lists, Timestamp(0))
    }

    fn judge(rules: &IpRules, address: &str) -> Verdict {
        rules.judge(address.parse().unwrap())
    }

    #[test]
    fn without_lists_every_address_passes() {
        let rules = compile(&[]);
        assert_eq!(judge(&rules, "192.0.2.1"), Verdict::Pass(None));
        assert_eq!(judge(&rules, "2001:db8::1"), Verdict::Pass(None));
    }

    #[test]
    fn a_deny_list_keeps_out_and_lets_all_others_pass() {
        let rules = compile(&[list("bad", Effect::Deny, &["192.0.2.0/24", "::1"])]);
        assert_eq!(judge(&rules, "192.0.2.255"), Verdict::Refuse("bad".into()));
        assert_eq!(judge(&rules, "192.0.3.0"), Verdict::Pass(None));
        assert_eq!(judge(&rules, "::1"), Verdict::Refuse("bad".into()));
    }

    #[test]
    fn where_there_is_an_allow_list_an_address_must_be_on_one() {
        let rules = compile(&[
            list("office", Effect::Allow, &["10.0.0.0-10.0.0.9"]),
            list("home", Effect::Allow, &["10.0.1.7"]),
        ]);
        assert_eq!(
            judge(&rules, "10.0.0.9"),
            Verdict::Pass(Some("office".into()))
        );
        assert_eq!(
            judge(&rules, "10.0.1.7"),
            Verdict::Pass(Some("home".into()))
        );
        assert_eq!(
            judge(&rules, "10.0.0.10"),
            Verdict::Refuse(ON_NO_ALLOW_LIST.into())
        );
        assert_eq!(
            judge(&rules, "2001:db8::1"),
            Verdict::Refuse(ON_NO_ALLOW_LIST.into())
        );
    }

    #[test]
    fn an_entry_counts_until_it_ends_and_an_allow_list_without_any_stays_closed() {
        let mut office = Arc::unwrap_or_clone(list("office", Effect::Allow, &[]));
        let entry = |range: &str, end| IpEntry {
            range: range.parse().unwrap(),
            note: String::new(),
            expires_at: Some(Timestamp(end)),
        };
        office.entries = [entry("10.0.0.1", 10), entry("10.0.0.2", 20)].into();
        let lists = [Arc::new(office)];
        let passes = |rules: &IpRules, address| judge(rules, address) != closed();
        for (now, first, second, until) in [
            (9, true, true, Some(10)),
            (10, false, true, Some(20)),
            (20, false, false, None),
        ] {
            let rules = IpRules::compile(&lists, Timestamp(now));
            let seen = (passes(&rules, "10.0.0.1"), passes(&rules, "10.0.0.2"));
            assert_eq!(seen, (first, second), "{now}");
            assert_eq!(rules.until(), until.map(Timestamp), "{now}");
        }
    }

    fn closed() -> Verdict {
        Verdict::Refuse(ON_NO_ALLOW_LIST.into())
    }

    #[test]
    fn deny_wins_over_allow_in_whichever_order_they_were_written() {
        let allow = list("office", Effect::Allow, &["10.0.0.0/8"]);
        let deny = list("bad", Effect::Deny, &["10.1.0.0/16"]);
        for lists in [[&allow, &deny], [&deny, &allow]] {
            let rules = compile(&lists.map(Arc::clone));
            assert_eq!(judge(&rules, "10.1.2.3"), Verdict::Refuse("bad".into()));
            assert_eq!(
                judge(&rules, "10.2.0.0"),
                Verdict::Pass(Some("office".into()))
            );
            assert_eq!(
                judge(&rules, "10.0.255.255"),
                Verdict::Pass(Some("office".into()))
            );
        }
    }

    #[test]
    fn attack_05_an_ipv4_address_in_ipv6_clothes_is_judged_as_ipv4() {
        let rules = compile(&[list("bad", Effect::Deny, &["192.0.2.1"])]);
        assert_eq!(
            judge(&rules, "::ffff:192.0.2.1"),
            Verdict::Refuse("bad".into())
        );
    }
}
