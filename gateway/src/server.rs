//! Assembles a gateway and runs it until it is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use config::clock::Stopwatch;
use config::settings::{Limits, Listener};
use config::{Clock, Link, Settings};
use pingora::apps::HttpServerOptions;
use pingora::listeners::ListenerConfig;
use pingora::proxy::HttpProxy;
use pingora::server::configuration::ServerConf;
use pingora::services::Service;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::answer::Answers;
use crate::cut::Cuttable;
use crate::gate::Gate;
use crate::listeners::certificates::Certificates;
use crate::listeners::connections::Connections;
use crate::listeners::door::{Door, Inside, LAST_REQUESTS_WITHIN};
use crate::listeners::patience::Patience;
use crate::listeners::proxy_protocol::ProxyProtocol;
use crate::listeners::redirect::Redirect;
use crate::listeners::unread::UnreadHeads;
use crate::listeners::{self, ListenError, Sockets};
use crate::metrics::Metrics;
use crate::monitor::{self, Monitor, OtherHealth};
use crate::open_files::room_for;
use crate::own_pages::Bridge;
use crate::path::access_event::Recorder;
use crate::path::visit::Entrance;
use crate::proxy::Proxy;
use crate::reload::watch::{at_rest, watch};
use crate::reload::{ReadAgain, Reloader, SetLogFilter};
use crate::signals::Signal;
use crate::surroundings::Sight;
use crate::upgrade;

/// Connections to upstreams that are kept while nobody uses them, over all pools. Making one costs a
/// round trip, with TLS several; keeping one costs a socket.
const KEPT_CONNECTIONS: usize = 1024;

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
    pub read_again: ReadAgain,
    /// The listening sockets of the process that this one replaces, or none yet.
    pub sockets: Sockets,
    /// Called once, before anybody comes through the gate: joins what the other half of the program
    /// asks of the policy, and of what is seen from here.
    pub opened: Box<dyn FnOnce(Sight) + Send>,
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
}

/// What a process does once, before anything that speaks TLS.
pub fn prepare_process() {
    pingora::tls::install_default_crypto_provider();
}

