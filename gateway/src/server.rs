//! Assembles a gateway and runs it until it is told to stop.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use config::clock::Stopwatch;
use config::settings::Listener;
use config::{Clock, Link, Settings};
use parking_lot::Mutex;
use pingora::apps::HttpServerOptions;
use pingora::listeners::ListenerConfig;
use pingora::proxy::HttpProxy;
use pingora::server::Fds;
use pingora::server::configuration::ServerConf;
use pingora::services::Service;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::answer::Answers;
use crate::cut::Cuttable;
use crate::gate::Gate;
use crate::listeners::certificates::Certificates;
use crate::listeners::door::{Door, Inside};
use crate::listeners::proxy_protocol::ProxyProtocol;
use crate::listeners::redirect::Redirect;
use crate::listeners::{self, ListenError, Sockets};
use crate::metrics::Metrics;
use crate::monitor::{self, Monitor, OtherHealth};
use crate::own_pages::Bridge;
use crate::path::access_event::Recorder;
use crate::proxy::Proxy;
use crate::reload::{Reloader, SetLogFilter, at_rest};
use crate::signals::Signal;

/// Everything that a gateway is made of.
pub struct Parts {
    pub settings: Arc<Settings>,
    pub link: Link,
    /// Where our own pages run.
    pub admin: tokio::runtime::Handle,
    pub registry: prometheus::Registry,
    pub clock: Clock,
    pub signals: mpsc::UnboundedReceiver<Signal>,
    /// What keeps the other half of the program from doing its work.
    pub other_health: OtherHealth,
    pub set_log_filter: SetLogFilter,
    /// Take the listening sockets over from the process that runs already.
    pub upgrade: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("the threads of the gateway cannot be started: {0}")]
    Threads(std::io::Error),
    #[error("the monitor cannot listen on {0}: {1}; free the address or change [monitor] address")]
    Monitor(std::net::SocketAddr, std::io::Error),
    #[error("the metrics cannot be registered: {0}")]
    Metrics(#[from] prometheus::Error),
    #[error(
        "the listening sockets were not handed over at {place}: {why}; send SIGQUIT to the process \
         that holds them within 5 seconds after this one has started"
    )]
    Upgrade { place: String, why: String },
}

/// Runs a gateway on threads of its own until it is told to stop, and all that was open has ended
/// or its time is up.
///
/// # Errors
/// If it cannot start; nothing listens then.
pub fn run(parts: Parts) -> Result<(), RunError> {
    pingora::tls::install_default_crypto_provider();
    let certificates = Certificates::load(&parts.settings).map_err(ListenError::from)?;
    let sockets: Sockets = Arc::new(Mutex::new(Fds::new()));
    if parts.upgrade {
        inherit(&parts.settings, &sockets)?;
    }
    listeners::bind(&parts.settings.listeners, &sockets)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(parts.settings.limits.threads)
        .enable_all()
        .thread_name("gateway")
        .build()
        .map_err(RunError::Threads)?;
    let result = runtime.block_on(serve(parts, sockets, certificates));
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

/// What is counted of all listeners together.
#[derive(Clone, Default)]
struct Open {
    connections: Arc<AtomicUsize>,
    exchanges: Arc<AtomicUsize>,
}

async fn serve(
    mut parts: Parts,
    sockets: Sockets,
    certificates: Certificates,
) -> Result<(), RunError> {
    let settings = Arc::clone(&parts.settings);
    let metrics = Arc::new(Metrics::register(&parts.registry)?);
    let (open, feed_pulse) = (Open::default(), parts.link.feed.clone());
    let monitor_socket = monitor::bind(settings.monitor.address)
        .await
        .map_err(|why| RunError::Monitor(settings.monitor.address, why))?;
    let pages = Bridge::new(parts.link.pages.clone(), parts.admin, &settings.limits);
    let (gate, feed) = Gate::open(&settings, parts.link, parts.clock.clone());
    tokio::spawn(Arc::clone(&gate).follow(feed));
    let inside = assemble(&settings, &gate, pages, &metrics, &open);
    let (stop, stopping) = watch::channel(false);
    let mut endpoints = Vec::new();
    for listener in &settings.listeners {
        endpoints.push(listeners::endpoint(listener, certificates.of(listener))?);
    }
    for (listener, endpoint) in settings.listeners.iter().zip(endpoints) {
        let app = App {
            gate: &gate,
            inside: &inside,
            settings: &settings,
            open: &open,
        };
        start(listener, endpoint, &app, &sockets, &stopping);
    }
    let ended = CancellationToken::new();
    let watched = Monitor {
        registry: parts.registry,
        metrics,
        gate: Arc::clone(&gate),
        certificates: certificates.clone(),
        feed: feed_pulse,
        connections: Arc::clone(&open.connections),
        exchanges: Arc::clone(&open.exchanges),
        other: parts.other_health,
        clock: parts.clock.clone(),
    };
    tokio::spawn(watched.serve(monitor_socket, ended.clone()));
    let reloader = Reloader {
        settings: Arc::clone(&settings),
        gate,
        certificates,
        set_log_filter: parts.set_log_filter,
        clock: parts.clock,
    };
    let graceful = until_told(&mut parts.signals, reloader, &settings, &sockets).await;
    let _ = stop.send(true);
    if graceful {
        drain(&open.exchanges, settings.limits.drain).await;
    }
    ended.cancel();
    Ok(())
}

fn assemble(
    settings: &Settings,
    gate: &Arc<Gate>,
    pages: Bridge,
    metrics: &Arc<Metrics>,
    open: &Open,
) -> Arc<Inside> {
    let recorder = Arc::new(Recorder {
        events: gate.events.clone(),
        clock: gate.clock.clone(),
        open: Arc::clone(&open.exchanges),
        metrics: Arc::clone(metrics),
    });
    let proxy = Proxy {
        answers: Answers::new(Arc::clone(gate)),
        gate: Arc::clone(gate),
        pages,
        recorder,
        limits: settings.limits.clone(),
    };
    let mut http = HttpProxy::new(proxy, Arc::new(ServerConf::default()));
    http.handle_init_modules();
    http.h2_options = Some(listeners::h2::options(&settings.limits));
    let mut options = HttpServerOptions::default();
    options.h2_idle_timeout = Some(settings.limits.keep_alive);
    http.server_options = Some(options);
    Arc::new(Cuttable(Arc::new(http)))
}

/// What the services of the listeners share.
struct App<'a> {
    gate: &'a Arc<Gate>,
    inside: &'a Arc<Inside>,
    settings: &'a Settings,
    open: &'a Open,
}

