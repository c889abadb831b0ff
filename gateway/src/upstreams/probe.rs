//! One active check of one address: the way a request would go, on a connection of its own.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use http::Uri;
use pingora::connectors::http::Connector;
use pingora::http::RequestHeader;
use pingora::protocols::http::client::HttpSession;
use pingora::upstreams::peer::HttpPeer;

use super::peer::PeerTemplate;

/// Loading the machine's trust store takes a while, so all checks share one connector. None of them
/// gives a connection back: a check that used an old connection would not see a closed port.
static CONNECTOR: LazyLock<Connector> = LazyLock::new(|| Connector::new(None));

pub struct Probe<'a> {
    pub template: &'a PeerTemplate,
    /// What is sent as Host.
    pub host: &'a str,
    /// What is asked for by GET; empty for no question at all, only a connection (and TLS).
    pub path: &'a str,
    pub patience: Duration,
}

/// What was seen of an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub is_http2: bool,
    /// The version of TLS, if it was spoken.
    pub tls: Option<String>,
}

impl Answer {
    pub fn protocol(&self) -> &'static str {
        if self.is_http2 { "HTTP/2" } else { "HTTP/1.1" }
    }
}

impl Probe<'_> {
    /// # Errors
    /// Why the answer, or its absence, counts as bad.
    pub async fn ask(&self, address: SocketAddr) -> Result<(), String> {
        let peer = self.template.at(address, false);
        match tokio::time::timeout(self.patience, self.exchange(&peer)).await {
            Ok(Ok(answer)) if (200..400).contains(&answer.status) => Ok(()),
            Ok(Ok(answer)) => Err(format!("status {}", answer.status)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer within {} ms", self.patience.as_millis())),
        }
    }

    /// The same, with what was seen; as patient as the pool.
    ///
    /// # Errors
    /// Why there was no answer.
    pub async fn look(&self, address: SocketAddr) -> pingora::Result<Answer> {
        self.exchange(&self.template.at(address, false)).await
    }

    async fn exchange(&self, peer: &HttpPeer) -> pingora::Result<Answer> {
        let (mut session, _) = CONNECTOR.get_http_session(peer).await?;
        let tls = session
            .digest()
            .and_then(|digest| digest.ssl_digest.clone());
        let mut answer = Answer {
            status: 200,
            is_http2: session.as_http2().is_some(),
            tls: tls.map(|tls| tls.version.to_string()),
        };
        if self.path.is_empty() {
            return Ok(answer);
        }
        let request = self.request(peer, &session)?;
        session.write_request_header(Box::new(request)).await?;
        session.finish_request_body().await?;
        session.read_response_header().await?;
        answer.status = session.response_header().map_or(0, |r| r.status.as_u16());
        session.shutdown().await;
        Ok(answer)
    }

    fn request(&self, peer: &HttpPeer, session: &HttpSession) -> pingora::Result<RequestHeader> {
        let mut request = RequestHeader::build("GET", self.path.as_bytes(), None)?;
        if session.as_http2().is_some() {
            let scheme = if peer.is_tls() { "https" } else { "http" };
            let uri = Uri::builder()
                .scheme(scheme)
                .authority(self.host)
                .path_and_query(self.path)
                .build();
            match uri {
                Ok(uri) => request.set_uri(uri),
                Err(cause) => {
                    return Err(pingora::Error::because(
                        pingora::ErrorType::InvalidHTTPHeader,
                        "the path of the check cannot be asked for",
                        cause,
                    ));
                }
            }
            request.set_version(http::Version::HTTP_2);
        } else {
            request.insert_header("Host", self.host)?;
        }
        request.insert_header("User-Agent", "Gatehouse-Check")?;
        Ok(request)
    }
}
