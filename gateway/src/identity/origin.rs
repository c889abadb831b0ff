//! Where a request came from, as we found out: `X-Forwarded-*`, `X-Real-IP` and `X-Request-Id`.
//!
//! Each holds one value, ours. A chain of addresses would carry on what a client wrote into it.

use config::settings::AccessHost;
use http::{HeaderName, HeaderValue};
use pingora::http::RequestHeader;
use pingora::{ErrorType, OrErr};

use crate::path::visit::Visit;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Says who asked for what. Scheme and port are those at which people reach applications, whatever
/// stands between them and this listener.
pub fn tell(visit: &Visit, access: &AccessHost, head: &mut RequestHeader) -> pingora::Result<()> {
    if let Some(address) = visit.client_address {
        let address = HeaderValue::try_from(address.to_string())
            .or_err(ErrorType::InvalidHTTPHeader, "address")?;
        head.insert_header(FORWARDED_FOR, address.clone())?;
        head.insert_header(REAL_IP, address)?;
    }
    let port = access.url.port_or_known_default().unwrap_or(443);
    head.insert_header(
        FORWARDED_HOST,
        format!("{}{}", visit.host, access.port_suffix()),
    )?;
    head.insert_header(FORWARDED_PORT, HeaderValue::from(port))?;
    head.insert_header(FORWARDED_PROTO, access.url.scheme())?;
    head.insert_header(REQUEST_ID, visit.request_id.as_str())?;
    Ok(())
}