fn start(
    listener: &Listener,
    endpoint: ListenerConfig,
    app: &App<'_>,
    sockets: &Sockets,
    stopping: &watch::Receiver<bool>,
) {
    let header = listener
        .proxy_protocol
        .then(|| ProxyProtocol::new(Arc::clone(app.gate)));
    let (plain_header, tls_header) = match listener.tls {
        Some(_) => (None, header),
        None => (header, None),
    };
    let limits = &app.settings.limits;
    let service: Box<dyn Service> = if listener.redirect_to_https {
        let redirect = Redirect::new(Arc::clone(app.gate), limits.head_timeout, plain_header);
        Box::new(listeners::service(listener, endpoint, tls_header, redirect))
    } else {
        let connections = Arc::clone(&app.open.connections);
        let door =
            Door::new(Arc::clone(app.inside), limits.clone(), connections).expecting(plain_header);
        Box::new(listeners::service(listener, endpoint, tls_header, door))
    };
    let (mut service, sockets, stopping) = (service, Arc::clone(sockets), stopping.clone());
    tokio::spawn(async move { service.start_service(Some(sockets), stopping, 1).await });
    tracing::info!(address = %listener.address, tls = listener.tls.is_some(), "listening");
}

/// Waits for the signal to stop, reloading meanwhile when told to. Returns whether what is open
/// may end by itself.
async fn until_told(
    signals: &mut mpsc::UnboundedReceiver<Signal>,
    mut reloader: Reloader,
    settings: &Settings,
    sockets: &Sockets,
) -> bool {
    let mut watching = match reloader.watch() {
        Ok(watching) => Some(watching),
        Err(why) => {
            tracing::warn!(%why, "changed files are not noticed; send SIGHUP after a change");
            None
        }
    };
    loop {
        let changed = async {
            match &mut watching {
                Some((_, changes)) => at_rest(changes).await,
                None => std::future::pending().await,
            }
        };
        let signal = tokio::select! {
            signal = signals.recv() => signal,
            Some(()) = changed => Some(Signal::Reload),
        };
        match signal {
            Some(Signal::Reload) => {
                // Reads files: not on a thread that serves requests.
                if let Ok(back) = tokio::task::spawn_blocking(move || {
                    reloader.reload();
                    reloader
                })
                .await
                {
                    reloader = back;
                } else {
                    tracing::error!("reloading has failed; nothing is read again from now on");
                    return wait_to_stop(signals).await;
                }
            }
            Some(Signal::Quit) => return false,
            Some(Signal::Stop) | None => return true,
            Some(Signal::Upgrade) => {
                hand_over(settings, sockets).await;
                return true;
            }
        }
    }
}

async fn wait_to_stop(signals: &mut mpsc::UnboundedReceiver<Signal>) -> bool {
    loop {
        match signals.recv().await {
            Some(Signal::Quit) => return false,
            Some(Signal::Reload) => {}
            Some(Signal::Stop | Signal::Upgrade) | None => return true,
        }
    }
}

/// Waits until no exchange is open.
async fn drain(open: &AtomicUsize, within: Duration) {
    let since = Stopwatch::start();
    tracing::info!(
        open = open.load(Ordering::Acquire),
        "stopping: waiting for what is open"
    );
    loop {
        // Whoever was just accepted gets a moment to send a request.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let left = open.load(Ordering::Acquire);
        if left == 0 {
            return;
        }
        if since.elapsed() > within {
            tracing::warn!(
                left,
                "exchanges were still open when the time to drain was up"
            );
            return;
        }
    }
}

/// Where listening sockets pass from one process to the next.
fn meeting_place(settings: &Settings) -> PathBuf {
    settings.data.join("upgrade.sock")
}

fn inherit(settings: &Settings, sockets: &Sockets) -> Result<(), RunError> {
    let place = meeting_place(settings);
    let path = place.to_string_lossy().into_owned();
    tracing::info!(
        path,
        "waiting for the listening sockets; send SIGQUIT to the old process"
    );
    let received = sockets.lock().get_from_sock(path.as_str());
    received.map_err(|why| RunError::Upgrade {
        why: why.to_string(),
        place: path,
    })
}

async fn hand_over(settings: &Settings, sockets: &Sockets) {
    let (path, sockets) = (meeting_place(settings), Arc::clone(sockets));
    let sending = tokio::task::spawn_blocking(move || {
        sockets.lock().send_to_sock(path.to_string_lossy().as_ref())
    });
    match sending.await {
        Ok(Ok(_)) => tracing::info!("the listening sockets have been handed over"),
        Ok(Err(why)) => tracing::error!(%why, "nobody took the listening sockets over"),
        Err(why) => tracing::error!(%why, "the listening sockets were not handed over"),
    }
}
