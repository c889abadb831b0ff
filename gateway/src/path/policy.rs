//! Stage 5: may this principal do this, here, now? The only maker of a [`Grant`].

use std::sync::Arc;

use crate::rulebook::RoutedApplication;
use crate::sessions::SessionEntry;

/// Proof that policy ran and let the request in. Forwarding takes one; nothing else makes one.
#[derive(Clone)]
pub struct Grant {
    target: Target,
    session: Option<Arc<SessionEntry>>,
}

/// Where a granted request may go.
#[derive(Clone)]
pub enum Target {
    Application(Arc<RoutedApplication>),
    OwnPages,
}

impl Grant {
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Whoever is signed in; `None` for an anonymous request on a public path.
    #[must_use]
    pub fn session(&self) -> Option<&Arc<SessionEntry>> {
        self.session.as_ref()
    }
}

pub fn decide(
    _gate: &crate::Gate,
    _request: &pingora::http::RequestHeader,
    _visit: &mut crate::path::visit::Visit,
) -> Result<Grant, crate::path::denial::Denial> {
    Err(crate::path::denial::Denial::NoRuleAllows)
}
