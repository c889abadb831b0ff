//! What a change of an application would have done to the requests of the last days, before it is made:
//! the requests are read from the log, and the very rules that decide judge them anew.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use config::access_event::Outcome;
use config::id::{ApplicationId, MemberId};
use config::link::{Foreseen, Foresees, Foresight, PastRequest};
use config::snapshot::IpList;
use config::{AccessEvent, Principal, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::Definition;
use crate::members;
use crate::refused::{Invalid, Refused};
use crate::state::State;
use crate::store::events::{AccessFilter, Key, Page, access_events};
use crate::store::{Connection, published};

/// So far back it looks.
const DAYS: Duration = Duration::from_hours(24 * 7);
/// So many requests, the newest first.
const MOST: usize = 20_000;
const PAGE: u32 = 1000;
/// So many are shown one by one.
const SHOWN: usize = 50;
/// Refusals of the stages that judge here. Others, such as a rate or a second factor that was not proven,
/// would have refused under any rules.
const JUDGED: [&str; 6] = [
    "address_refused",
    "guest_address",
    "forbidden",
    "no_rule_allows",
    "sign_in_required",
    "session_ended",
];

/// What a change would have done to past requests. Times are milliseconds since 1970.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Foretold {
    /// How far back requests were looked at.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// How many were looked at.
    pub requests: usize,
    /// There were more than that; these are the newest.
    pub more: bool,
    /// How many that were let in would have been turned away.
    pub refused: usize,
    /// How many that were turned away would have been let in.
    pub let_in: usize,
    /// How many cannot be judged, because the person is no longer there.
    pub unknown: usize,
    /// Why the former would have been turned away, the most frequent first.
    pub reasons: Vec<ForetoldReason>,
    /// The newest of both kinds.
    pub examples: Vec<ForetoldRequest>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForetoldReason {
    /// The reason code of the denial.
    pub reason: String,
    /// The rule or the IP list that decides, if one does.
    pub rule: Option<String>,
    pub requests: usize,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ForetoldRequest {
    #[schema(value_type = i64)]
    pub at: Timestamp,
    pub username: Option<String>,
    pub client_address: Option<String>,
    pub method: String,
    pub path: String,
    /// The reason code of the denial, before and with the change; `null`: let in.
    pub before: Option<String>,
    pub after: Option<String>,
    /// The rule or the IP list that would decide.
    pub rule: Option<String>,
}

/// Judges the requests of the last seven days, as many as are read at once.
///
/// # Errors
/// If the application could not be obeyed.
pub async fn foretell(
    state: &State,
    gateway: &dyn Foresees,
    id: &ApplicationId,
    definition: Definition,
) -> Result<Foretold, Refused> {
    let now = state.clock.now();
    let since = now.minus(DAYS);
    let lists = lists_of(state, &definition, now).await?;
    let find = |wanted: &config::id::RuleId| lists.iter().find(|list| list.id == *wanted).cloned();
    let application = definition
        .into_application(id.clone(), find)
        .map_err(|missing| no_list(missing.as_str()))?;
    let rules = gateway
        .foresee(&application)
        .map_err(|wrong| Refused::Invalid(wrong.into_iter().map(Invalid::from).collect()))?;
    let mut told = Foretold {
        since,
        ..Foretold::default()
    };
    let mut people = People::default();
    let (mut after, mut oldest) = (None, since);
    loop {
        let mut view = state.store.view().await?;
        let (events, next) = page(&mut view, id, since, after).await?;
        for event in events {
            told.requests += 1;
            oldest = event.at;
            weigh(&mut view, rules.as_ref(), &mut people, &event, &mut told).await?;
        }
        after = next;
        if after.is_none() || told.requests >= MOST {
            break;
        }
    }
    told.more = after.is_some();
    if told.more {
        told.since = oldest;
    }
    told.reasons
        .sort_by_key(|reason| std::cmp::Reverse(reason.requests));
    Ok(told)
}

async fn page(
    view: &mut Connection,
    id: &ApplicationId,
    since: Timestamp,
    after: Option<Key>,
) -> Result<(Vec<AccessEvent>, Option<Key>), Refused> {
    let filter = AccessFilter {
        application: Some(id.clone()),
        ..AccessFilter::default()
    };
    let page = Page {
        since: Some(since),
        after,
        limit: PAGE,
        ..Page::default()
    };
    let found = access_events(view, &filter, &page).await?;
    Ok((found.items, found.next))
}

/// The lists that the definition names, as they count just now.
async fn lists_of(
    state: &State,
    definition: &Definition,
    now: Timestamp,
) -> Result<Vec<Arc<IpList>>, Refused> {
    let mut view = state.store.view().await?;
    let heads = published::ip_lists(&mut view).await?;
    let mut lists = Vec::new();
    for head in heads
        .iter()
        .filter(|head| definition.ip_lists.contains(&head.id))
    {
        lists.push(published::ip_list(&mut view, head, now).await?.list);
    }
    Ok(lists)
}

/// Who people are today, each looked up once.
#[derive(Default)]
struct People(HashMap<MemberId, Option<Arc<Principal>>>);

impl People {
    async fn find(
        &mut self,
        view: &mut Connection,
        id: &MemberId,
    ) -> Result<Option<Arc<Principal>>, Refused> {
        if let Some(known) = self.0.get(id) {
            return Ok(known.clone());
        }
        let found = match members::find(view, id).await {
            Ok(member) => Some(Arc::new(members::principal(view, member).await?)),
            Err(Refused::NotFound(_)) => None,
            Err(other) => return Err(other),
        };
        self.0.insert(id.clone(), found.clone());
        Ok(found)
    }
}

async fn weigh(
    view: &mut Connection,
    rules: &dyn Foresight,
    people: &mut People,
    event: &AccessEvent,
    told: &mut Foretold,
) -> Result<(), Refused> {
    let before = match &event.outcome {
        Outcome::Granted | Outcome::Cut(_) => None,
        Outcome::Denied(reason) if JUDGED.contains(&reason.as_str()) => Some(reason.clone()),
        Outcome::Denied(_) | Outcome::OwnPage => return Ok(()),
    };
    let Some(client_address) = event.client_address else {
        return Ok(());
    };
    let principal = match &event.principal {
        None => None,
        Some(id) => people.find(view, id).await?,
    };
    if principal.is_none() && event.principal.is_some() {
        told.unknown += 1;
        return Ok(());
    }
    let foreseen = rules.judge(&PastRequest {
        at: event.at,
        principal,
        client_address,
        method: event.method.clone(),
        host: event.host.clone(),
        path: event.path.clone(),
    });
    match (&before, &foreseen.denial) {
        (None, Some(reason)) => {
            told.refused += 1;
            count(&mut told.reasons, reason, foreseen.rule.as_deref());
        }
        (Some(_), None) => told.let_in += 1,
        _ => return Ok(()),
    }
    if told.examples.len() < SHOWN {
        told.examples.push(shown(event, before, foreseen));
    }
    Ok(())
}

fn shown(event: &AccessEvent, before: Option<String>, foreseen: Foreseen) -> ForetoldRequest {
    ForetoldRequest {
        at: event.at,
        username: event.username.clone(),
        client_address: event.client_address.map(|address| address.to_string()),
        method: event.method.clone(),
        path: event.path.clone(),
        before,
        after: foreseen.denial,
        rule: foreseen.rule,
    }
}

fn count(reasons: &mut Vec<ForetoldReason>, reason: &str, rule: Option<&str>) {
    let known = reasons
        .iter_mut()
        .find(|known| known.reason == reason && known.rule.as_deref() == rule);
    match known {
        Some(known) => known.requests += 1,
        None => reasons.push(ForetoldReason {
            reason: reason.to_owned(),
            rule: rule.map(str::to_owned),
            requests: 1,
        }),
    }
}

fn no_list(id: &str) -> Invalid {
    Invalid::new(
        "ip_lists",
        (
            &format!("there is no IP list {id}"),
            &format!("IP 列表 {id} 不存在"),
        ),
        ("ids of IP lists that exist", "已存在的 IP 列表的 id"),
    )
}
