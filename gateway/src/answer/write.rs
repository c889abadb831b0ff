//! Writes an answer of our own to the client.

use bytes::Bytes;
use pingora::Result;
use pingora::http::ResponseHeader;
use pingora::proxy::Session;

use crate::answer::Answer;
use crate::passage::Passage;

/// On everything that we say ourselves: nothing of it may be kept, framed, sniffed or told on.
const ALWAYS: [(&str, &str); 5] = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
];

pub(super) async fn write(
    session: &mut Session,
    passage: &mut Passage,
    answer: Answer,
) -> Result<()> {
    let mut head = ResponseHeader::build(answer.status, Some(16))?;
    for (name, value) in ALWAYS {
        head.insert_header(name, value)?;
    }
    head.insert_header("X-Request-Id", passage.visit.request_id.as_str())?;
    for (name, value) in answer.headers {
        head.insert_header(name, value)?;
    }
    head.insert_header(http::header::CONTENT_LENGTH, answer.body.len())?;
    passage.status = answer.status;
    let empty = answer.body.is_empty() || session.req_header().method == http::Method::HEAD;
    session.write_response_header(Box::new(head), empty).await?;
    if !empty {
        passage.visit.exchange.response_bytes += answer.body.len() as u64;
        session
            .write_response_body(Some(Bytes::from(answer.body)), true)
            .await?;
    }
    Ok(())
}
