//! Which exchanges last long enough to be watched: what let them in may be taken back before they
//! end, and then they are cut.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, StatusCode};
use pingora::http::ResponseHeader;
use pingora::proxy::Session;
use pingora::{Error, ErrorType, Result};

use crate::gate::Gate;
use crate::passage::Passage;

/// What is no longer than this passes in a moment, in bytes.
const SHORT: u64 = 256 * 1024;

/// Watches over a long upload.
pub(crate) fn upload(gate: &Gate, session: &Session, passage: &mut Passage) {
    let head = session.req_header();
    let has_body = head.headers.contains_key(TRANSFER_ENCODING)
        || head.headers.contains_key(CONTENT_LENGTH)
        || (session.is_http2() && !is_safe(&head.method));
    if has_body && !is_short(&head.headers) {
        watch_over(gate, session, passage);
    }
}

/// Makes sure, when the head of a response passes, that the request would still be let in, and
/// watches over what follows if it lasts.
///
/// # Errors
/// If it would not be let in now: nothing of the response is passed on.
pub(crate) async fn response(
    gate: &Gate,
    session: &Session,
    response: &ResponseHeader,
    passage: &mut Passage,
) -> Result<()> {
    if response.status.is_informational() && response.status != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(());
    }
    if let Err(denial) = gate.recheck(&passage.visit, session.req_header()).await {
        passage.visit.outcome = Some(Err(denial));
        return Err(Error::explain(
            ErrorType::HTTPStatus(403),
            "what let the request in no longer holds",
        ));
    }
    if passage.watched.is_none() && lasts(response) {
        watch_over(gate, session, passage);
    }
    if ends_never(response)
        && let Some(watched) = &mut passage.watched
    {
        watched.ends_never();
    }
    Ok(())
}

fn watch_over(gate: &Gate, session: &Session, passage: &mut Passage) {
    let cut = passage.cut.clone();
    passage.watched = gate.watch_over(&passage.visit, session.req_header(), cut);
}

fn lasts(response: &ResponseHeader) -> bool {
    let bodiless = matches!(response.status.as_u16(), 204 | 304);
    ends_never(response) || (!bodiless && !is_short(&response.headers))
}

/// A WebSocket or an event stream.
fn ends_never(response: &ResponseHeader) -> bool {
    let is_event_stream = response
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    is_event_stream || response.status == StatusCode::SWITCHING_PROTOCOLS
}

fn is_short(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok())
        .is_some_and(|length| length <= SHORT)
}

fn is_safe(method: &http::Method) -> bool {
    matches!(
        *method,
        http::Method::GET | http::Method::HEAD | http::Method::OPTIONS
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, headers: &[(&'static str, &str)]) -> ResponseHeader {
        let mut head = ResponseHeader::build(status, None).unwrap();
        for (name, value) in headers {
            head.insert_header(*name, *value).unwrap();
        }
        head
    }

    #[test]
    fn streams_and_long_downloads_last_and_pages_do_not() {
        assert!(lasts(&response(101, &[])));
        assert!(lasts(&response(200, &[("transfer-encoding", "chunked")])));
        assert!(lasts(&response(200, &[("content-length", "900000")])));
        assert!(!lasts(&response(200, &[("content-length", "900")])));
        assert!(!lasts(&response(304, &[])));
        let events = [
            ("content-type", "text/event-stream"),
            ("content-length", "5"),
        ];
        assert!(lasts(&response(200, &events)));
    }
}
