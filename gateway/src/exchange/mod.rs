//! What is known of the exchange with the upstream: who was chosen, how long it took, how it ended.

use std::time::Duration;

use config::access_event::ExchangeError;

#[derive(Default)]
pub struct Exchange {
    pub upstream: Option<std::sync::Arc<str>>,
    pub tries: u8,
    pub response_head_after: Option<Duration>,
    pub request_bytes: u64,
    pub response_bytes: u64,
    pub error: Option<ExchangeError>,
}
