//! What is known of the exchange with the upstream: who was chosen, how long it took, how it ended.

pub mod limits;
pub mod pace;
pub mod strict;
pub mod watch;

use std::time::Duration;

use config::access_event::{ErrorSource, ExchangeError};
use pingora::proxy::Session;

use crate::passage::Passage;
use crate::path::forward::Attempts;

#[derive(Default)]
pub struct Exchange {
    pub upstream: Option<std::sync::Arc<str>>,
    pub tries: u8,
    pub attempts: Attempts,
    pub response_head_after: Option<Duration>,
    pub request_bytes: u64,
    pub response_bytes: u64,
    pub error: Option<ExchangeError>,
}

/// Takes down how the exchange ended, once pingora is done with it.
pub(crate) fn conclude(session: &Session, error: Option<&pingora::Error>, passage: &mut Passage) {
    if let Some(written) = session.response_written() {
        passage.status = written.status.as_u16();
    }
    if let Some(error) = error {
        passage
            .visit
            .exchange
            .error
            .get_or_insert_with(|| describe(error));
    }
}

/// Who was at fault, and what happened, in pingora's words. These name addresses and error kinds,
/// never what a client or an upstream sent.
pub(crate) fn describe(error: &pingora::Error) -> ExchangeError {
    let source = match error.esource() {
        pingora::ErrorSource::Downstream => ErrorSource::Downstream,
        pingora::ErrorSource::Upstream => ErrorSource::Upstream,
        pingora::ErrorSource::Internal | pingora::ErrorSource::Unset => ErrorSource::Internal,
    };
    ExchangeError {
        source,
        what: error.etype().as_str().to_owned(),
    }
}
