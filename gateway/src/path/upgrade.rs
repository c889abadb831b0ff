//! Part of stage 5: may this connection become a WebSocket?
//!
//! Browsers send cookies along when any page opens a WebSocket, and no preflight asks first: only
//! the Origin header tells whose page it is (RFC 6455 §10.2).

use config::settings::AccessHost;
use http::header::{CONNECTION, ORIGIN, UPGRADE};
use http::{HeaderMap, HeaderName, Method};
use pingora::http::RequestHeader;

use crate::path::denial::Denial;
use crate::rulebook::RoutedApplication;

/// pingora takes a request for an upgrade by the Upgrade header alone; so do we. What is neither a
/// WebSocket nor allowed to be one is refused rather than stripped: behind an upgrade nobody judges
/// what passes.
pub(crate) fn check(
    application: &RoutedApplication,
    request: &RequestHeader,
    host: &str,
    access: &AccessHost,
) -> Result<(), Denial> {
    if !request.headers.contains_key(UPGRADE) {
        return Ok(());
    }
    let websockets = &application.application.websockets;
    if !websockets.enabled || !is_websocket_handshake(request) {
        return Err(Denial::UpgradeRefused);
    }
    let Some(origin) = only_value(&request.headers, &ORIGIN)? else {
        // Not a browser: nobody's cookies come along against their will.
        return Ok(());
    };
    let is_allowed = origin.eq_ignore_ascii_case(&access.origin_of(host))
        || websockets
            .allowed_origins
            .iter()
            .any(|allowed| origin.eq_ignore_ascii_case(allowed.trim_end_matches('/')));
    if is_allowed {
        Ok(())
    } else {
        Err(Denial::OriginRefused)
    }
}

fn is_websocket_handshake(request: &RequestHeader) -> bool {
    let upgrade = only_value(&request.headers, &UPGRADE);
    let asks = matches!(upgrade, Ok(Some(protocol)) if protocol.eq_ignore_ascii_case("websocket"));
    let connection = request.headers.get_all(CONNECTION).iter();
    let connects = connection
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|option| option.trim().eq_ignore_ascii_case("upgrade"));
    asks && connects && request.method == Method::GET
}

/// The value of a header that may come once.
fn only_value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Denial> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    match (value.to_str(), values.next()) {
        (Ok(value), None) => Ok(Some(value.trim())),
        _ => Err(Denial::OriginRefused),
    }
}
