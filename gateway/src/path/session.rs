//! Stage 4: which principal? Three outcomes, never a bool.

use std::sync::Arc;

use crate::sessions::SessionEntry;

/// What is known of who is calling.
#[derive(Clone, Default)]
pub enum Identity {
    /// The route asks for nobody, or our own pages will ask themselves.
    #[default]
    NotAsked,
    /// No session cookie came.
    Anonymous,
    Authenticated(Arc<SessionEntry>),
    /// A cookie came that opens nothing here.
    Failed,
}

pub async fn find(
    _gate: &crate::Gate,
    _request: &pingora::http::RequestHeader,
    _visit: &mut crate::path::visit::Visit,
) -> Result<(), crate::path::denial::Denial> {
    Ok(())
}