/// Runs a gateway on threads of its own until it is told to stop, and all that was open has ended
/// or its time is up.
///
/// # Errors
/// If it cannot start; nothing listens then.
pub fn run(parts: Parts) -> Result<(), RunError> {
    prepare_process();
    let now = parts.clock.now();
    let certificates = Certificates::load(&parts.settings, now).map_err(ListenError::from)?;
    certificates.tell_of_expired(now);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(parts.settings.limits.threads)
        .enable_all()
        .thread_name("gateway")
        .build()
        .map_err(RunError::Threads)?;
    let result = runtime.block_on(serve(parts, certificates));
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

/// How many connections operators may have.
const OPERATORS: usize = 256;

/// What is counted of all listeners together.
#[derive(Clone)]
struct Open {
    connections: Connections,
    /// Behind the listeners for operators, who get in also while all others fill theirs.
    operators: Connections,
    patience: Patience,
    exchanges: Arc<AtomicUsize>,
}

impl Open {
    fn within(settings: &Settings, metrics: &Metrics) -> Self {
        let has_operators = settings.listeners.iter().any(|listener| listener.admin);
        let of_operators = if has_operators { OPERATORS } else { 0 };
        let most = room_for(settings.limits.connections, of_operators);
        Self {
            connections: Connections::limited_to(most, metrics.refused.clone()),
            operators: Connections::limited_to(OPERATORS.min(most), metrics.refused.clone()),
            patience: Patience::begin(),
            exchanges: Arc::default(),
        }
    }
}

async fn serve(mut parts: Parts, certificates: Certificates) -> Result<(), RunError> {
    let (settings, sockets) = (Arc::clone(&parts.settings), Arc::clone(&parts.sockets));
    let takes_over = !sockets.lock().is_empty();
    listeners::bind(&settings.listeners, &sockets)?;
    let metrics = Arc::new(Metrics::register(&parts.registry)?);
    let (open, feed_pulse) = (Open::within(&settings, &metrics), parts.link.feed.clone());
    certificates.keep_up_with(&parts.link.snapshots, &parts.clock);
    let monitor_socket = monitor::bind(settings.monitor.address)
        .await
        .map_err(|why| RunError::Monitor(settings.monitor.address, why))?;
    let pages = Bridge::new(parts.link.pages.clone(), parts.admin, &settings.limits);
    let (gate, feed) = Gate::open(&settings, parts.link, parts.clock.clone());
    (parts.opened)(Sight::new(&gate, &certificates));
    tokio::spawn(Arc::clone(&gate).follow(feed));
    upgrade::until_it_knows_the_rules(&gate, &certificates, takes_over).await;
    let app = App {
        gate: &gate,
        inside: &assemble(&settings, &gate, &pages, &metrics, &open),
        settings: &settings,
        open: &open,
        unread: Arc::new(UnreadHeads::new(Arc::clone(&gate), Arc::clone(&metrics))),
    };
    let stop = listen(&app, &certificates, &sockets)?;
    let ended = CancellationToken::new();
    let watched = Monitor {
        registry: parts.registry,
        metrics,
        gate: Arc::clone(&gate),
        certificates: certificates.clone(),
        feed: feed_pulse,
        connections: [open.connections.clone(), open.operators.clone()],
        exchanges: Arc::clone(&open.exchanges),
        other: parts.other_health,
        clock: parts.clock.clone(),
        looking: parking_lot::Mutex::default(),
    };
    tokio::spawn(watched.serve(monitor_socket, ended.clone()));
    let reloader = Reloader {
        settings: Arc::clone(&settings),
        gate: Arc::clone(&gate),
        certificates,
        set_log_filter: parts.set_log_filter,
        read_again: parts.read_again,
        clock: parts.clock,
    };
    let how = until_told(&mut parts.signals, reloader, &settings, &sockets).await;
    wind_down(&how, &settings, &stop, &gate, &open.exchanges).await;
    ended.cancel();
    Ok(())
}

/// Opens all listeners, or none. What is returned tells them to accept nothing more.
fn listen(
    app: &App<'_>,
    certificates: &Certificates,
    sockets: &Sockets,
) -> Result<watch::Sender<bool>, ListenError> {
    let (stop, stopping) = watch::channel(false);
    let listeners = &app.settings.listeners;
    let endpoints = listeners
        .iter()
        .map(|listener| listeners::endpoint(listener, certificates.of(listener)))
        .collect::<Result<Vec<_>, _>>()?;
    for (listener, endpoint) in listeners.iter().zip(endpoints) {
        start(listener, endpoint, app, sockets, &stopping);
    }
    Ok(stop)
}

/// Accepts nothing more, and lets what is open end. Who waits for another process to take over is not
/// kept waiting by what would never end.
async fn wind_down(
    how: &Signal,
    settings: &Settings,
    stop: &watch::Sender<bool>,
    gate: &Gate,
    exchanges: &AtomicUsize,
) {
    let _ = stop.send(true);
    let within = settings.limits.drain;
    let open = || exchanges.load(Ordering::Acquire);
    match how {
        Signal::Quit => {}
        Signal::Upgrade => {
            let ending = || open().saturating_sub(gate.open.endless());
            drain(ending, within.min(upgrade::DRAIN_WITHIN)).await;
        }
        _ => drain(open, within).await,
    }
}

fn assemble(
    settings: &Settings,
    gate: &Arc<Gate>,
    pages: &Bridge,
    metrics: &Arc<Metrics>,
    open: &Open,
) -> Insides {
    let recorder = Arc::new(Recorder {
        events: gate.events.clone(),
        clock: gate.clock.clone(),
        open: Arc::clone(&open.exchanges),
        metrics: Arc::clone(metrics),
    });
    let proxy = |entrance| Proxy {
        entrance,
        answers: Answers::new(Arc::clone(gate)),
        gate: Arc::clone(gate),
        pages: pages.clone(),
        recorder: Arc::clone(&recorder),
        limits: settings.limits.clone(),
    };
    Insides {
        public: inside(proxy(Entrance::Public), &settings.limits),
        admin: inside(proxy(Entrance::Admin), &settings.limits),
    }
}

fn inside(proxy: Proxy, limits: &Limits) -> Arc<Inside> {
    let conf = ServerConf {
        upstream_keepalive_pool_size: KEPT_CONNECTIONS,
        ..ServerConf::default()
    };
    let mut http = HttpProxy::new(proxy, Arc::new(conf));
    http.handle_init_modules();
    http.h2_options = Some(listeners::h2::options(limits));
    let mut options = HttpServerOptions::default();
    options.h2_idle_timeout = Some(limits.keep_alive);
    http.server_options = Some(options);
    Arc::new(Cuttable(Arc::new(http)))
}

/// What is behind the listeners for everybody, and behind those for operators.
struct Insides {
    public: Arc<Inside>,
    admin: Arc<Inside>,
}

/// What the services of the listeners share.
struct App<'a> {
    gate: &'a Arc<Gate>,
    inside: &'a Insides,
    settings: &'a Settings,
    open: &'a Open,
    unread: Arc<UnreadHeads>,
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
        let redirect = Redirect::new(
            Arc::clone(app.gate),
            limits.head_timeout,
            app.open.connections.clone(),
            plain_header,
        );
        Box::new(listeners::service(listener, endpoint, tls_header, redirect))
    } else {
        let (inside, connections) = if listener.admin {
            (&app.inside.admin, &app.open.operators)
        } else {
            (&app.inside.public, &app.open.connections)
        };
        let door = Door::new(
            Arc::clone(inside),
            limits.clone(),
            connections.clone(),
            app.open.patience.clone(),
            Arc::clone(&app.unread),
        )
        .expecting(plain_header);
        Box::new(listeners::service(listener, endpoint, tls_header, door))
    };
    let (mut service, sockets, stopping) = (service, Arc::clone(sockets), stopping.clone());
    tokio::spawn(async move { service.start_service(Some(sockets), stopping, 1).await });
    tracing::info!(address = %listener.address, tls = listener.tls.is_some(), "listening");
}

