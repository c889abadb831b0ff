//! How things stand and how they went, for the first page of the console.

use std::collections::BTreeMap;
use std::time::Duration;

use config::Timestamp;
use config::id::ApplicationId;

use crate::state::State;
use crate::store::events::charts;
use crate::store::events::{HOUR_MS, hour};
use crate::store::{Connection, StoreError, overview, spool_cursors};

mod shown;

pub use shown::{
    Counted, NodeState, OfApplication, Organisation, Overview, People, Requests, SignIns, SignedIn,
    SpoolState, StoreState,
};

/// Who opened something within this time is at work.
const ACTIVE: Duration = Duration::from_mins(15);
/// A spool of which nothing came for so long belongs to a node that is idle or gone.
const SPOOL_IS_CURRENT: Duration = Duration::from_hours(24);
/// No list is longer.
const MOST: usize = 10;

/// The last `hours`, the present one among them.
pub async fn look(state: &State, hours: i64) -> Result<Overview, StoreError> {
    let now = state.clock.now();
    let from = Timestamp(hour(now).as_millis() - (hours - 1) * HOUR_MS);
    let read = &mut *state.store.read().await?;
    let (access_since, sign_ins_since) = charts::counted_since(read).await?;
    let (busiest, most_refusing) = applications(state, read, from).await?;
    Ok(Overview {
        at: now,
        hours,
        sign_ins: sign_ins(read, from, hours, sign_ins_since).await?,
        requests: requests(read, from, hours, access_since).await?,
        busiest,
        most_refusing,
        refused_addresses: named(charts::refused_addresses(read, from, 10).await?),
        signed_in: signed_in(read, now).await?,
        organisation: organisation(read).await?,
        store: StoreState {
            engine: state.store.engine().name().to_owned(),
            bytes: overview::size(read, state.store.engine()).await?,
        },
        spools: spools(read, now).await?,
        node: node(state),
    })
}

/// Which place in a series the hour has.
fn place(at: i64, from: Timestamp) -> Option<usize> {
    usize::try_from((at - from.as_millis()).div_euclid(HOUR_MS)).ok()
}

fn add(series: &mut [i64], hour: i64, from: Timestamp, count: i64) {
    if let Some(number) = place(hour, from).and_then(|place| series.get_mut(place)) {
        *number += count;
    }
}

fn empty(hours: i64) -> Vec<i64> {
    vec![0; usize::try_from(hours).unwrap_or(0)]
}

async fn sign_ins(
    read: &mut Connection,
    from: Timestamp,
    hours: i64,
    counted_since: Option<Timestamp>,
) -> Result<SignIns, StoreError> {
    let (mut succeeded, mut failed) = (empty(hours), empty(hours));
    let mut reasons = BTreeMap::new();
    for found in charts::sign_ins(read, from).await? {
        if found.kind == "failed" {
            add(&mut failed, found.hour, from, found.count);
            *reasons.entry(found.reason).or_default() += found.count;
        } else {
            add(&mut succeeded, found.hour, from, found.count);
        }
    }
    let failures = reasons.into_iter();
    let mut failures: Vec<_> = failures
        .map(|(name, count)| Counted { name, count })
        .collect();
    failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
    Ok(SignIns {
        from,
        counted_since,
        succeeded,
        failed,
        failures,
    })
}

async fn requests(
    read: &mut Connection,
    from: Timestamp,
    hours: i64,
    counted_since: Option<Timestamp>,
) -> Result<Requests, StoreError> {
    let (mut granted, mut refused) = (empty(hours), empty(hours));
    for counted in charts::requests(read, from).await? {
        add(&mut granted, counted.hour, from, counted.granted);
        add(&mut refused, counted.hour, from, counted.refused);
    }
    Ok(Requests {
        from,
        counted_since,
        granted,
        refused,
        refusals: named(charts::refusals(read, from).await?),
    })
}

fn named(counted: Vec<charts::Counted>) -> Vec<Counted> {
    let counted = counted.into_iter();
    counted
        .map(|charts::Counted { name, count }| Counted { name, count })
        .collect()
}

/// The busiest, and those that turned most away.
async fn applications(
    state: &State,
    read: &mut Connection,
    from: Timestamp,
) -> Result<(Vec<OfApplication>, Vec<OfApplication>), StoreError> {
    let snapshot = state.snapshot();
    let known = snapshot.iter().flat_map(|snapshot| &snapshot.applications);
    let names: BTreeMap<_, _> = known.map(|app| (&app.id, &app.name)).collect();
    let found = charts::by_application(read, from).await?.into_iter();
    let mut all: Vec<OfApplication> = found
        .map(|found| {
            let id = ApplicationId::from(found.application);
            OfApplication {
                name: names.get(&id).map(|name| (*name).clone()),
                id,
                requests: found.requests,
                refused: found.refused,
            }
        })
        .collect();
    let busiest = all.iter().take(MOST).cloned().collect();
    all.retain(|application| application.refused > 0);
    all.sort_by_key(|application| std::cmp::Reverse(application.refused));
    all.truncate(MOST);
    Ok((busiest, all))
}

async fn signed_in(read: &mut Connection, now: Timestamp) -> Result<SignedIn, StoreError> {
    let all = overview::signed_in(read, now).await?;
    let active = overview::active(read, now.minus(ACTIVE), now).await?;
    Ok(SignedIn {
        sign_ins: all.sign_ins,
        people: all.people,
        active_sign_ins: active.sign_ins,
        active_people: active.people,
    })
}

async fn organisation(read: &mut Connection) -> Result<Organisation, StoreError> {
    let set_up = overview::set_up(read).await?;
    let people = overview::people(read).await?.into_iter();
    Ok(Organisation {
        people: people
            .map(|people| People {
                kind: people.kind,
                status: people.status,
                count: people.count,
            })
            .collect(),
        departments: set_up.departments,
        groups: set_up.groups,
        applications: set_up.applications,
        ip_lists: set_up.ip_lists,
    })
}

async fn spools(read: &mut Connection, now: Timestamp) -> Result<Vec<SpoolState>, StoreError> {
    let active = spool_cursors::active(read, now.minus(SPOOL_IS_CURRENT)).await?;
    let spools = active.into_iter().map(|spool| SpoolState {
        id: spool.node,
        at: Timestamp(spool.updated_at),
        waiting: spool.waiting,
        behind_ms: spool.behind_ms,
    });
    Ok(spools.collect())
}

fn node(state: &State) -> NodeState {
    let sight = state.surroundings.get();
    NodeState {
        snapshot: state.snapshot().map(|snapshot| snapshot.revision),
        upstreams: sight.map(|sight| sight.upstreams()).unwrap_or_default(),
        certificates: sight.map(|sight| sight.certificates()).unwrap_or_default(),
    }
}
