//! What happens to a connection before HTTP is spoken on it.

use std::sync::Arc;

use async_trait::async_trait;
use pingora::apps::ServerApp;
use pingora::protocols::Stream;
use pingora::proxy::HttpProxy;
use pingora::server::ShutdownWatch;

use crate::cut::Cuttable;
use crate::proxy::Proxy;

/// The HTTP side: pingora's proxy around our phases, with exchanges that can be cut.
pub(crate) type Inside = Cuttable<HttpProxy<Proxy>>;

/// One listener's application.
pub struct Door {
    inside: Arc<Inside>,
}

impl Door {
    pub(crate) fn new(inside: Arc<Inside>) -> Self {
        Self { inside }
    }
}

#[async_trait]
impl ServerApp for Door {
    async fn process_new(
        self: &Arc<Self>,
        stream: Stream,
        shutdown: &ShutdownWatch,
    ) -> Option<Stream> {
        ServerApp::process_new(&self.inside, stream, shutdown).await
    }

    async fn cleanup(&self) {
        ServerApp::cleanup(&*self.inside).await;
    }
}
