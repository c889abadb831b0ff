//! Brings what is open in line with what the policy says of sessions, and what is spared a second factor with
//! what it says of browsers: after the policy has changed, and after somebody has become another as far as its
//! exceptions go.

use std::time::Duration;

use config::Timestamp;
use config::id::{MemberId, SignInId};

use super::{
    PolicyAudience, PolicyException, Rules, SessionPolicy, SignInPolicy, TwoStepPolicy, belonging,
    get,
};
use crate::store::browser_trust::{self, Trust};
use crate::store::by_audience::{Audience, ByAudience};
use crate::store::session_limits::{Limits, beyond_most, by_last_use, settle};
use crate::store::{StoreError, Tx, sign_ins};

impl From<&SessionPolicy> for Limits {
    fn from(policy: &SessionPolicy) -> Self {
        Self {
            absolute_ms: milliseconds(policy.absolute()),
            idle_ms: policy.idle().map(milliseconds),
            most: policy.most,
        }
    }
}

impl From<&TwoStepPolicy> for Trust {
    fn from(policy: &TwoStepPolicy) -> Self {
        Self {
            longest_ms: milliseconds(policy.remember()),
            most: policy.remember_most,
        }
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Everybody's, about whom the caller has gateways ask anew.
pub(super) async fn everybody(
    tx: &mut Tx,
    policy: &SignInPolicy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let limits = by_audience(policy, |one| one.sessions.as_ref(), &policy.sessions);
    let trust = by_audience(policy, |one| one.two_step.as_ref(), &policy.two_step);
    bring_in_line(tx, &limits, &trust, now).await.map(drop)
}

async fn one(
    tx: &mut Tx,
    member: &MemberId,
    rules: &Rules,
    now: Timestamp,
) -> Result<Vec<SignInId>, StoreError> {
    let limits = ByAudience::of_one(member, (&rules.sessions).into());
    let trust = ByAudience::of_one(member, (&rules.two_step).into());
    bring_in_line(tx, &limits, &trust, now).await
}

async fn bring_in_line(
    tx: &mut Tx,
    limits: &ByAudience<Limits>,
    trust: &ByAudience<Trust>,
    now: Timestamp,
) -> Result<Vec<SignInId>, StoreError> {
    browser_trust::settle(tx, trust, now).await?;
    settle(tx, limits, now).await?;
    let mut ended = Vec::new();
    for (member, most) in beyond_most(tx, limits, now).await? {
        ended.extend(end_oldest(tx, &member, most, now).await?);
    }
    Ok(ended)
}

fn by_audience<'a, P: 'a, T: From<&'a P>>(
    policy: &'a SignInPolicy,
    part: impl Fn(&'a PolicyException) -> Option<&'a P>,
    rest: &'a P,
) -> ByAudience<T> {
    let exceptions = policy.exceptions.iter();
    let exceptions = exceptions.filter_map(|one| Some((audience(one), part(one)?.into())));
    ByAudience {
        exceptions: exceptions.collect(),
        rest: rest.into(),
        only: None,
    }
}

fn audience(exception: &PolicyException) -> Audience {
    let groups = exception.who.iter().filter_map(|who| match who {
        PolicyAudience::Group(id) => Some(id.clone()),
        PolicyAudience::Guests => None,
    });
    Audience {
        guests: exception.who.contains(&PolicyAudience::Guests),
        groups: groups.collect(),
    }
}

/// Leaves the person the sign-ins that were used last; 0 leaves all. Those that ended: gateways are told by
/// the caller.
pub async fn end_oldest(
    tx: &mut Tx,
    member: &MemberId,
    most: u16,
    now: Timestamp,
) -> Result<Vec<SignInId>, StoreError> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let mut open = by_last_use(tx, member, now).await?;
    open.truncate(open.len().saturating_sub(usize::from(most)));
    for oldest in &open {
        sign_ins::end(tx, oldest, member, "too_many_sign_ins", now).await?;
    }
    Ok(open)
}

/// What is open of people who may have become others; `None`: of everybody, about whom the caller has gateways
/// ask anew. Of some, those that ended: gateways are told by the caller.
pub async fn resettle(
    tx: &mut Tx,
    members: Option<&[MemberId]>,
    now: Timestamp,
) -> Result<Vec<SignInId>, StoreError> {
    let policy = get(tx).await?.body;
    let differs = |one: &PolicyException| one.sessions.is_some() || one.two_step.is_some();
    if !policy.exceptions.iter().any(differs) {
        return Ok(Vec::new());
    }
    let Some(members) = members else {
        everybody(tx, &policy, now).await?;
        return Ok(Vec::new());
    };
    let mut ended = Vec::new();
    for member in members {
        let rules = policy.of(&belonging(tx, member).await?);
        ended.extend(one(tx, member, &rules, now).await?);
    }
    Ok(ended)
}
