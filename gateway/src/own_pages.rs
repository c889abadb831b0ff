//! Calls our own pages (sign-in, portal, API) without a hop: the request becomes an HTTP value, the
//! router of the admin plane answers it on the admin plane's own threads, and both bodies stream.
//!
//! Nothing of the admin plane runs on a thread that forwards requests.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use config::link::{
    API, BodyError, LARGEST_API_BODY, LARGEST_SCIM_BODY, OwnPages, PageBody, SCIM, Visitor,
};
use config::settings::Limits;
use futures::{Stream, StreamExt, TryStreamExt};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use pingora::http::ResponseHeader;
use pingora::proxy::Session;
use pingora::{Error, ErrorType, OrErr};
use tokio::sync::{mpsc, oneshot};
use tower::{Service, ServiceExt};

use crate::exchange::pace;
use crate::passage::Passage;
use crate::path::denial::Denial;
use crate::rulebook::Route;

/// Chunks on their way between the two worlds.
const CHUNKS: usize = 8;

/// The way to our own pages.
#[derive(Clone)]
pub struct Bridge {
    pages: OwnPages,
    admin: tokio::runtime::Handle,
    /// The largest body in bytes that a page for people reads.
    largest_form: u64,
}

/// How a request to our own pages ended.
pub enum Served {
    Answered,
    /// More was sent than the settings allow, or too slowly; nothing has been answered yet.
    Refused(Denial),
}

type Head = http::response::Parts;
type Chunks = mpsc::Receiver<Result<Bytes, BodyError>>;

impl Bridge {
    #[must_use]
    pub fn new(pages: OwnPages, admin: tokio::runtime::Handle, limits: &Limits) -> Self {
        Self {
            pages,
            admin,
            largest_form: limits.own_pages_body_bytes as u64,
        }
    }

    /// Answers the request from our own pages.
    pub async fn serve(
        &self,
        session: &mut Session,
        passage: &mut Passage,
    ) -> pingora::Result<Served> {
        let limit = self.largest_body(session);
        if content_length(session).is_some_and(|length| length > limit) {
            return Ok(Served::Refused(Denial::BodyTooLarge { limit }));
        }
        let (body, chunks) = mpsc::channel(CHUNKS);
        let request = request(session, passage, chunks)?;
        let mut answer = self.call(request);
        let head = tokio::select! {
            head = &mut answer.head => head,
            sent = send_body(session, body, passage, limit) => {
                if let Err(denial) = sent? {
                    return Ok(Served::Refused(denial));
                }
                answer.head.await
            }
        };
        pace::end(passage);
        let head = head.or_err(ErrorType::InternalError, "our own page gave no answer")?;
        respond(session, passage, head, answer.chunks).await?;
        Ok(Served::Answered)
    }

    /// The API, and what directories push, reads as much as each route allows, which is nothing for a stranger. Of what it has
    /// not read no more than some chunks wait here.
    fn largest_body(&self, session: &Session) -> u64 {
        let path = session.req_header().uri.path();
        if path.starts_with(API) {
            LARGEST_API_BODY as u64
        } else if path.starts_with(SCIM) {
            LARGEST_SCIM_BODY as u64
        } else {
            self.largest_form
        }
    }

    fn call(&self, request: http::Request<PageBody>) -> Answer {
        let (head, head_receiver) = oneshot::channel();
        let (chunks, chunk_receiver) = mpsc::channel(CHUNKS);
        let mut pages = self.pages.clone();
        self.admin.spawn(async move {
            let Ok(ready) = pages.ready().await;
            let Ok(response) = ready.call(request).await;
            let (parts, body) = response.into_parts();
            if head.send(parts).is_err() {
                return;
            }
            let mut body = body.into_data_stream();
            while let Some(chunk) = body.next().await {
                if chunks.send(chunk).await.is_err() {
                    return;
                }
            }
        });
        Answer {
            head: head_receiver,
            chunks: chunk_receiver,
        }
    }
}

