//! Stage 3: which application, which path rule?

use pingora::http::RequestHeader;

use crate::gate::Gate;
use crate::path::denial::Denial;
use crate::path::visit::Visit;
use crate::rulebook::Rulebook;

/// Hosts and path prefixes, compiled.
#[derive(Default)]
pub struct Routes {}

pub fn find(
    _gate: &Gate,
    _rulebook: &Rulebook,
    _request: &RequestHeader,
    _visit: &mut Visit,
) -> Result<(), Denial> {
    Err(Denial::UnknownHost)
}
