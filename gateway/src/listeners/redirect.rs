//! A plain listener that answers everything with the same address under https.
//!
//! The link is built from our own settings: the host is the one that was asked only where it is the
//! access host or an application's, otherwise the access host. A Host header that somebody made up
//! leads nowhere else.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pingora::apps::ServerApp;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::protocols::Stream;
use pingora::protocols::http::ServerSession;
use pingora::server::ShutdownWatch;

use crate::gate::Gate;
use crate::listeners::connections::Connections;
use crate::listeners::proxy_protocol::ProxyProtocol;
use crate::path::host;

/// Longer targets are not repeated in a link.
const LONGEST_TARGET: usize = 8 * 1024;

pub struct Redirect {
    gate: Arc<Gate>,
    head_within: Duration,
    connections: Connections,
    proxy_protocol: Option<ProxyProtocol>,
}

impl Redirect {
    #[must_use]
    pub fn new(
        gate: Arc<Gate>,
        head_within: Duration,
        connections: Connections,
        proxy_protocol: Option<ProxyProtocol>,
    ) -> Self {
        Self {
            gate,
            head_within,
            connections,
            proxy_protocol,
        }
    }

    async fn answer(&self, mut stream: Stream) -> pingora::Result<()> {
        if let Some(expected) = &self.proxy_protocol
            && expected.read_plain(&mut stream).await.is_err()
        {
            return Ok(());
        }
        let mut session = ServerSession::new_http1(stream);
        session.set_keepalive(None);
        if !session.read_request().await? {
            return Ok(());
        }
        let location = self.location(session.req_header());
        let mut head = ResponseHeader::build(308, Some(4))?;
        head.insert_header("Location", location)?;
        head.insert_header("Content-Length", "0")?;
        head.insert_header("Cache-Control", "no-store")?;
        head.insert_header("Connection", "close")?;
        session.write_response_header(Box::new(head)).await?;
        session.finish().await.map(|_| ())
    }

    fn location(&self, request: &RequestHeader) -> String {
        let asked = host::read(request).ok().filter(|name| self.serves(name));
        let origin = asked.as_deref().map_or_else(
            || self.gate.access.origin_of(self.gate.access.host()),
            |name| self.gate.access.origin_of(name),
        );
        let target = request
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        if asked.is_none() || target.len() > LONGEST_TARGET || !target.starts_with('/') {
            return format!("{origin}/");
        }
        format!("{origin}{target}")
    }

    fn serves(&self, name: &str) -> bool {
        name == self.gate.access.host()
            || self
                .gate
                .rulebook
                .load()
                .as_ref()
                .is_some_and(|rules| rules.routes.knows(name))
    }
}

#[async_trait]
impl ServerApp for Redirect {
    async fn process_new(
        self: &Arc<Self>,
        stream: Stream,
        _shutdown: &ShutdownWatch,
    ) -> Option<Stream> {
        let _open = self.connections.one_more()?;
        match pingora::time::timeout(self.head_within, self.answer(stream)).await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => tracing::debug!(%why, "a request to be redirected was not read"),
            Err(_) => tracing::debug!("a request to be redirected did not come in time"),
        }
        None
    }
}
