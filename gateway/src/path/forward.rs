//! Stage 6: to which upstream, carrying which identity?
//!
//! Takes a [`Grant`]: nothing is forwarded that the policy has not let in. pingora has removed what
//! concerns only the connection (RFC 9110 §7.6.1), and what `Connection` named, before this runs; what is
//! set here can therefore not be taken off by a client that names it there.

use std::sync::Arc;

use config::Timestamp;
use config::api_token;
use config::snapshot::HostHeader;
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorSource, ErrorType, OrErr};

use crate::exchange::Exchange;
use crate::gate::Gate;
use crate::identity::{self, cookies, origin};
use crate::path::policy::{Grant, Target};
use crate::path::upstream_request::UpstreamRequest;
use crate::path::visit::Visit;
use crate::path::watermark;
use crate::rulebook::RoutedApplication;
use crate::upstreams::{Chosen, Outcome, Tried};

/// The tries of one request: which upstreams failed, which has it now, which is to have it next.
#[derive(Default)]
pub struct Attempts {
    tried: Tried,
    current: Option<Chosen>,
    next: Option<Chosen>,
}

/// The upstream that the request, which may be one for an upgrade, goes to now.
///
/// # Errors
/// If the grant is not for an application, or no upstream is left to try.
pub async fn choose(
    grant: &Grant,
    exchange: &mut Exchange,
    now: Timestamp,
    upgrade: bool,
) -> pingora::Result<Box<HttpPeer>> {
    let pool = &application(grant)?.pool;
    let attempts = &mut exchange.attempts;
    let chosen = match attempts.next.take() {
        Some(next) => Some(next),
        None => pool.choose(&attempts.tried, now).await,
    };
    let Some(chosen) = chosen else {
        let error = Error::explain(ErrorType::ConnectNoRoute, "no upstream has an address");
        return Err(error.into_up());
    };
    exchange.tries = exchange.tries.saturating_add(1);
    exchange.upstream = Some(chosen.address().clone());
    let peer = Box::new(chosen.peer(upgrade));
    attempts.current = Some(chosen);
    Ok(peer)
}

/// No connection came about, so nothing has been sent: whatever the method, the next upstream may be
/// tried.
pub fn not_connected(
    grant: &Grant,
    exchange: &mut Exchange,
    gate: &Gate,
    mut error: Box<Error>,
) -> Box<Error> {
    let (Ok(application), Some(failed)) = (application(grant), exchange.attempts.current.take())
    else {
        return error;
    };
    let (pool, now) = (&application.pool, gate.clock.now());
    pool.report(&failed, Outcome::NotConnected, now);
    let attempts = &mut exchange.attempts;
    attempts.tried.add(&failed);
    if attempts.tried.count() <= usize::from(application.application.pool.retries) {
        attempts.next = pool.choose_now(&attempts.tried, now);
    }
    error.set_retry(attempts.next.is_some());
    error
}

/// The exchange failed on a connection. One that had been kept from an earlier request may just have
/// grown old, which says nothing of the upstream.
pub fn broken(grant: &Grant, exchange: &Exchange, gate: &Gate, error: &Error, was_kept: bool) {
    let before_answer = exchange.response_head_after.is_none();
    let by_upstream = *error.esource() == ErrorSource::Upstream;
    if let (Ok(application), Some(current), true) = (
        application(grant),
        &exchange.attempts.current,
        by_upstream && before_answer && !was_kept,
    ) {
        let now = gate.clock.now();
        application.pool.report(current, Outcome::Broken, now);
    }
}

fn application(grant: &Grant) -> pingora::Result<&Arc<RoutedApplication>> {
    match grant.target() {
        Target::Application(application) => Ok(application),
        Target::OwnPages => Err(Error::explain(
            ErrorType::InternalError,
            "only what is granted at an application is forwarded",
        )),
    }
}

/// Turns the client's request head into the one for the upstream.
///
/// # Errors
/// If the grant is not for an application, or a header cannot be set.
pub fn prepare(
    grant: &Grant,
    visit: &mut Visit,
    head: &mut RequestHeader,
    gate: &Gate,
) -> pingora::Result<()> {
    let application = application(grant)?;
    let Some(rulebook) = visit.rulebook.clone() else {
        return Err(Error::explain(ErrorType::InternalError, "no rulebook"));
    };
    let mut request = UpstreamRequest::take(head);
    strip(application, request.headers_mut());
    cookies::hide(request.headers_mut());
    if let HostHeader::Fixed(host) = &application.application.pool.host_header {
        let host = HeaderValue::try_from(host.as_str());
        request.set(HOST, host.or_err(ErrorType::InvalidHTTPHeader, "host")?);
    }
    origin::tell(visit, &gate.access, &mut request)?;
    let session = grant.session().map(AsRef::as_ref);
    let now = gate.clock.now();
    for (name, value) in identity::headers(gate, &rulebook, application, session, now) {
        request.set(name, value);
    }
    watermark::ask(visit, &rulebook, application, session, &mut request)?;
    request.put_back(head)
}

/// Takes note of the upstream's response head, and takes from it what is not an application's to say.
pub fn receive(grant: &Grant, exchange: &Exchange, head: &mut ResponseHeader, now: Timestamp) {
    cookies::protect(head);
    // It would lead browsers round the gate (RFC 7838).
    head.remove_header("alt-svc");
    if head.status.is_informational() && head.status != StatusCode::SWITCHING_PROTOCOLS {
        return;
    }
    if let (Ok(application), Some(current)) = (application(grant), &exchange.attempts.current) {
        let outcome = Outcome::Answered(head.status.as_u16());
        application.pool.report(current, outcome, now);
    }
}

/// Removes every header that only we may send, in every spelling, and what opens our own API.
fn strip(application: &RoutedApplication, headers: &mut HeaderMap) {
    let reserved: Vec<HeaderName> = headers
        .keys()
        .filter(|name| application.identity.reserves(name))
        .cloned()
        .collect();
    for name in &reserved {
        headers.remove(name);
    }
    let is_ours = |value: &HeaderValue| api_token::is_ours(value.as_bytes());
    if headers.get_all(AUTHORIZATION).iter().any(is_ours) {
        headers.remove(&AUTHORIZATION);
    }
}