async fn send_body(
    session: &mut Session,
    body: mpsc::Sender<Result<Bytes, BodyError>>,
    passage: &mut Passage,
    limit: u64,
) -> pingora::Result<Result<(), Denial>> {
    if session.is_body_empty() {
        return Ok(Ok(()));
    }
    if session
        .get_header(http::header::EXPECT)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
    {
        session.write_continue_response().await?;
    }
    while let Some(chunk) = session
        .read_request_body()
        .await
        .map_err(Error::into_down)?
    {
        passage.visit.exchange.request_bytes += chunk.len() as u64;
        if passage.visit.exchange.request_bytes > limit {
            pace::end(passage);
            let _ = body.send(Err("the body is too large".into())).await;
            return Ok(Err(Denial::BodyTooLarge { limit }));
        }
        if let Err(denial) = pace::arrived(session, passage, chunk.len()) {
            let _ = body.send(Err("the body comes too slowly".into())).await;
            return Ok(Err(denial));
        }
        if body.send(Ok(chunk)).await.is_err() {
            // The page does not want the rest.
            break;
        }
    }
    Ok(Ok(()))
}

struct Answer {
    head: oneshot::Receiver<Head>,
    chunks: Chunks,
}

fn content_length(session: &Session) -> Option<u64> {
    let value = session.get_header(http::header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

/// The request as our own pages see it: origin form, with a [`Visitor`] that says what the stages
/// found out.
fn request(
    session: &mut Session,
    passage: &Passage,
    chunks: Chunks,
) -> pingora::Result<http::Request<PageBody>> {
    let body = if session.is_body_empty() {
        http_body_util::Empty::new()
            .map_err(|never| match never {})
            .boxed_unsync()
    } else {
        StreamBody::new(stream(chunks).map_ok(Frame::data)).boxed_unsync()
    };
    let head = session.req_header();
    let target = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = http::Request::builder()
        .method(head.method.clone())
        .uri(target)
        .extension(visitor(passage))
        .body(body)
        .or_err(ErrorType::InternalError, "the target is not a path")?;
    *request.headers_mut() = head.headers.clone();
    Ok(request)
}

fn stream(mut chunks: Chunks) -> impl Stream<Item = Result<Bytes, BodyError>> + Send {
    futures::stream::poll_fn(move |context| chunks.poll_recv(context))
}

fn visitor(passage: &Passage) -> Visitor {
    let visit = &passage.visit;
    Visitor {
        // The decision records the address before anything can be granted.
        client_address: visit
            .client_address
            .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        host: visit.host.clone(),
        request_id: visit.request_id.as_str().to_owned(),
        application: match &visit.route {
            Some(Route::OwnPages(Some(routed)) | Route::Application(routed)) => {
                Some(routed.application.id.clone())
            }
            _ => None,
        },
    }
}

async fn respond(
    session: &mut Session,
    passage: &mut Passage,
    head: Head,
    mut chunks: Chunks,
) -> pingora::Result<()> {
    let mut response = ResponseHeader::build(head.status, Some(head.headers.len()))?;
    for (name, value) in &head.headers {
        response.append_header(name, value)?;
    }
    let empty = session.req_header().method == http::Method::HEAD
        || matches!(head.status.as_u16(), 100..=199 | 204 | 304);
    if !empty && !head.headers.contains_key(http::header::CONTENT_LENGTH) && !session.is_http2() {
        response.insert_header(http::header::TRANSFER_ENCODING, "chunked")?;
    }
    passage.status = head.status.as_u16();
    session
        .write_response_header(Box::new(response), empty)
        .await?;
    while let Some(chunk) = chunks.recv().await {
        let chunk = chunk.map_err(|why| {
            Error::explain(ErrorType::InternalError, format!("our own page: {why}"))
        })?;
        if !empty && !chunk.is_empty() {
            passage.visit.exchange.response_bytes += chunk.len() as u64;
            session.write_response_body(Some(chunk), false).await?;
        }
    }
    session.write_response_body(None, true).await
}
