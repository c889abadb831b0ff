//! What passes on a connection before there is a request. pingora answers heads that it cannot read
//! by itself and tells nobody; the bytes tell.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use pingora::listeners::ALPN;
use pingora::protocols::raw_connect::ProxyDigest;
use pingora::protocols::tls::{SslDigest, TlsRef};
use pingora::protocols::{
    GetProxyDigest, GetSocketDigest, GetTimingDigest, Peek, Shutdown, SocketDigest, Ssl, Stream,
    TimingDigest, UniqueID, UniqueIDType,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection that keeps note of what passes.
#[derive(Debug)]
pub struct Observed {
    stream: Stream,
    seen: Arc<Seen>,
}

/// What has passed since this was last forgotten.
#[derive(Debug, Default)]
pub struct Seen {
    read: AtomicBool,
    /// 0 before anything was written.
    answered: AtomicU16,
}

impl Observed {
    #[must_use]
    pub fn around(stream: Stream) -> (Stream, Arc<Seen>) {
        let seen = Arc::<Seen>::default();
        let observed = Self {
            stream,
            seen: Arc::clone(&seen),
        };
        (Box::new(observed), seen)
    }
}

impl Seen {
    pub fn forget(&self) {
        self.read.store(false, Ordering::Relaxed);
        self.answered.store(0, Ordering::Relaxed);
    }

    /// Whether the client has sent anything.
    #[must_use]
    pub fn anything(&self) -> bool {
        self.read.load(Ordering::Relaxed)
    }

    /// The status of the first answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let status = self.answered.load(Ordering::Relaxed);
        (status != 0).then_some(status)
    }

    fn wrote(&self, bytes: &[u8]) {
        if self.answered.load(Ordering::Relaxed) == 0 {
            self.answered.store(status_of(bytes), Ordering::Relaxed);
        }
    }
}

/// The status in a status line (RFC 9112 §4); 0 in anything else.
fn status_of(bytes: &[u8]) -> u16 {
    bytes
        .strip_prefix(b"HTTP/1.1 ")
        .and_then(|rest| std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok())
        .unwrap_or(0)
}

impl AsyncRead for Observed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, into);
        if into.filled().len() > before {
            self.seen.read.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl AsyncWrite for Observed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.seen.wrote(bytes);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(first) = pieces.first() {
            self.seen.wrote(first);
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[async_trait]
impl Shutdown for Observed {
    async fn shutdown(&mut self) {
        self.stream.shutdown().await;
    }
}

impl UniqueID for Observed {
    fn id(&self) -> UniqueIDType {
        self.stream.id()
    }
}

impl Ssl for Observed {
    fn get_ssl(&self) -> Option<&TlsRef> {
        self.stream.get_ssl()
    }

    fn get_ssl_digest(&self) -> Option<Arc<SslDigest>> {
        self.stream.get_ssl_digest()
    }

    fn selected_alpn_proto(&self) -> Option<ALPN> {
        self.stream.selected_alpn_proto()
    }
}

impl GetTimingDigest for Observed {
    fn get_timing_digest(&self) -> Vec<Option<TimingDigest>> {
        self.stream.get_timing_digest()
    }

    fn get_read_pending_time(&self) -> Duration {
        self.stream.get_read_pending_time()
    }

    fn get_write_pending_time(&self) -> Duration {
        self.stream.get_write_pending_time()
    }
}

impl GetProxyDigest for Observed {
    fn get_proxy_digest(&self) -> Option<Arc<ProxyDigest>> {
        self.stream.get_proxy_digest()
    }

    fn set_proxy_digest(&mut self, digest: ProxyDigest) {
        self.stream.set_proxy_digest(digest);
    }
}

impl GetSocketDigest for Observed {
    fn get_socket_digest(&self) -> Option<Arc<SocketDigest>> {
        self.stream.get_socket_digest()
    }

    fn set_socket_digest(&mut self, digest: SocketDigest) {
        self.stream.set_socket_digest(digest);
    }
}

#[async_trait]
impl Peek for Observed {
    async fn try_peek(&mut self, into: &mut [u8]) -> io::Result<bool> {
        self.stream.try_peek(into).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_status_line_has_a_status() {
        assert_eq!(status_of(b"HTTP/1.1 400 Bad Request\r\n"), 400);
        for other in [&b"HTTP/1.1 4"[..], b"HTTP/1.1 xyz", b"\x16\x03\x01", b""] {
            assert_eq!(status_of(other), 0);
        }
    }
}
