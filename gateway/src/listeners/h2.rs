//! How much one HTTP/2 connection may ask of us (RFC 9113; CVE-2023-44487, CVE-2024-27316).

use config::settings::Limits;
use pingora::protocols::http::v2::server::{H2Options, default_h2_options};

/// Streams reset by the client and still to be cleared, before the connection is closed.
const PENDING_RESETS: usize = 64;
/// Streams reset by us because of the client's errors, before the connection is closed.
const OWN_RESETS: usize = 64;
/// Bytes of a body that a client may send ahead, per stream and per connection.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Bytes of answers held for a client that does not read.
const SEND_BUFFER: usize = 256 * 1024;

/// The options of every connection.
#[must_use]
pub fn options(limits: &Limits) -> H2Options {
    let mut options = default_h2_options();
    options
        .max_concurrent_streams(limits.http2_streams)
        .max_header_list_size(u32::try_from(limits.request_head_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .max_local_error_reset_streams(Some(OWN_RESETS))
        .max_concurrent_reset_streams(PENDING_RESETS)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buffer_size(SEND_BUFFER);
    options
}
