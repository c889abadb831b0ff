//! Assembles a gateway and runs it until it is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use config::clock::Stopwatch;
use config::{Clock, Link, Settings};
use parking_lot::Mutex;
use pingora::proxy::HttpProxy;
use pingora::server::Fds;
use pingora::server::configuration::ServerConf;
use pingora::services::Service;
use tokio::sync::{mpsc, watch};

use crate::answer::Answers;
use crate::cut::Cuttable;
use crate::gate::Gate;
use crate::listeners::door::{Door, Inside};
use crate::listeners::{self, ListenError, Sockets};
use crate::own_pages::Bridge;
use crate::path::access_event::Recorder;
use crate::proxy::Proxy;
use crate::signals::Signal;

/// Requests that are under way when the gateway is told to stop may take so long to end.
const DRAIN_WITHIN: Duration = Duration::from_secs(30);

/// Everything that a gateway is made of.
pub struct Parts {
    pub settings: Arc<Settings>,
    pub link: Link,
    /// Where our own pages run.
    pub admin: tokio::runtime::Handle,
    pub registry: prometheus::Registry,
    pub clock: Clock,
    pub signals: mpsc::UnboundedReceiver<Signal>,
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("the threads of the gateway cannot be started: {0}")]
    Threads(std::io::Error),
}

/// Runs a gateway on threads of its own until it is told to stop, and all that was open has ended
/// or its time is up.
pub fn run(parts: Parts) -> Result<(), RunError> {
    pingora::tls::install_default_crypto_provider();
    let sockets: Sockets = Arc::new(Mutex::new(Fds::new()));
    listeners::bind(&parts.settings.listeners, &sockets)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("gateway")
        .build()
        .map_err(RunError::Threads)?;
    let result = runtime.block_on(serve(parts, sockets));
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

async fn serve(parts: Parts, sockets: Sockets) -> Result<(), RunError> {
    let open = Arc::new(AtomicUsize::new(0));
    let settings = Arc::clone(&parts.settings);
    let mut signals = parts.signals;
    let inside = assemble(&settings, parts.link, parts.admin, parts.clock, &open);
    let (stop, stopping) = watch::channel(false);
    for listener in &settings.listeners {
        let mut service = listeners::service(listener, Door::new(Arc::clone(&inside)))?;
        let (sockets, stopping) = (Arc::clone(&sockets), stopping.clone());
        tokio::spawn(async move {
            Service::start_service(&mut service, Some(sockets), stopping, 1).await;
        });
        tracing::info!(address = %listener.address, tls = listener.tls.is_some(), "listening");
    }
    loop {
        match signals.recv().await {
            Some(Signal::Reload) => {}
            Some(Signal::Quit) => return Ok(()),
            Some(Signal::Stop | Signal::Upgrade) | None => break,
        }
    }
    let _ = stop.send(true);
    drain(&open).await;
    Ok(())
}

fn assemble(
    settings: &Settings,
    link: Link,
    admin: tokio::runtime::Handle,
    clock: Clock,
    open: &Arc<AtomicUsize>,
) -> Arc<Inside> {
    let recorder = Arc::new(Recorder {
        events: link.events.clone(),
        clock: clock.clone(),
        open: Arc::clone(open),
    });
    let pages = Bridge::new(link.pages.clone(), admin);
    let (gate, feed) = Gate::open(settings, link, clock);
    tokio::spawn(Arc::clone(&gate).follow(feed));
    let proxy = Proxy {
        answers: Answers::new(Arc::clone(&gate)),
        gate,
        pages,
        recorder,
    };
    let mut http = HttpProxy::new(proxy, Arc::new(ServerConf::default()));
    http.handle_init_modules();
    http.h2_options = Some(listeners::h2::options());
    Arc::new(Cuttable(Arc::new(http)))
}

/// Waits until no exchange is open.
async fn drain(open: &AtomicUsize) {
    let since = Stopwatch::start();
    tracing::info!(open = open.load(Ordering::Acquire), "draining");
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let left = open.load(Ordering::Acquire);
        if left == 0 {
            return;
        }
        if since.elapsed() > DRAIN_WITHIN {
            tracing::warn!(
                left,
                "exchanges were still open when the time to drain was up"
            );
            return;
        }
    }
}
