//! An upstream that speaks HTTP/1.1 and HTTP/2, with TLS or without, and answers as gRPC does where
//! it is asked so.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What reached it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub version: Version,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub struct Modern {
    pub address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
    pub seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Modern {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Modern {
    pub async fn start(tls: Option<rustls::ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, seen) = (Arc::<AtomicUsize>::default(), Arc::default());
        let tls = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        let (counted, recorded) = (Arc::clone(&connections), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, counted, recorded) =
                    (tls.clone(), Arc::clone(&counted), Arc::clone(&recorded));
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, counted, recorded).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, counted, recorded).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            connections,
            seen,
            task,
        }
    }
}

async fn serve(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    connections: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Seen>>>,
) {
    connections.fetch_add(1, Ordering::Relaxed);
    let service = hyper::service::service_fn(move |request| answer(request, Arc::clone(&seen)));
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    seen: Arc<Mutex<Vec<Seen>>>,
) -> Result<Response<BoxBody<Bytes, Infallible>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let is_grpc = head
        .headers
        .get("content-type")
        .is_some_and(|v| v == "application/grpc");
    seen.lock().push(Seen {
        version: head.version,
        headers: head.headers,
        body: body.clone(),
    });
    let mut frames = vec![Ok(Frame::data(body))];
    let mut response = Response::builder().header("content-type", "text/plain");
    if is_grpc {
        response = Response::builder().header("content-type", "application/grpc");
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", "0".parse().unwrap());
        frames.push(Ok(Frame::trailers(trailers)));
    }
    let body = BodyExt::boxed(StreamBody::new(futures::stream::iter(frames)));
    Ok(response.body(body).unwrap())
}
