//! The headers that tell an application who is calling.

use super::Findings;
use crate::snapshot::IdentityHeaders;

/// What means something to HTTP itself, or is already said by us.
const TAKEN: [&str; 27] = [
    "host",
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "content-type",
    "content-encoding",
    "cookie",
    "authorization",
    "expect",
    "range",
    "origin",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-real-ip",
    "x-request-id",
    "accept-encoding",
    "via",
];

pub(super) fn check(identity: &IdentityHeaders, findings: &mut Findings) {
    let mut seen: Vec<String> = Vec::new();
    for (index, header) in identity.headers.iter().enumerate() {
        let key = format!("identity.headers.{index}.name");
        let name = &header.name;
        let legal = http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        findings.written(
            legal,
            &key,
            (name, "header name", "请求头名称"),
            ("letters, digits and hyphens", "字母、数字和连字符"),
        );
        // Many applications cannot tell these spellings apart.
        let folded = name.to_ascii_lowercase().replace('_', "-");
        let free = !TAKEN.contains(&folded.as_str())
            && !folded.starts_with("x-gatehouse")
            && !folded.starts_with("sec-");
        findings.require(
            free,
            &key,
            (
                &*format!("{name} has a meaning of its own"),
                &*format!("{name} 已有其他含义"),
            ),
            (
                "choose another name, such as X-Forwarded-User",
                "请换用其他名称，例如 X-Forwarded-User",
            ),
        );
        findings.require(
            !seen.contains(&folded),
            &key,
            (
                &*format!("{name} is there twice"),
                &*format!("{name} 重复出现"),
            ),
            ("give each name once", "每个名称只填写一次"),
        );
        seen.push(folded);
    }
}
