//! Ending an exchange from outside: because what let it in no longer holds, or because the client
//! takes too long to say what it wants, or to send what it has announced.
//!
//! pingora gives no handle on an exchange that is under way, so the application that it calls is
//! our own, wrapped around pingora's proxy: [`Cuttable`] runs each exchange until it is done or its
//! [`Cut`] is pulled, whichever comes first. Dropping the exchange closes the connection (HTTP/1)
//! or resets the stream (HTTP/2) without the mark that would make the answer look complete.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use config::clock::Stopwatch;
use futures::task::AtomicWaker;
use pingora::apps::{HttpServerApp, HttpServerOptions, ReusedHttpStream};
use pingora::protocols::http::ServerSession;
use pingora::protocols::http::v2::server::H2Options;
use pingora::server::ShutdownWatch;

use crate::exchange::pace::Pace;
use crate::listeners::patience::Waiting;
use crate::path::denial::Denial;

tokio::task_local! {
    static CURRENT: Cut;
}

/// Why an exchange was cut whose request head did not come in time.
pub(crate) const HEAD_TOO_SLOW: &str = "head_too_slow";

/// The string by which one exchange can be cut. All clones cut the same exchange.
#[derive(Clone, Debug, Default)]
pub struct Cut(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Set once, when the exchange is cut.
    reason: OnceLock<&'static str>,
    head_read: AtomicBool,
    pace: OnceLock<Arc<Pace>>,
    /// Who carries the exchange out.
    waker: AtomicWaker,
}

impl Cut {
    /// Ends the exchange; the first reason given is the one that is recorded.
    pub fn pull(&self, reason: &'static str) {
        let _ = self.0.reason.set(reason);
        self.0.waker.wake();
    }

    /// Why the exchange was cut, if it was.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        self.0.reason.get().copied()
    }

    /// Whether the head of the request has been read.
    pub(crate) fn has_read_head(&self) -> bool {
        self.0.head_read.load(Ordering::Acquire)
    }

    /// Cuts the exchange when the body does not keep this pace.
    pub(crate) fn keep(&self, pace: &Arc<Pace>) {
        let _ = self.0.pace.set(Arc::clone(pace));
    }

    /// How long the body may let us wait, if it has to keep a pace.
    fn body_left(&self) -> Option<Duration> {
        self.0.pace.get()?.left()
    }

    /// The cut of the exchange that this task works on, whose request head has now been read.
    pub(crate) fn at_request_head() -> Self {
        let cut = CURRENT.try_with(Clone::clone).unwrap_or_default();
        cut.0.head_read.store(true, Ordering::Release);
        cut
    }
}

/// An HTTP application whose exchanges can be cut.
pub(crate) struct Cuttable<A>(pub Arc<A>);

impl<A: HttpServerApp + Send + Sync + 'static> Cuttable<A> {
    /// Runs one exchange. For HTTP/1, `waiting` ends it when its head does not come in time: pingora's
    /// own timeouts start again with every byte.
    pub async fn exchange(
        &self,
        cut: &Cut,
        session: ServerSession,
        shutdown: &ShutdownWatch,
        waiting: Option<&Waiting>,
    ) -> Option<ReusedHttpStream> {
        let exchange = CURRENT.scope(cut.clone(), self.0.process_new_http(session, shutdown));
        until_cut(cut, waiting, exchange).await
    }
}

#[async_trait]
impl<A: HttpServerApp + Send + Sync + 'static> HttpServerApp for Cuttable<A> {
    /// Called for HTTP/2 streams, whose head has been read when they begin.
    async fn process_new_http(
        self: &Arc<Self>,
        session: ServerSession,
        shutdown: &ShutdownWatch,
    ) -> Option<ReusedHttpStream> {
        let cut = Cut::default();
        self.exchange(&cut, session, shutdown, None).await
    }

    fn h2_options(&self) -> Option<H2Options> {
        self.0.h2_options()
    }

    fn server_options(&self) -> Option<&HttpServerOptions> {
        self.0.server_options()
    }

    async fn http_cleanup(&self) {
        self.0.http_cleanup().await;
    }
}

async fn until_cut<T>(
    cut: &Cut,
    waiting: Option<&Waiting>,
    exchange: impl Future<Output = Option<T>>,
) -> Option<T> {
    let mut exchange = pin!(exchange);
    // Only until the head has been read.
    let mut waiting = waiting;
    // Made only when the exchange has to wait while a body is still to come.
    let mut body_deadline: Option<(Stopwatch, Duration, _)> = None;
    poll_fn(|context| {
        if let Poll::Ready(done) = exchange.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        cut.0.waker.register(context.waker());
        if cut.reason().is_some() {
            return Poll::Ready(None);
        }
        if let Some(still) = waiting {
            if cut.has_read_head() {
                still.is_over();
                waiting = None;
            } else if still.poll_overdue(context).is_ready() {
                cut.pull(HEAD_TOO_SLOW);
                return Poll::Ready(None);
            }
        }
        // What has come meanwhile may have put the deadline off, or brought it nearer: then another
        // one is waited for.
        while let Some(left) = cut.body_left() {
            if left.is_zero() {
                cut.pull(Denial::BodyTooSlow.code());
                return Poll::Ready(None);
            }
            body_deadline.take_if(|(since, within, _)| since.elapsed() + left < *within);
            let (.., sleep) = body_deadline.get_or_insert_with(|| {
                let sleep = Box::pin(pingora::time::sleep(left));
                (Stopwatch::start(), left, sleep)
            });
            if sleep.as_mut().poll(context).is_pending() {
                break;
            }
            body_deadline = None;
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listeners::patience::Patience;

    #[tokio::test]
    async fn an_exchange_that_is_cut_ends_and_says_why() {
        let cut = Cut::default();
        let hand = cut.clone();
        let exchange = async move {
            hand.pull("revoked");
            std::future::pending::<Option<()>>().await
        };
        assert_eq!(until_cut(&cut, None, exchange).await, None);
        assert_eq!(cut.reason(), Some("revoked"));
    }

    #[tokio::test]
    async fn an_exchange_that_is_done_is_not_touched() {
        let cut = Cut::default();
        assert_eq!(until_cut(&cut, None, async { Some(7) }).await, Some(7));
        assert_eq!(cut.reason(), None);
    }

    #[tokio::test]
    async fn attack_20_a_head_that_does_not_come_ends_the_exchange() {
        let patience = Patience::begin();
        let waiting = patience.connection();
        waiting.for_head_within(Stopwatch::start(), Duration::from_millis(20));
        let cut = Cut::default();
        let exchange = std::future::pending::<Option<()>>();
        assert_eq!(until_cut(&cut, Some(&waiting), exchange).await, None);
        assert_eq!(cut.reason(), Some(HEAD_TOO_SLOW));
    }

    #[test]
    fn only_the_first_reason_counts() {
        let cut = Cut::default();
        cut.pull("first");
        cut.pull("second");
        assert_eq!(cut.reason(), Some("first"));
    }
}
