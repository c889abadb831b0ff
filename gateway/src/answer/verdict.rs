//! What another proxy is answered that asked about a request.

use config::Language;
use http::{HeaderName, HeaderValue};
use pingora::Result;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::proxy::Session;

use crate::answer::audience::Audience;
use crate::answer::reason::Reason;
use crate::answer::{Answer, Answers, problem, sign_in, write};
use crate::forward_auth::Endpoint;
use crate::passage::Passage;
use crate::path::denial::Denial;

impl Answers {
    /// The request may pass, and these headers tell the application who is calling.
    pub async fn let_pass(
        &self,
        session: &mut Session,
        passage: &mut Passage,
        told: Vec<(HeaderName, HeaderValue)>,
    ) -> Result<()> {
        let mut head = ResponseHeader::build(200, Some(told.len() + 3))?;
        head.insert_header(http::header::CONTENT_LENGTH, "0")?;
        head.insert_header(http::header::CACHE_CONTROL, "no-store")?;
        head.insert_header("X-Request-Id", passage.visit.request_id.as_str())?;
        for (name, value) in told {
            head.insert_header(name, value)?;
        }
        passage.status = 200;
        session.write_response_header(Box::new(head), true).await
    }

    /// The request may not pass. `asked` is the request, if it could be made out.
    pub async fn turn_away(
        &self,
        session: &mut Session,
        passage: &mut Passage,
        endpoint: Endpoint,
        asked: Option<&RequestHeader>,
        denial: &Denial,
    ) -> Result<()> {
        let reason = Reason::of(denial);
        let answer = match (endpoint, asked) {
            (Endpoint::AuthRequest, _) => bare(&reason),
            (Endpoint::ForwardAuth, None) => {
                problem::problem(&reason, Language::En, passage.visit.request_id.as_str())
            }
            (Endpoint::ForwardAuth, Some(asked)) => {
                let audience = Audience::of(asked);
                if let Some(target) = sign_in::first(denial, audience, asked) {
                    let origin = self.gate.access.origin_of(&passage.visit.host);
                    Answer::redirect(&format!("{origin}{target}"))
                } else {
                    let sign_in = sign_in::start(denial, asked);
                    self.explain(passage, asked, &reason, sign_in)
                }
            }
        };
        write::write(session, passage, answer).await
    }
}

/// `auth_request` knows 401 and 403; everything else it takes for a fault of its own, and refuses.
fn bare(reason: &Reason) -> Answer {
    let status = match reason.status {
        401 => 401,
        400..=499 => 403,
        other => other,
    };
    Answer {
        status,
        headers: vec![("X-Gatehouse-Reason", reason.code.to_owned())],
        body: String::new(),
    }
}
