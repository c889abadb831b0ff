//! pingora's phases, each a few lines that call a stage. What is decided is decided by
//! [`Gate::admit`]; nothing here lets anybody in.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use config::settings::Limits;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::modules::http::HttpModules;
use pingora::proxy::{FailToProxy, ProxyHttp, Session};
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorSource, ErrorType, Result};

use crate::answer::Answers;
use crate::exchange::{limits, pace, strict, watch};
use crate::forward_auth::{self, Endpoint};
use crate::gate::Gate;
use crate::identity;
use crate::own_pages::{Bridge, Served};
use crate::passage::{Passage, RequestFacts};
use crate::path::access_event::Recorder;
use crate::path::denial::Denial;
use crate::path::policy::{Grant, Target};
use crate::path::upstream_request::forget_spelling;
use crate::path::visit::{Entrance, Visit};
use crate::path::{forward, watermark};
use crate::upstreams::patient;

/// The gate as pingora's proxy drives it.
pub struct Proxy {
    /// Of the listeners that lead here.
    pub entrance: Entrance,
    pub gate: Arc<Gate>,
    pub pages: Bridge,
    pub answers: Answers,
    pub recorder: Arc<Recorder>,
    pub limits: Limits,
}

impl Proxy {
    /// What is refused whoever asks.
    fn check(&self, session: &Session) -> Result<(), Denial> {
        limits::check_head(session, &self.limits)?;
        strict::check(session)
    }

    async fn decide(&self, session: &Session, visit: &mut Visit) -> Result<Grant, Denial> {
        self.check(session)?;
        let peer = session.client_addr().and_then(|a| a.as_inet()).copied();
        self.gate.admit(peer, session.req_header(), visit).await
    }

    /// Answers another proxy that asks whether a request may pass.
    async fn judge(
        &self,
        session: &mut Session,
        passage: &mut Passage,
        endpoint: Endpoint,
        asked: Result<RequestHeader, Denial>,
    ) -> Result<()> {
        let outcome = match &asked {
            Ok(asked) => {
                passage.request = RequestFacts::about(session, asked);
                let peer = session.client_addr().and_then(|a| a.as_inet()).copied();
                let outcome = self.gate.admit(peer, asked, &mut passage.visit).await;
                outcome.and_then(forward_auth::leads_to_an_application)
            }
            Err(denial) => Err(denial.clone()),
        };
        passage.visit.outcome = Some(outcome.clone());
        let asked = asked.ok();
        match outcome {
            Ok(grant) => {
                let mut told = identity::of_grant(&self.gate, &passage.visit, &grant);
                told.extend(asked.map(identity::cookies::left_of));
                self.answers.let_pass(session, passage, told).await
            }
            Err(denial) => {
                let (answers, asked) = (&self.answers, asked.as_ref());
                answers
                    .turn_away(session, passage, endpoint, asked, &denial)
                    .await
            }
        }
    }

    /// Whether the request has been answered here; if not, it goes on to an application.
    async fn carry_out(&self, session: &mut Session, passage: &mut Passage) -> Result<bool> {
        let denial = match passage.visit.outcome.clone() {
            Some(Ok(grant)) => match self.enter(session, passage, &grant).await? {
                Entered::Upstream => return Ok(false),
                Entered::Answered => return Ok(true),
                Entered::Refused(denial) => {
                    passage.visit.outcome = Some(Err(denial.clone()));
                    denial
                }
            },
            Some(Err(denial)) => denial,
            None => return Err(Error::new(ErrorType::InternalError)),
        };
        self.answers.deny(session, passage, &denial).await?;
        Ok(true)
    }

    async fn enter(
        &self,
        session: &mut Session,
        passage: &mut Passage,
        grant: &Grant,
    ) -> Result<Entered> {
        match grant.target() {
            Target::Application(routed) => {
                if let Err(denial) = limits::check_declared(session, routed) {
                    return Ok(Entered::Refused(denial));
                }
                watch::upload(&self.gate, session, passage);
                pace::begin(session, passage, &self.limits, Some(routed));
                Ok(Entered::Upstream)
            }
            Target::OwnPages => {
                pace::begin(session, passage, &self.limits, None);
                Ok(match self.pages.serve(session, passage).await? {
                    Served::Answered => Entered::Answered,
                    Served::Refused(denial) => Entered::Refused(denial),
                })
            }
        }
    }
}

enum Entered {
    Upstream,
    Answered,
    Refused(Denial),
}

/// Nothing goes to an upstream without one.
fn granted(passage: &Passage) -> Result<Grant> {
    match &passage.visit.outcome {
        Some(Ok(grant)) => Ok(grant.clone()),
        _ => Err(Error::explain(ErrorType::InternalError, "no grant")),
    }
}

#[async_trait]
impl ProxyHttp for Proxy {
    /// In a box: pingora moves it from phase to phase.
    type CTX = Box<Passage>;

    /// None: pingora's own is a compressor, which would be asked about each piece and do nothing.
    fn init_downstream_modules(&self, _modules: &mut HttpModules) {}

    fn new_ctx(&self) -> Box<Passage> {
        let mut passage = Passage::begin(Arc::clone(&self.recorder));
        passage.visit.entrance = self.entrance;
        Box::new(passage)
    }

