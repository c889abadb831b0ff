//! Looks after a pool in the background: resolves names, runs the active checks. Ends with the pool.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use config::snapshot::HealthCheck;
use config::snapshot::destination::is_never_an_application;
use futures::future::join_all;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::probe::Probe;
use super::{Core, Member};

/// How long an answer of the resolver is believed. The system's resolver does not tell a better time.
const BELIEVED: Duration = Duration::from_secs(30);
/// Names are not asked for more often than this, however many connections fail.
const PAUSE: Duration = Duration::from_secs(1);
const RESOLVER_PATIENCE: Duration = Duration::from_secs(10);

/// Starts the tasks that the pool needs, if any, in the current runtime.
pub fn start(core: &Arc<Core>, stop: &CancellationToken) {
    let has_names = core.members.iter().any(|m| m.addresses.name().is_some());
    let check = core.health_check.clone();
    if check.is_none() {
        core.members.iter().for_each(|m| m.health.checks_ended());
    }
    if !has_names && check.is_none() {
        return;
    }
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        tracing::warn!("a pool was made outside of a runtime: its upstreams go unchecked");
        return;
    };
    if has_names {
        let (core, stop) = (Arc::clone(core), stop.clone());
        runtime.spawn(async move { stop.run_until_cancelled(keep_resolved(&core)).await });
    }
    if let Some(check) = check {
        let (core, stop) = (Arc::clone(core), stop.clone());
        runtime.spawn(async move { stop.run_until_cancelled(keep_checked(&core, &check)).await });
    }
}

async fn keep_resolved(core: &Core) {
    loop {
        join_all(core.members.iter().map(|m| resolve(core, m))).await;
        core.resolved.notify_waiters();
        sleep(PAUSE).await;
        let _ = timeout(BELIEVED.saturating_sub(PAUSE), core.refresh.notified()).await;
    }
}

async fn resolve(core: &Core, member: &Member) {
    let Some(name) = member.addresses.name() else {
        return;
    };
    let found = match timeout(RESOLVER_PATIENCE, lookup_host(name)).await {
        Ok(Ok(found)) => {
            let mut found: Vec<SocketAddr> = found
                .filter(|address| !is_never_an_application(address.ip()))
                .collect();
            found.sort_unstable();
            found.dedup();
            found
        }
        Ok(Err(error)) => {
            tracing::warn!(upstream = %member.address, %error, "the name cannot be resolved");
            Vec::new()
        }
        Err(_) => {
            tracing::warn!(upstream = %member.address, "the resolver does not answer");
            Vec::new()
        }
    };
    let found = if found.len() > 1 {
        those_that_listen(found, core.connect_timeout).await
    } else {
        found
    };
    member.addresses.learn(found);
}

/// Of several addresses of one name, such as both of `localhost`, those that take a connection; all
/// of them if none does.
async fn those_that_listen(found: Vec<SocketAddr>, patience: Duration) -> Vec<SocketAddr> {
    let tries = found.iter().map(|address| async move {
        matches!(
            timeout(patience, TcpStream::connect(address)).await,
            Ok(Ok(_))
        )
    });
    let listening: Vec<SocketAddr> = join_all(tries)
        .await
        .into_iter()
        .zip(&found)
        .filter_map(|(listens, address)| listens.then_some(*address))
        .collect();
    if listening.is_empty() {
        found
    } else {
        listening
    }
}

async fn keep_checked(core: &Core, check: &HealthCheck) {
    let mut ticks = interval(Duration::from_millis(check.interval_ms.max(100)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let changed = join_all(core.members.iter().map(|m| check_one(core, m, check))).await;
        if changed.contains(&true) {
            core.renew_turns();
        }
    }
}

/// True if the upstream came or went.
async fn check_one(core: &Core, member: &Member, check: &HealthCheck) -> bool {
    if member.addresses.never_asked() {
        return false;
    }
    let probe = Probe {
        template: &core.template,
        host: core.fixed_host.as_deref().unwrap_or(&member.address),
        path: &check.path,
        patience: Duration::from_millis(check.timeout_ms),
    };
    let addresses = member.addresses.all();
    let answers = join_all(addresses.iter().map(|address| probe.ask(*address))).await;
    let good = answers.iter().any(Result::is_ok);
    let changed = member
        .health
        .checked(good, check.healthy_after, check.unhealthy_after);
    if changed && good {
        tracing::info!(upstream = %member.address, "answers its checks again");
    } else if changed {
        let why = answers.into_iter().find_map(Result::err);
        let why = why.unwrap_or_else(|| "no address is known".into());
        tracing::warn!(upstream = %member.address, why, "does not answer its checks");
    }
    changed
}
