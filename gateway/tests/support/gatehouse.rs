//! A gateway that runs in this process, with a link made by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use config::link::{EventSender, FeedPulse, OwnPages, PageBody};
use config::session::Revocation;
use config::settings::{AccessHost, CertificateFiles, Listener, ListenerTls, Settings};
use config::snapshot::{Application, Snapshot};
use config::{AccessEvent, Clock, Link};
use gateway::signals::Signal;
use http_body_util::BodyExt;
use tokio::sync::{mpsc, watch};
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

use super::authority::Authority;
use super::people::{People, SignedIn};
use super::{applications, free_address};

/// The access host of every gateway here.
pub const ACCESS: &str = "access.example.com";

pub struct Gatehouse {
    /// The first listener.
    pub address: SocketAddr,
    pub monitor: SocketAddr,
    pub people: Arc<People>,
    pub clock: Clock,
    pub data: tempfile::TempDir,
    snapshots: watch::Sender<Option<Arc<Snapshot>>>,
    revision: u64,
    revocations: mpsc::UnboundedSender<Revocation>,
    events: mpsc::UnboundedReceiver<AccessEvent>,
    pub signals: mpsc::UnboundedSender<Signal>,
    thread: Option<JoinHandle<Result<(), gateway::RunError>>>,
}

pub struct Builder {
    pub settings: Settings,
    applications: Option<Vec<Application>>,
    change: Box<dyn FnOnce(&mut Snapshot)>,
    pages: Router,
    data: tempfile::TempDir,
    sockets: gateway::listeners::Sockets,
}

impl Builder {
    pub fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let access = AccessHost {
            url: format!("https://{ACCESS}").parse().unwrap(),
        };
        let mut settings = Settings::with_defaults(data.path().to_path_buf(), access);
        settings.limits.threads = 2;
        settings.limits.drain = Duration::from_secs(5);
        settings.monitor.address = free_address();
        settings.listeners.push(Listener {
            address: free_address(),
            tls: None,
            redirect_to_https: false,
            admin: false,
            proxy_protocol: false,
        });
        Self {
            settings,
            applications: Some(Vec::new()),
            change: Box::new(|_| ()),
            pages: Router::new(),
            data,
            sockets: gateway::upgrade::no_sockets(),
        }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    pub fn applications(mut self, applications: Vec<Application>) -> Self {
        self.applications = Some(applications);
        self
    }

    /// Its first listener speaks TLS with HTTP/2, as this host.
    pub fn secured_by(mut self, authority: &Authority, host: &str) -> Self {
        let signed = authority.sign(host);
        let file = |name: &str| self.data.path().join(format!("{host}.{name}"));
        let (certificate, key) = (file("crt"), file("key"));
        std::fs::write(&certificate, signed.certificate_pem).unwrap();
        std::fs::write(&key, signed.key_pem).unwrap();
        let listener = Listener {
            address: free_address(),
            tls: Some(ListenerTls {
                certificates: vec![CertificateFiles { certificate, key }],
                client_authority: None,
                http2: true,
            }),
            redirect_to_https: false,
            admin: false,
            proxy_protocol: false,
        };
        self.settings.listeners.insert(0, listener);
        self
    }

    /// Changes the first snapshot.
    pub fn snapshot(mut self, change: impl FnOnce(&mut Snapshot) + 'static) -> Self {
        self.change = Box::new(change);
        self
    }

    pub fn without_snapshot(mut self) -> Self {
        self.applications = None;
        self
    }

    pub fn pages(mut self, pages: Router) -> Self {
        self.pages = pages;
        self
    }

    /// It takes these sockets over.
    pub fn taking_over(mut self, sockets: gateway::listeners::Sockets) -> Self {
        self.sockets = sockets;
        self
    }

    /// Starts it and waits until it listens.
    pub async fn start(self) -> Gatehouse {
        let (mut gatehouse, parts) = self.assemble();
        gatehouse.thread = Some(std::thread::spawn(move || gateway::run(parts)));
        gatehouse.until_it_listens().await;
        gatehouse
    }

    /// Starts it and says why it does not run.
    pub fn refused(self) -> String {
        let (_gatehouse, parts) = self.assemble();
        let running = std::thread::spawn(move || gateway::run(parts));
        running.join().unwrap().unwrap_err().to_string()
    }

