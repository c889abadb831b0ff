//! What happens to a connection before and between the requests on it: how many there may be, who
//! is at the other end of a PROXY protocol, how long it may stay idle.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use config::clock::Stopwatch;
use config::settings::Limits;
use pingora::apps::ServerApp;
use pingora::listeners::ALPN;
use pingora::protocols::Stream;
use pingora::protocols::http::ServerSession;
use pingora::proxy::HttpProxy;
use pingora::server::ShutdownWatch;

use crate::cut::{Cut, Cuttable};
use crate::listeners::connections::{Connections, TELL_EVERY};
use crate::listeners::observed::{Observed, Seen};
use crate::listeners::patience::Patience;
use crate::listeners::proxy_protocol::ProxyProtocol;
use crate::listeners::sparing::Sparing;
use crate::listeners::unread::UnreadHeads;
use crate::proxy::Proxy;

/// The HTTP side: pingora's proxy around our phases, with exchanges that can be cut.
pub(crate) type Inside = Cuttable<HttpProxy<Proxy>>;

/// One listener's application.
pub struct Door {
    inside: Arc<Inside>,
    limits: Limits,
    connections: Connections,
    patience: Patience,
    unread: Arc<UnreadHeads>,
    /// For a plain listener; under TLS the header comes before the handshake and is read there.
    proxy_protocol: Option<ProxyProtocol>,
    bad_headers: Sparing,
}

impl Door {
    pub(crate) fn new(
        inside: Arc<Inside>,
        limits: Limits,
        connections: Connections,
        patience: Patience,
        unread: Arc<UnreadHeads>,
    ) -> Self {
        Self {
            inside,
            limits,
            connections,
            patience,
            unread,
            proxy_protocol: None,
            bad_headers: Sparing::new(1, TELL_EVERY),
        }
    }

    pub(crate) fn expecting(mut self, proxy_protocol: Option<ProxyProtocol>) -> Self {
        self.proxy_protocol = proxy_protocol;
        self
    }

    /// HTTP/1: one exchange after another, as pingora does it, but with our limits.
    async fn one_by_one(&self, stream: Stream, shutdown: &ShutdownWatch) {
        let peer = peer_of(&stream);
        let (stream, seen) = Observed::around(stream);
        let mut session = ServerSession::new_http1(stream);
        // 0: for as long as our own patience lasts.
        session.set_keepalive((!*shutdown.borrow()).then_some(0));
        let waiting = self.patience.connection();
        let mut head_within = self.limits.head_timeout;
        let mut is_first = true;
        loop {
            let (cut, since) = (Cut::default(), Stopwatch::start());
            waiting.for_head_within(since, head_within);
            let exchange = self
                .inside
                .exchange(&cut, session, shutdown, Some(&waiting));
            let ended = exchange.await;
            if !cut.has_read_head() {
                self.tell_of_unread(is_first, peer, &seen, &cut, since);
            }
            is_first = false;
            seen.forget();
            let Some(reused) = ended else { return };
            let (stream, kept) = reused.consume();
            session = ServerSession::new_http1(stream);
            if let Some(kept) = kept {
                kept.apply_to_session(&mut session);
            }
            head_within = self.limits.keep_alive + self.limits.head_timeout;
        }
    }

    /// A connection that says nothing is a port scan, a health check or a browser that was ready for
    /// more: it leaves no event.
    fn tell_of_unread(
        &self,
        is_first: bool,
        peer: Option<SocketAddr>,
        seen: &Seen,
        cut: &Cut,
        since: Stopwatch,
    ) {
        if is_first || seen.anything() {
            self.unread.count();
        }
        if seen.anything() {
            self.unread.tell(peer, seen, cut, since);
        }
    }
}

/// Who is at the other end, as a PROXY protocol says where one is spoken.
fn peer_of(stream: &Stream) -> Option<SocketAddr> {
    let digest = stream.get_socket_digest()?;
    digest.peer_addr()?.as_inet().copied()
}

#[async_trait]
impl ServerApp for Door {
    async fn process_new(
        self: &Arc<Self>,
        mut stream: Stream,
        shutdown: &ShutdownWatch,
    ) -> Option<Stream> {
        let _open = self.connections.one_more()?;
        if let Some(expected) = &self.proxy_protocol
            && let Err(why) = expected.read_plain(&mut stream).await
        {
            if let Some(others) = self.bad_headers.tell() {
                tracing::info!(%why, others, "connections without a good PROXY header were closed");
            }
            return None;
        }
        if matches!(stream.selected_alpn_proto(), Some(ALPN::H2)) {
            return ServerApp::process_new(&self.inside, stream, shutdown).await;
        }
        self.one_by_one(stream, shutdown).await;
        None
    }

    /// Nothing is accepted any more. Whoever was accepted last gets a moment to send a request
    /// before connections without one are closed.
    async fn cleanup(&self) {
        tokio::time::sleep(LAST_REQUESTS_WITHIN).await;
        ServerApp::cleanup(&*self.inside).await;
    }
}

/// How long a connection that is accepted just before the gateway stops may take for its request.
pub(crate) const LAST_REQUESTS_WITHIN: Duration = Duration::from_millis(500);

/// How long a PROXY header may take.
pub(crate) const PROXY_HEADER_WITHIN: Duration = Duration::from_secs(5);
