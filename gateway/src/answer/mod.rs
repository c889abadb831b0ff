//! The one place where a denial, or a failure on the way to an application, becomes an answer.
//!
//! A person who opens a page gets a page, in their language, or is led to sign-in; a program gets a
//! status and a problem document (RFC 9457) with a fixed code, and never a redirect that it would
//! mistake for success.

mod audience;
mod language;
mod page;
mod problem;
mod reason;
mod sign_in;
mod text;
mod verdict;
mod write;

use std::sync::Arc;

use config::Language;
use config::access_event::ErrorSource;
use config::snapshot::Brand;
use pingora::http::RequestHeader;
use pingora::proxy::{FailToProxy, Session};
use pingora::{Error, ErrorType, Result};

use self::audience::Audience;
use self::language::Switch;
use self::page::Told;
use self::reason::Reason;
use crate::exchange;
use crate::gate::Gate;
use crate::passage::Passage;
use crate::path::denial::Denial;

/// Makes answers that no application made.
pub struct Answers {
    gate: Arc<Gate>,
}

/// An answer, ready to be written.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Answers {
    #[must_use]
    pub fn new(gate: Arc<Gate>) -> Self {
        Self { gate }
    }

    /// Answers a request that was turned away.
    pub async fn deny(
        &self,
        session: &mut Session,
        passage: &mut Passage,
        denial: &Denial,
    ) -> Result<()> {
        let reason = Reason::of(denial);
        if reason.closes() {
            session.set_keepalive(None);
        }
        let request = session.req_header();
        let answer = if let Some(answer) = language::chosen(request) {
            answer
        } else if let Some(target) = sign_in::first(denial, Audience::of(request), request) {
            Answer::redirect(&target)
        } else {
            let sign_in = sign_in::start(denial, request);
            self.explain(passage, request, &reason, sign_in)
        };
        write::write(session, passage, answer).await
    }

    /// Answers a request that failed on its way, unless the client is gone or has already been
    /// answered in part.
    pub async fn fail(
        &self,
        session: &mut Session,
        passage: &mut Passage,
        error: &Error,
    ) -> FailToProxy {
        let told = exchange::describe(error);
        let fault = told.source;
        passage.visit.exchange.error = Some(told);
        let unanswerable = session.response_written().is_some()
            || matches!(
                (fault, error.etype()),
                (
                    ErrorSource::Downstream,
                    ErrorType::WriteError | ErrorType::ReadError | ErrorType::ConnectionClosed
                )
            );
        if unanswerable {
            return gone();
        }
        let reason = match &passage.visit.outcome {
            Some(Err(denial)) => Reason::of(denial),
            _ => Reason::of_failure(error),
        };
        session.set_keepalive(None);
        let answer = self.explain(passage, session.req_header(), &reason, None);
        let error_code = answer.status;
        if let Err(why) = write::write(session, passage, answer).await {
            tracing::debug!(%why, "the client did not take the error page");
        }
        FailToProxy {
            error_code,
            can_reuse_downstream: false,
        }
    }

    /// `sign_in` is where signing in begins, if that would help.
    fn explain(
        &self,
        passage: &Passage,
        request: &RequestHeader,
        reason: &Reason,
        sign_in: Option<String>,
    ) -> Answer {
        let request_id = passage.visit.request_id.as_str();
        match Audience::of(request) {
            Audience::Person(language) => Told {
                reason,
                language,
                brand: &self.brand(passage),
                at: passage.visit.at,
                access: &self.gate.access,
                request_id,
                sign_in,
                switch: Switch::from(language, request),
            }
            .page(),
            Audience::Program => problem::problem(reason, Language::En, request_id),
        }
    }

    fn brand(&self, passage: &Passage) -> Brand {
        let current = passage.visit.rulebook.clone();
        let rulebook = current.or_else(|| self.gate.rulebook.load_full());
        rulebook.map_or_else(Brand::default, |rules| rules.snapshot.brand.clone())
    }
}

fn gone() -> FailToProxy {
    FailToProxy {
        error_code: 0,
        can_reuse_downstream: false,
    }
}

impl Answer {
    fn redirect(target: &str) -> Self {
        Self {
            status: 302,
            headers: vec![("Location", target.to_owned())],
            body: String::new(),
        }
    }
}
