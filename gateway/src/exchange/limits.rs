//! How large and how slow an exchange may be (RFC 9110 §15.5.14; slowloris).

use std::time::Duration;

use bytes::Bytes;
use config::settings::Limits;
use pingora::proxy::Session;
use pingora::{Error, ErrorType, Result};

use crate::exchange::pace;
use crate::passage::Passage;
use crate::path::denial::Denial;
use crate::path::policy::Target;
use crate::rulebook::RoutedApplication;

/// What is left of a request body that nobody wants is read away for so long, then the connection
/// is closed.
const DRAIN_WITHIN: Duration = Duration::from_secs(5);

/// Sets the limits of an exchange that has begun.
pub(crate) fn apply(session: &mut Session, limits: &Limits) {
    session.set_read_timeout(Some(limits.body_timeout));
    session.set_write_timeout(Some(limits.write_timeout));
    session.set_total_drain_timeout(Some(DRAIN_WITHIN));
}

/// Refuses a head that is larger than the settings allow. pingora reads up to 1 MiB of it.
pub(crate) fn check_head(session: &Session, limits: &Limits) -> Result<(), Denial> {
    let head = session.req_header();
    // What a line costs beside name and value: `: ` and CRLF.
    let headers = head
        .headers
        .iter()
        .map(|(n, v)| n.as_str().len() + v.len() + 4);
    let bytes = head.raw_path().len() + headers.sum::<usize>();
    if bytes > limits.request_head_bytes {
        return Err(Denial::HeadTooLarge);
    }
    Ok(())
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

/// Counts what passes to the upstream, and breaks off where it grows past the limit or comes too
/// slowly.
pub(crate) fn count_request_body(
    session: &mut Session,
    passage: &mut Passage,
    chunk: Option<&Bytes>,
    end: bool,
) -> Result<()> {
    let bytes = chunk.map_or(0, Bytes::len);
    passage.visit.exchange.request_bytes += bytes as u64;
    // After an upgrade these are the bytes of a WebSocket, which no limit of a body concerns.
    if passage.upgraded {
        return Ok(());
    }
    if end {
        pace::end(passage);
    } else if let Err(denial) = pace::arrived(session, passage, bytes) {
        passage.visit.outcome = Some(Err(denial));
        return Err(Error::explain(
            ErrorType::HTTPStatus(408),
            "the request body came too slowly",
        )
        .into_down());
    }
    let visit = &mut passage.visit;
    let Some(Ok(grant)) = &visit.outcome else {
        return Ok(());
    };
    let Target::Application(routed) = grant.target() else {
        return Ok(());
    };
    match routed.application.limits.max_request_body {
        Some(limit) if visit.exchange.request_bytes > limit => {
            visit.outcome = Some(Err(Denial::BodyTooLarge { limit }));
            // What is left of it may come as slowly as it likes: the refusal has to get through.
            pace::end(passage);
            Err(Error::explain(
                ErrorType::HTTPStatus(413),
                "the request body is larger than allowed",
            )
            .into_down())
        }
        _ => Ok(()),
    }
}
