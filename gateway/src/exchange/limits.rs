//! How large and how slow an exchange may be (RFC 9110 §15.5.14; slowloris).

use std::time::Duration;

use bytes::Bytes;
use pingora::proxy::Session;
use pingora::{Error, ErrorType, Result};

use crate::passage::Passage;
use crate::path::denial::Denial;
use crate::path::policy::Target;
use crate::rulebook::RoutedApplication;

/// Silence of a client in the middle of a request.
const READ_WITHIN: Duration = Duration::from_secs(60);
/// A client that takes in nothing for so long is gone.
const WRITE_WITHIN: Duration = Duration::from_secs(60);
/// What is left of a request body that nobody wants is read away for so long, then the connection
/// is closed.
const DRAIN_WITHIN: Duration = Duration::from_secs(5);

/// Sets the limits of a connection that has begun a request.
pub(crate) fn apply(session: &mut Session) {
    session.set_read_timeout(Some(READ_WITHIN));
    session.set_write_timeout(Some(WRITE_WITHIN));
    session.set_total_drain_timeout(Some(DRAIN_WITHIN));
}

/// Refuses a request that says beforehand that it is too large.
pub(crate) fn check_declared(session: &Session, routed: &RoutedApplication) -> Result<(), Denial> {
    let Some(limit) = routed.application.limits.max_request_body else {
        return Ok(());
    };
    let declared = session
        .get_header(http::header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(Denial::BodyTooLarge { limit });
    }
    Ok(())
}

/// Counts what passes to the upstream, and breaks off where it grows past the limit.
pub(crate) fn count_request_body(passage: &mut Passage, chunk: Option<&Bytes>) -> Result<()> {
    let visit = &mut passage.visit;
    visit.exchange.request_bytes += chunk.map_or(0, Bytes::len) as u64;
    // After an upgrade these are the bytes of a WebSocket, which no limit of a body concerns.
    if passage.upgraded {
        return Ok(());
    }
    let Some(Ok(grant)) = &visit.outcome else {
        return Ok(());
    };
    let Target::Application(routed) = grant.target() else {
        return Ok(());
    };
    match routed.application.limits.max_request_body {
        Some(limit) if visit.exchange.request_bytes > limit => {
            visit.outcome = Some(Err(Denial::BodyTooLarge { limit }));
            Err(Error::explain(
                ErrorType::HTTPStatus(413),
                "the request body is larger than allowed",
            )
            .into_down())
        }
        _ => Ok(()),
    }
}