/// Waits for the signal to stop, reloading meanwhile when told to. Whoever says that another process
/// shall take over is obeyed if there is one.
async fn until_told(
    signals: &mut mpsc::UnboundedReceiver<Signal>,
    mut reloader: Reloader,
    settings: &Settings,
    sockets: &Sockets,
) -> Signal {
    let mut watching = watch(&reloader.settings)
        .inspect_err(|why| {
            tracing::warn!(%why, "changed files are not noticed; send SIGHUP after a change");
        })
        .ok();
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
        match signal.unwrap_or(Signal::Stop) {
            Signal::Reload => {}
            Signal::Upgrade if !upgrade::hand_over(settings, sockets).await => continue,
            told => return told,
        }
        // Reads files: not on a thread that serves requests.
        let reloading = tokio::task::spawn_blocking(move || {
            reloader.reload();
            reloader
        });
        match reloading.await {
            Ok(back) => reloader = back,
            Err(why) => {
                tracing::error!(%why, "reloading has failed; nothing is read again from now on");
                return until_told_to_stop(signals, settings, sockets).await;
            }
        }
    }
}

async fn until_told_to_stop(
    signals: &mut mpsc::UnboundedReceiver<Signal>,
    settings: &Settings,
    sockets: &Sockets,
) -> Signal {
    loop {
        match signals.recv().await.unwrap_or(Signal::Stop) {
            Signal::Reload => {}
            Signal::Upgrade if !upgrade::hand_over(settings, sockets).await => {}
            told => return told,
        }
    }
}

/// Waits until no exchange is open.
async fn drain(open: impl Fn() -> usize, within: Duration) {
    let since = Stopwatch::start();
    tracing::info!(open = open(), "stopping: waiting for what is open");
    tokio::time::sleep(LAST_REQUESTS_WITHIN).await;
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let left = open();
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
