//! An application's names, limits and WebSocket origins.

use url::Url;

use super::paths::{PATH_ALLOWED, is_plain};
use super::{Findings, MAX_NAME, MAX_TEXT};
use crate::snapshot::{Application, RateLimit};

pub(super) fn check(application: &Application, findings: &mut Findings) {
    findings.texts("name", &application.name, MAX_NAME);
    findings.texts("description", &application.description, MAX_TEXT);
    let named = !application.hosts.is_empty();
    findings.require(
        named,
        "hosts",
        "there is none",
        crate::snapshot::application::HOST_ALLOWED,
    );
    let prefix = &application.path_prefix;
    let good = is_plain(prefix) && (prefix == "/" || !prefix.ends_with('/'));
    let what = format!("\"{prefix}\" is no path prefix");
    findings.require(good, "path_prefix", what, PATH_ALLOWED);
    for (index, origin) in application.websockets.allowed_origins.iter().enumerate() {
        findings.require(
            is_origin(origin),
            &format!("websockets.allowed_origins.{index}"),
            format!("\"{origin}\" is no origin"),
            "write https://host or https://host:port",
        );
    }
    let limits = &application.limits;
    check_rate(limits.per_principal, "limits.per_principal", findings);
    check_rate(limits.per_address, "limits.per_address", findings);
}

fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text
    })
}

fn check_rate(limit: Option<RateLimit>, key: &str, findings: &mut Findings) {
    let Some(limit) = limit else { return };
    let good = (1..=1_000_000).contains(&limit.requests_per_second) && limit.burst >= 1;
    findings.require(
        good,
        key,
        "it would let nobody in",
        "1 to 1000000 requests a second, and a burst of at least 1",
    );
}
