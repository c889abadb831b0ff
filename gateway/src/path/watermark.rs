//! Stage 7: mark the page.

use bytes::Bytes;
use pingora::http::{RequestHeader, ResponseHeader};

use crate::path::visit::Visit;
use crate::rulebook::{RoutedApplication, Rulebook};
use crate::sessions::SessionEntry;

/// What is being marked in this visit, if anything.
#[derive(Default)]
pub struct Marking {}

impl Marking {
    /// Whether the response carries a mark, for the access event.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        false
    }
}

/// Decides from the request whether its response is to be marked, and asks the upstream for
/// one that can be. Called by `forward`.
pub fn ask(
    _visit: &mut Visit,
    _rulebook: &Rulebook,
    _application: &RoutedApplication,
    _session: Option<&SessionEntry>,
    _head: &mut RequestHeader,
) {
}

/// Decides from the upstream's response head whether it is marked, and makes the head tell the truth
/// about what will follow. Call it in `response_filter`.
///
/// # Errors
/// If a header cannot be set.
pub fn begin(_visit: &mut Visit, _head: &mut ResponseHeader) -> pingora::Result<()> {
    Ok(())
}

/// Marks a piece of the body in place. Call it in `response_body_filter`, not for the bytes of an
/// upgraded connection.
///
/// # Errors
/// If the body is not in the coding that the head announced. What has been sent cannot be taken back:
/// the exchange must be broken off.
pub fn chunk(_visit: &mut Visit, _body: &mut Option<Bytes>, _end: bool) -> pingora::Result<()> {
    Ok(())
}