    fn assemble(self) -> (Gatehouse, gateway::Parts) {
        let first = self.applications.map(|a| {
            let mut snapshot = applications::snapshot(1, a);
            (self.change)(&mut snapshot);
            snapshot
        });
        let (snapshots, snapshot_receiver) = watch::channel(first.map(Arc::new));
        let (revocations, revocation_receiver) = mpsc::unbounded_channel();
        let (event_sender, events, _) = EventSender::new();
        let (people, clock) = (Arc::<People>::default(), Clock::system());
        let feed = FeedPulse::default();
        feed.beat(clock.now().plus(Duration::from_hours(1)));
        let link = Link {
            snapshots: snapshot_receiver,
            sessions: people.clone(),
            revocations: revocation_receiver,
            feed,
            events: event_sender,
            pages: own_pages(self.pages),
        };
        let (signals, signal_receiver) = mpsc::unbounded_channel();
        let gatehouse = Gatehouse {
            address: self.settings.listeners[0].address,
            monitor: self.settings.monitor.address,
            people,
            clock: clock.clone(),
            data: self.data,
            snapshots,
            revision: 1,
            revocations,
            events,
            signals,
            thread: None,
        };
        let parts = gateway::Parts {
            settings: Arc::new(self.settings),
            link,
            admin: tokio::runtime::Handle::current(),
            registry: prometheus::Registry::new(),
            clock,
            signals: signal_receiver,
            other_health: Arc::new(gateway::monitor::Health::default),
            set_log_filter: Arc::new(|_| Ok(())),
            read_again: Arc::new(|| {}),
            opened: Box::new(|_| {}),
            sockets: self.sockets,
        };
        (gatehouse, parts)
    }
}

fn own_pages(router: Router) -> OwnPages {
    BoxCloneSyncService::new(tower::service_fn(
        move |request: http::Request<PageBody>| {
            let answering = router.clone().oneshot(request.map(axum::body::Body::new));
            async move {
                let response = answering.await?;
                Ok(response.map(|body| -> PageBody { body.map_err(Into::into).boxed_unsync() }))
            }
        },
    ))
}

impl Gatehouse {
    /// In front of these applications, everything else by default.
    pub async fn before(applications: Vec<Application>) -> Self {
        Builder::new().applications(applications).start().await
    }

    async fn until_it_listens(&self) {
        for _ in 0..200 {
            let listens = tokio::net::TcpStream::connect(self.address).await.is_ok();
            // The snapshot is compiled in the background.
            let compiled = self.snapshots.borrow().is_none() || self.is_ready().await;
            if listens && compiled {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the gateway does not listen");
    }

    async fn is_ready(&self) -> bool {
        if tokio::net::TcpStream::connect(self.monitor).await.is_err() {
            return false;
        }
        let ready = super::client::get(self.monitor, "monitor", "/readyz", &[]).await;
        !ready.text().contains("\"snapshot\"")
    }

    /// Changes what the gateway obeys.
    pub fn publish(&mut self, applications: Vec<Application>) {
        self.revision += 1;
        let snapshot = applications::snapshot(self.revision, applications);
        self.snapshots.send_replace(Some(Arc::new(snapshot)));
    }

    /// Somebody signs in at a host.
    pub fn sign_in(&self, username: &str, host: &str) -> SignedIn {
        self.people.sign_in(username, host, self.clock.now())
    }

    /// A session ends, in the store and by the feed.
    pub fn end(&self, signed_in: &SignedIn) {
        self.people.forget(&signed_in.session.id);
        let revocation = Revocation::Session(signed_in.session.id.clone());
        self.revocations.send(revocation).unwrap();
    }

    /// The next event that the gateway reports.
    pub async fn event(&mut self) -> AccessEvent {
        tokio::time::timeout(super::client::PATIENCE, self.events.recv())
            .await
            .expect("no event came")
            .expect("the gateway has gone")
    }

    /// Events that have come so far.
    pub fn events(&mut self) -> Vec<AccessEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    /// Stops it and says how it ended.
    pub async fn stop(mut self, signal: Signal) -> Result<(), gateway::RunError> {
        let _ = self.signals.send(signal);
        let thread = self.thread.take().unwrap();
        tokio::task::spawn_blocking(move || thread.join().unwrap())
            .await
            .unwrap()
    }
}

impl Drop for Gatehouse {
    fn drop(&mut self) {
        let _ = self.signals.send(Signal::Quit);
    }
}

/// Any address of this machine.
pub fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