    async fn request_filter(
        &self,
        session: &mut Session,
        passage: &mut Box<Passage>,
    ) -> Result<bool> {
        forget_spelling(session.req_header_mut())?;
        passage.request = RequestFacts::of(session);
        limits::apply(session, &self.limits);
        if self.entrance == Entrance::Public
            && let Some((endpoint, rest)) = forward_auth::endpoint(session.req_header())
        {
            let peer = session.client_addr().and_then(|a| a.as_inet()).copied();
            let trusted = self.gate.trusted_proxies.load();
            let asked = self
                .check(session)
                .and_then(|()| forward_auth::asked(session.req_header(), rest, peer, &trusted));
            drop(trusted);
            self.judge(session, passage, endpoint, asked).await?;
            return Ok(true);
        }
        let outcome = self.decide(session, &mut passage.visit).await;
        passage.visit.outcome = Some(outcome);
        let elapsed = passage.visit.stopwatch.elapsed();
        self.recorder.metrics.decided(elapsed);
        self.carry_out(session, passage).await
    }

    async fn upstream_peer(
        &self,
        session: &mut Session,
        passage: &mut Box<Passage>,
    ) -> Result<Box<HttpPeer>> {
        let grant = granted(passage)?;
        let upgrade = session.is_upgrade_req();
        let Visit { exchange, at, .. } = &mut passage.visit;
        let mut peer = forward::choose(&grant, exchange, *at, upgrade).await?;
        if upgrade {
            patient::make(&mut peer);
        }
        Ok(peer)
    }

    fn fail_to_connect(
        &self,
        _session: &mut Session,
        _peer: &HttpPeer,
        passage: &mut Box<Passage>,
        error: Box<Error>,
    ) -> Box<Error> {
        match granted(passage) {
            Ok(grant) => {
                forward::not_connected(&grant, &mut passage.visit.exchange, &self.gate, error)
            }
            Err(_) => error,
        }
    }

    fn error_while_proxy(
        &self,
        peer: &HttpPeer,
        session: &mut Session,
        error: Box<Error>,
        passage: &mut Box<Passage>,
        was_kept: bool,
    ) -> Box<Error> {
        if let Ok(grant) = granted(passage) {
            let exchange = &passage.visit.exchange;
            forward::broken(&grant, exchange, &self.gate, &error, was_kept);
        }
        let mut error = error.more_context(format!("Peer: {peer}"));
        // What an application may not do twice, or what cannot be read twice, is sent once.
        if !session.req_header().method.is_idempotent() || session.as_ref().retry_buffer_truncated()
        {
            error.set_retry(false);
        } else {
            error.retry.decide_reuse(was_kept);
        }
        error
    }

    async fn upstream_request_filter(
        &self,
        _session: &mut Session,
        request: &mut RequestHeader,
        passage: &mut Box<Passage>,
    ) -> Result<()> {
        let grant = granted(passage)?;
        forward::prepare(&grant, &mut passage.visit, request, &self.gate)
    }

    async fn request_body_filter(
        &self,
        session: &mut Session,
        body: &mut Option<Bytes>,
        end_of_stream: bool,
        passage: &mut Box<Passage>,
    ) -> Result<()> {
        limits::count_request_body(session, passage, body.as_ref(), end_of_stream)
    }

    async fn response_filter(
        &self,
        session: &mut Session,
        response: &mut ResponseHeader,
        passage: &mut Box<Passage>,
    ) -> Result<()> {
        watch::response(&self.gate, session, response, passage).await?;
        passage.status = response.status.as_u16();
        passage.upgraded = passage.status == 101;
        pace::answered(session, passage, response.status);
        let visit = &mut passage.visit;
        let elapsed = visit.stopwatch.elapsed();
        visit.exchange.response_head_after.get_or_insert(elapsed);
        if let Ok(grant) = granted(passage) {
            let (exchange, now) = (&passage.visit.exchange, passage.visit.at.plus(elapsed));
            forward::receive(&grant, exchange, response, now);
        }
        watermark::begin(&mut passage.visit, response)
    }

    fn response_body_filter(
        &self,
        _session: &mut Session,
        body: &mut Option<Bytes>,
        end_of_stream: bool,
        passage: &mut Box<Passage>,
    ) -> Result<Option<Duration>> {
        watermark::chunk(&mut passage.visit, body, end_of_stream)?;
        passage.visit.exchange.response_bytes += body.as_ref().map_or(0, Bytes::len) as u64;
        Ok(None)
    }

    async fn response_trailer_filter(
        &self,
        _session: &mut Session,
        _trailers: &mut http::HeaderMap,
        passage: &mut Box<Passage>,
    ) -> Result<Option<Bytes>> {
        let rest = watermark::rest(&mut passage.visit)?;
        passage.visit.exchange.response_bytes += rest.as_ref().map_or(0, Bytes::len) as u64;
        Ok(rest)
    }

    async fn fail_to_proxy(
        &self,
        session: &mut Session,
        error: &Error,
        passage: &mut Box<Passage>,
    ) -> FailToProxy {
        if pace::was_missed(error) {
            passage.visit.outcome = Some(Err(Denial::BodyTooSlow));
        }
        self.answers.fail(session, passage, error).await
    }

    /// A client that breaks off is no fault of ours: its access event tells of it.
    fn suppress_error_log(
        &self,
        _session: &Session,
        _passage: &Box<Passage>,
        error: &Error,
    ) -> bool {
        *error.esource() == ErrorSource::Downstream
    }

    async fn logging(
        &self,
        session: &mut Session,
        error: Option<&Error>,
        passage: &mut Box<Passage>,
    ) {
        crate::exchange::conclude(session, error, passage);
    }
}
