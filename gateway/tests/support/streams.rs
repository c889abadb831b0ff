//! A client of HTTP/2 that sends the body of a request piece by piece.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::authority::Authority;

/// One connection.
pub struct Connection(SendRequest<Bytes>);

/// A request under way.
pub struct Upload {
    pub body: SendStream<Bytes>,
    pub answer: ResponseFuture,
}

impl Connection {
    pub async fn open(address: SocketAddr, authority: &Authority, host: &str) -> Self {
        let connector = TlsConnector::from(Arc::new(authority.client(&[b"h2"])));
        let stream = TcpStream::connect(address).await.unwrap();
        let name = host.to_owned().try_into().unwrap();
        let stream = connector.connect(name, stream).await.unwrap();
        let (client, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        Self(client)
    }

    /// Begins a request with a body.
    pub async fn post(&self, url: &str, headers: &[(&str, &str)]) -> Upload {
        let mut request = http::Request::post(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut ready = self.0.clone().ready().await.unwrap();
        let (answer, body) = ready
            .send_request(request.body(()).unwrap(), false)
            .unwrap();
        Upload { body, answer }
    }
}

/// All of an answer's body; what came until it was broken off, and whether it was.
pub async fn read(mut body: RecvStream) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    while let Some(piece) = body.data().await {
        let Ok(piece) = piece else {
            return (bytes, true);
        };
        let _ = body.flow_control().release_capacity(piece.len());
        bytes.extend(piece);
    }
    (bytes, false)
}
