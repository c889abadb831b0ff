//! Whether gateways could obey what a change leaves behind, asked before it is committed.
//!
//! The same check runs again on each node before it obeys; here it turns a mistake into an answer
//! for whoever made it. What was wrong before the change and is not touched by it holds up nobody.
//! Entries of IP lists are left out: each was checked when it was written, and there may be a million
//! of them.

use std::collections::HashMap;
use std::sync::Arc;

use config::Problem;
use config::id::{ApplicationId, RuleId};
use config::snapshot::{Application, Brand, HostPattern, IpList, Watermark};

use super::sort_out::{SetAside, sort_out};
use crate::appearance;
use crate::guests::network;
use crate::logs::Target;
use crate::refused::{Invalid, Refused};
use crate::state::State;
use crate::store::{Connection, applications, documents, published};

/// One thing that could not be obeyed.
#[derive(Clone, Debug)]
pub struct Unfit {
    /// What the audit log calls such a thing.
    pub kind: &'static str,
    /// The application, where it is about one.
    pub application: Option<ApplicationId>,
    /// Whether it is itself what was changed, rather than broken by that.
    pub changed: bool,
    pub problem: Problem,
}

impl Unfit {
    /// What was sent alone needs no name; anything else does.
    #[must_use]
    pub fn told(self, alone: bool) -> Invalid {
        match self.application {
            Some(_) if !(alone && self.changed) => of_another(self.problem),
            _ => Invalid::from(self.problem),
        }
    }
}

/// Checks what the changes of `changed` leave behind: all problems that they bring.
pub async fn whole(
    connection: &mut Connection,
    state: &State,
    changed: &[Target],
) -> Result<Vec<Unfit>, Refused> {
    let mut all = unfit_documents(connection, changed).await?;
    all.extend(unfit_groups(connection, state).await?);
    let mut set_aside = unfit(connection, state).await?;
    let is_changed = |id: &ApplicationId| {
        let same = |target: &Target| target.id.as_deref() == Some(id.as_str());
        changed
            .iter()
            .any(|target| target.kind == "application" && same(target))
    };
    if set_aside.iter().any(|aside| !is_changed(&aside.id)) {
        let mut committed = state.store.read().await?;
        let before = unfit(&mut committed, state).await?;
        set_aside.retain(|aside| is_changed(&aside.id) || before.iter().all(|b| b.id != aside.id));
    }
    for aside in set_aside {
        let unfit = |problem| Unfit {
            kind: "application",
            application: Some(aside.id.clone()),
            changed: is_changed(&aside.id),
            problem,
        };
        all.extend(aside.problems.into_iter().map(unfit));
    }
    Ok(all)
}

/// The groups of guests that have lost a list by the change: nobody in them could come in.
async fn unfit_groups(connection: &mut Connection, state: &State) -> Result<Vec<Unfit>, Refused> {
    let heads = published::ip_lists(connection).await?;
    let is_there = |id: &RuleId| heads.iter().any(|head| head.id == *id);
    let mut unfit = network::unfit(connection, is_there).await?;
    if !unfit.is_empty() {
        let mut committed = state.store.read().await?;
        let heads = published::ip_lists(&mut committed).await?;
        let is_there = |id: &RuleId| heads.iter().any(|head| head.id == *id);
        let before = network::unfit(&mut committed, is_there).await?;
        unfit.retain(|(id, _)| before.iter().all(|(b, _)| b != id));
    }
    let unfit = unfit.into_iter().map(|(_, problem)| Unfit {
        kind: "group",
        application: None,
        changed: false,
        problem,
    });
    Ok(unfit.collect())
}

/// What is wrong with the documents among the changes.
async fn unfit_documents(
    connection: &mut Connection,
    changed: &[Target],
) -> Result<Vec<Unfit>, Refused> {
    let mut all = Vec::new();
    for target in changed {
        let problems = match target.kind {
            documents::BRAND => appearance::get::<Brand>(connection).await?.body.problems(),
            documents::WATERMARK => {
                let watermark = appearance::get::<Watermark>(connection).await?;
                watermark.body.problems()
            }
            _ => Vec::new(),
        };
        all.extend(problems.into_iter().map(|problem| Unfit {
            kind: target.kind,
            application: None,
            changed: true,
            problem,
        }));
    }
    Ok(all)
}

/// The applications that could not be obeyed.
async fn unfit(connection: &mut Connection, state: &State) -> Result<Vec<SetAside>, Refused> {
    let lists = lists(connection).await?;
    let rows = applications::all(connection).await?;
    let sorted = sort_out(rows, |id| lists.get(id).map(Arc::clone));
    let is_ours = |host: &str| state.settings.is_own_host(host);
    let at_ours = sorted.good.iter().filter_map(|application| {
        let mut hosts = application.hosts.iter().enumerate();
        let problem = hosts.find_map(|(index, host)| match host {
            HostPattern::Exact(name) if is_ours(name) => Some(own_host(application, index, name)),
            _ => None,
        })?;
        Some(SetAside::of(Application::clone(application), vec![problem]))
    });
    Ok(at_ours.chain(sorted.set_aside.iter().cloned()).collect())
}

/// The IP lists without their entries.
async fn lists(connection: &mut Connection) -> Result<HashMap<RuleId, Arc<IpList>>, Refused> {
    let heads = published::ip_lists(connection).await?;
    let without_entries = |head: published::ListHead| {
        let list = IpList {
            id: head.id.clone(),
            name: head.name,
            effect: head.effect,
            entries: Arc::from([]),
        };
        (head.id, Arc::new(list))
    };
    Ok(heads.into_iter().map(without_entries).collect())
}

fn own_host(application: &Application, index: usize, host: &str) -> Problem {
    Problem {
        source: format!("application {}", application.id),
        key: format!("hosts.{index}"),
        what: (
            &*format!("{host} is a host of our own, where people sign in"),
            &*format!("{host} 是用于登录或管理的专用域名"),
        )
            .into(),
        allowed: ("a host name of the application's own", "应用自己的域名").into(),
    }
}

fn of_another(problem: Problem) -> Invalid {
    let id = problem.source.trim_start_matches("application ");
    Invalid {
        what: (
            &*format!("application {id}: {}", problem.what.en),
            &*format!("应用 {id}：{}", problem.what.zh_cn),
        )
            .into(),
        field: problem.key,
        allowed: problem.allowed,
    }
}
