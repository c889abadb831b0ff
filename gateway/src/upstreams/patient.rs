//! A connection to an upstream for a request that asks for an upgrade (WebSocket).
//!
//! pingora 0.9.1 ends an upgraded connection at once where the upstream's 101 can be read before
//! pingora has looked whether the request has a body: the end of that body, which comes then, is
//! taken for the end of the upgraded connection. An upstream on the same machine answers so fast
//! now and then. So after each write the first look for an answer finds none and is repeated at
//! once: by then the end of the request has been dealt with.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use pingora::connectors::l4::Connect;
use pingora::protocols::l4::socket::SocketAddr;
use pingora::protocols::l4::stream::Stream;
use pingora::protocols::l4::virt::{VirtualSockOpt, VirtualSocket, VirtualSocketStream};
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorType, OrErr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Where the operator gives no time.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Has an upgrade go over a connection of its own.
pub fn make(peer: &mut HttpPeer) {
    let within = peer.options.connection_timeout.unwrap_or(CONNECT_WITHIN);
    peer.options.custom_l4 = Some(Arc::new(Patiently(within)));
    // Connections that are kept were made otherwise.
    peer.group_key ^= 1;
}

/// Connects within a time.
#[derive(Debug)]
struct Patiently(Duration);

#[async_trait]
impl Connect for Patiently {
    async fn connect(&self, address: &SocketAddr) -> pingora::Result<Stream> {
        let Some(address) = address.as_inet() else {
            return Err(Error::explain(ErrorType::ConnectError, "not an IP address"));
        };
        let socket = pingora::time::timeout(self.0, TcpStream::connect(address))
            .await
            .or_err(ErrorType::ConnectTimedout, "connecting to an upstream")?
            .or_err(ErrorType::ConnectError, "connecting to an upstream")?;
        let patient = Patient {
            socket,
            has_written: false,
        };
        Ok(VirtualSocketStream::new(Box::new(patient)).into())
    }
}

#[derive(Debug)]
struct Patient {
    socket: TcpStream,
    has_written: bool,
}

impl VirtualSocket for Patient {
    fn set_socket_option(&self, option: VirtualSockOpt) -> io::Result<()> {
        match option {
            VirtualSockOpt::NoDelay => self.socket.set_nodelay(true),
            _ => Ok(()),
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if std::mem::take(&mut self.has_written) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Pin::new(&mut self.socket).poll_read(context, into)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.has_written = true;
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
