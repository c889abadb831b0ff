//! An application's names, limits and WebSocket origins.

use url::Url;

use super::findings::says_something;
use super::paths::{PATH_ALLOWED, is_path_prefix};
use super::{Findings, MAX_NAME, MAX_TEXT};
use crate::snapshot::application::HOST_ALLOWED;
use crate::snapshot::{Application, RateLimit};

pub(super) fn check(application: &Application, findings: &mut Findings) {
    findings.texts("name", &application.name, MAX_NAME);
    let named = [&application.name.en, &application.name.zh_cn];
    findings.require(
        named.iter().any(|name| says_something(name)),
        "name",
        ("it has no name", "没有名称"),
        (
            "a name in English, in Chinese (zh-CN), or both",
            "填写英文（en）或中文（zh-CN）名称，或两者都填写",
        ),
    );
    findings.texts("description", &application.description, MAX_TEXT);
    findings.require(
        !application.hosts.is_empty(),
        "hosts",
        ("there is none", "没有主机名"),
        HOST_ALLOWED,
    );
    let prefix = &application.path_prefix;
    let written = (prefix.as_str(), "path prefix", "路径前缀");
    findings.written(is_path_prefix(prefix), "path_prefix", written, PATH_ALLOWED);
    for (index, origin) in application.websockets.allowed_origins.iter().enumerate() {
        findings.written(
            is_origin(origin),
            &format!("websockets.allowed_origins.{index}"),
            (origin, "origin", "来源"),
            (
                "write https://host or https://host:port",
                "请填写 https://host 或 https://host:port",
            ),
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
    findings.within(
        &format!("{key}.requests_per_second"),
        limit.requests_per_second,
        1..=1_000_000,
    );
    findings.within(&format!("{key}.burst"), limit.burst, 1..=1_000_000);
}
