//! From where the guests of a group come in. A group for guests can name address lists; the gateway judges each
//! request by them, and our own pages ask here, of the same snapshot.

use std::net::IpAddr;
use std::sync::Arc;

use config::id::{GroupId, RuleId};
use config::snapshot::{Effect, GuestGroup, GuestsFrom, IpList};
use config::{Principal, PrincipalKind, Problem, Timestamp};

use crate::state::State;
use crate::store::{Connection, StoreError, groups};

/// The ids that are written down for a group.
///
/// # Errors
/// If that is no list of ids.
pub fn read(written: Option<&str>) -> Result<Vec<RuleId>, StoreError> {
    let written = written.map(serde_json::from_str).transpose()?;
    Ok(written.unwrap_or_default())
}

/// What gateways are told; `list` finds a list by its id. A group whose lists cannot be told, all of them, lets
/// nobody in.
pub async fn publish(
    view: &mut Connection,
    list: impl Fn(&RuleId) -> Option<Arc<IpList>>,
) -> Result<Vec<GuestGroup>, StoreError> {
    let rows = groups::bound_to_networks(view).await?;
    let of = |written: &str| {
        let ids = read(Some(written)).ok()?;
        ids.iter().map(&list).collect::<Option<Vec<_>>>()
    };
    let groups = rows.into_iter().map(|row| GuestGroup {
        from: of(&row.written).map_or(GuestsFrom::Nowhere, GuestsFrom::Lists),
        id: row.id,
    });
    Ok(groups.collect())
}

/// The groups that name a list which is not there.
pub async fn unfit(
    connection: &mut Connection,
    is_there: impl Fn(&RuleId) -> bool,
) -> Result<Vec<(GroupId, Problem)>, StoreError> {
    let mut unfit = Vec::new();
    for row in groups::bound_to_networks(connection).await? {
        let ids = read(Some(&row.written)).unwrap_or_default();
        if let Some(missing) = ids.iter().find(|id| !is_there(id)) {
            let problem = no_such_list(&row.id, &row.name, missing);
            unfit.push((row.id, problem));
        }
    }
    Ok(unfit)
}

fn no_such_list(group: &GroupId, name: &str, list: &RuleId) -> Problem {
    Problem {
        source: format!("group {group}"),
        key: "ip_lists".into(),
        what: (
            &*format!("group “{name}”: there is no IP list {list}"),
            &*format!("用户组“{name}”：IP 列表 {list} 不存在"),
        )
            .into(),
        allowed: (
            "ids of IP lists that exist; take one out of the group before it is removed",
            "已存在的 IP 列表的 id；删除列表前，请先在该用户组中取消引用",
        )
            .into(),
    }
}

/// Whether their group keeps a guest out who comes from there. Members are kept out by none.
#[must_use]
pub fn keeps_out(
    state: &State,
    kind: PrincipalKind,
    is_in: impl Fn(&GroupId) -> bool,
    address: IpAddr,
) -> bool {
    if kind != PrincipalKind::Guest {
        return false;
    }
    let Some(snapshot) = state.snapshot() else {
        return true;
    };
    let mut bound = snapshot.guest_groups.iter();
    let now = state.clock.now();
    bound.any(|group| is_in(&group.id) && !lets_in(&group.from, address, now))
}

/// The same for somebody who is signed in.
#[must_use]
pub fn keeps_person_out(state: &State, principal: &Principal, address: IpAddr) -> bool {
    let is_in = |id: &GroupId| principal.groups.iter().any(|group| group.id == *id);
    keeps_out(state, principal.kind, is_in, address)
}

/// As the gateway judges: no deny list has the address, and an allow list does where there are any.
fn lets_in(from: &GuestsFrom, address: IpAddr, now: Timestamp) -> bool {
    let GuestsFrom::Lists(lists) = from else {
        return false;
    };
    let has_it = |list: &Arc<IpList>| {
        let mut entries = list.entries.iter();
        let counts = |end: Option<Timestamp>| end.is_none_or(|end| end > now);
        entries.any(|entry| entry.range.contains(address) && counts(entry.expires_at))
    };
    let of = |effect: Effect| lists.iter().filter(move |list| list.effect == effect);
    let must_be_allowed = of(Effect::Allow).next().is_some();
    !of(Effect::Deny).any(has_it) && (!must_be_allowed || of(Effect::Allow).any(has_it))
}

#[cfg(test)]
mod tests;
