//! Stage 7: mark the page. What is marked and how is told in [`crate::watermark`].

use bytes::Bytes;
use http::Method;
use pingora::http::ResponseHeader;
use pingora::{Error, ErrorType};

use crate::path::upstream_request::UpstreamRequest;
use crate::path::visit::Visit;
use crate::rulebook::{RoutedApplication, Rulebook};
use crate::sessions::SessionEntry;
use crate::watermark::body::Body;
use crate::watermark::head::Framing;
use crate::watermark::{head, request as asked, script, text};

/// What is being marked in this visit, if anything.
#[derive(Default)]
pub enum Marking {
    #[default]
    Not,
    /// If the response is a page, this tag goes into it.
    Asked {
        tag: String,
        /// A HEAD request: the response's head is that of a marked page, and no page follows.
        only_head: bool,
    },
    Marked(Box<Body>),
}

impl Marking {
    /// Whether the response carries a mark, for the access event.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        matches!(self, Self::Marked(_))
    }
}

/// Decides from the request whether its response is to be marked if it is a page, and asks the upstream
/// for one that can be. Called by `forward`.
///
/// # Errors
/// If a header cannot be set.
pub fn ask(
    visit: &mut Visit,
    rulebook: &Rulebook,
    application: &RoutedApplication,
    session: Option<&SessionEntry>,
    request: &mut UpstreamRequest,
) -> pingora::Result<()> {
    let watermark = &rulebook.snapshot.watermark;
    let Some(entry) = session else {
        return Ok(());
    };
    if !watermark.enabled
        || !application.application.watermark
        || !asked::shows_a_page(request.method(), request.headers())
    {
        return Ok(());
    }
    let principal = &entry.session.principal;
    let text = text::of(watermark, principal, visit.client_address, visit.at);
    if text.is_empty() {
        return Ok(());
    }
    visit.marking = Marking::Asked {
        tag: script::tag(watermark, &text),
        only_head: *request.method() == Method::HEAD,
    };
    asked::ask_for_all(request.headers_mut())
}

/// Decides from the upstream's response head whether it is marked, and makes the head tell the truth
/// about what will follow. Call it in `response_filter`.
///
/// # Errors
/// If a header cannot be set.
pub fn begin(visit: &mut Visit, head: &mut ResponseHeader) -> pingora::Result<()> {
    if head.status.is_informational() && head.status != http::StatusCode::SWITCHING_PROTOCOLS {
        return Ok(());
    }
    let Marking::Asked { tag, only_head } = std::mem::take(&mut visit.marking) else {
        return Ok(());
    };
    let Some(coding) = head::to_be_marked(head) else {
        return Ok(());
    };
    let framing = if only_head {
        Framing::NoBody
    } else {
        Framing::with_tag(head, coding, tag.len())
    };
    head::make_true(head, framing)?;
    if !only_head {
        visit.marking = Marking::Marked(Box::new(Body::new(coding, tag)));
    }
    Ok(())
}

/// Marks a piece of the body in place. Call it in `response_body_filter`.
///
/// # Errors
/// If the body is not in the coding that the head announced. What has been sent cannot be taken back:
/// the exchange must be broken off.
pub fn chunk(visit: &mut Visit, body: &mut Option<Bytes>, end: bool) -> pingora::Result<()> {
    let Marking::Marked(marked) = &mut visit.marking else {
        return Ok(());
    };
    let mut out = match body.take() {
        Some(piece) => or_break(marked.push(piece))?,
        None => Bytes::new(),
    };
    if end {
        let rest = or_break(marked.finish())?;
        out = match (out.is_empty(), rest.is_empty()) {
            (true, _) => rest,
            (false, true) => out,
            (false, false) => [out, rest].concat().into(),
        };
    }
    *body = (!out.is_empty()).then_some(out);
    Ok(())
}

/// What is left of the body where trailers end it instead of [`chunk`]. Call it in
/// `response_trailer_filter`.
///
/// # Errors
/// As [`chunk`].
pub fn rest(visit: &mut Visit) -> pingora::Result<Option<Bytes>> {
    let mut rest = None;
    chunk(visit, &mut rest, true)?;
    Ok(rest)
}

fn or_break<T>(done: std::io::Result<T>) -> pingora::Result<T> {
    done.map_err(|cause| {
        let what = "the page cannot be marked";
        Error::because(ErrorType::InvalidHTTPHeader, what, cause).into_up()
    })
}
