//! Where a request came from, as we found out: `X-Forwarded-*`, `X-Real-IP` and `X-Request-Id`.
//!
//! Each holds one value, ours. A chain of addresses would carry on what a client wrote into it.

use std::net::IpAddr;

use config::settings::AccessHost;
use http::{HeaderName, HeaderValue};
use pingora::{ErrorType, OrErr};

use crate::path::upstream_request::UpstreamRequest;
use crate::path::visit::Visit;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Says who asked for what. Scheme and port are those at which people reach applications, whatever
/// stands between them and this listener.
///
/// # Errors
/// If something that was found out cannot be the value of a header.
pub fn tell(
    visit: &Visit,
    access: &AccessHost,
    request: &mut UpstreamRequest,
) -> pingora::Result<()> {
    if let Some(address) = visit.client_address {
        let address = value(address_text(address))?;
        request.set(FORWARDED_FOR, address.clone());
        request.set(REAL_IP, address);
    }
    let mut host = visit.host.clone();
    if let Some(port) = access.url.port() {
        host.push(':');
        host.push_str(itoa::Buffer::new().format(port));
    }
    request.set(FORWARDED_HOST, value(host)?);
    let port = access.url.port_or_known_default().unwrap_or(443);
    request.set(FORWARDED_PORT, HeaderValue::from(port));
    let scheme = match access.url.scheme() {
        "http" => "http",
        _ => "https",
    };
    request.set(FORWARDED_PROTO, HeaderValue::from_static(scheme));
    request.set(REQUEST_ID, value(visit.request_id.as_str().to_owned())?);
    Ok(())
}

fn value(text: String) -> pingora::Result<HeaderValue> {
    HeaderValue::try_from(text).or_err(ErrorType::InvalidHTTPHeader, "X-Forwarded")
}

/// As `Display` writes it, without the machinery of formatting, which takes longer than a decision.
fn address_text(address: IpAddr) -> String {
    let IpAddr::V4(v4) = address else {
        return address.to_string();
    };
    let mut text = String::with_capacity(15);
    let mut digits = itoa::Buffer::new();
    for (place, octet) in v4.octets().into_iter().enumerate() {
        if place > 0 {
            text.push('.');
        }
        text.push_str(digits.format(octet));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_everybody_writes_it() {
        for address in ["0.0.0.0", "192.0.2.10", "255.255.255.255", "2001:db8::1"] {
            assert_eq!(address_text(address.parse().unwrap()), address);
        }
    }
}
