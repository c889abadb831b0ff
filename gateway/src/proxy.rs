//! pingora's phases, each a few lines that call a stage. What is decided is decided by
//! [`Gate::admit`]; nothing here lets anybody in.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use pingora::http::ResponseHeader;
use pingora::proxy::{FailToProxy, ProxyHttp, Session};
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorType, Result};

use crate::answer::Answers;
use crate::exchange::limits;
use crate::gate::Gate;
use crate::own_pages::{Bridge, LARGEST_BODY, Served};
use crate::passage::{Passage, RequestFacts};
use crate::path::access_event::Recorder;
use crate::path::denial::Denial;
use crate::path::policy::{Grant, Target};

/// The gate as pingora's proxy drives it.
pub struct Proxy {
    pub gate: Arc<Gate>,
    pub pages: Bridge,
    pub answers: Answers,
    pub recorder: Arc<Recorder>,
}

impl Proxy {
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
            Target::Application(routed) => Ok(limits::check_declared(session, routed)
                .map_or_else(Entered::Refused, |()| Entered::Upstream)),
            Target::OwnPages => Ok(match self.pages.serve(session, passage).await? {
                Served::Answered => Entered::Answered,
                Served::BodyTooLarge => Entered::Refused(Denial::BodyTooLarge {
                    limit: LARGEST_BODY,
                }),
            }),
        }
    }
}

enum Entered {
    Upstream,
    Answered,
    Refused(Denial),
}

#[async_trait]
impl ProxyHttp for Proxy {
    type CTX = Passage;

    fn new_ctx(&self) -> Passage {
        Passage::begin(Arc::clone(&self.recorder))
    }

    async fn request_filter(&self, session: &mut Session, passage: &mut Passage) -> Result<bool> {
        passage.request = RequestFacts::of(session);
        limits::apply(session);
        let peer = session.client_addr().and_then(|a| a.as_inet()).copied();
        let outcome = self
            .gate
            .admit(peer, session.req_header(), &mut passage.visit)
            .await;
        passage.visit.outcome = Some(outcome);
        self.carry_out(session, passage).await
    }

    async fn upstream_peer(
        &self,
        _session: &mut Session,
        passage: &mut Passage,
    ) -> Result<Box<HttpPeer>> {
        let Some(Ok(grant)) = &passage.visit.outcome else {
            return Err(Error::explain(ErrorType::InternalError, "no grant"));
        };
        let Target::Application(routed) = grant.target() else {
            return Err(Error::explain(ErrorType::InternalError, "no application"));
        };
        let address = routed
            .application
            .pool
            .upstreams
            .first()
            .ok_or_else(|| Error::explain(ErrorType::HTTPStatus(502), "no upstream"))?;
        passage.visit.exchange.upstream = Some(address.address.as_str().into());
        Ok(Box::new(HttpPeer::new(
            &address.address,
            false,
            String::new(),
        )))
    }

    async fn request_body_filter(
        &self,
        _session: &mut Session,
        body: &mut Option<Bytes>,
        _end_of_stream: bool,
        passage: &mut Passage,
    ) -> Result<()> {
        limits::count_request_body(passage, body.as_ref())
    }

    async fn response_filter(
        &self,
        _session: &mut Session,
        response: &mut ResponseHeader,
        passage: &mut Passage,
    ) -> Result<()> {
        passage.status = response.status.as_u16();
        passage.upgraded = passage.status == 101;
        passage
            .visit
            .exchange
            .response_head_after
            .get_or_insert_with(|| passage.visit.stopwatch.elapsed());
        Ok(())
    }

    fn response_body_filter(
        &self,
        _session: &mut Session,
        body: &mut Option<Bytes>,
        _end_of_stream: bool,
        passage: &mut Passage,
    ) -> Result<Option<Duration>> {
        passage.visit.exchange.response_bytes += body.as_ref().map_or(0, Bytes::len) as u64;
        Ok(None)
    }

    async fn fail_to_proxy(
        &self,
        session: &mut Session,
        error: &Error,
        passage: &mut Passage,
    ) -> FailToProxy {
        self.answers.fail(session, passage, error).await
    }

    async fn logging(&self, session: &mut Session, error: Option<&Error>, passage: &mut Passage) {
        crate::exchange::conclude(session, error, passage);
    }
}
