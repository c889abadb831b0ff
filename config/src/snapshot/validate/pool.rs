//! Where an application really runs.

use std::net::{IpAddr, Ipv6Addr};

use super::Findings;
use crate::language::Words;
use crate::snapshot::destination::is_never_an_application;
use crate::snapshot::{
    Ejection, HealthCheck, HostHeader, HostPattern, Pool, Timeouts, Upstream, UpstreamTls,
    authorities,
};

const ADDRESS_ALLOWED: Words = (
    "write host:port, an IPv6 address in brackets",
    "请填写 host:port，IPv6 地址放在方括号中",
);
/// A day in milliseconds: nothing of ours waits longer.
const DAY: u64 = 86_400_000;

pub(super) fn check(pool: &Pool, findings: &mut Findings) {
    check_upstreams(&pool.upstreams, findings);
    if let Some(tls) = &pool.tls {
        check_tls(tls, findings);
    }
    if let HostHeader::Fixed(host) = &pool.host_header {
        let good = is_host(host) || is_address(host);
        findings.written(
            good,
            "pool.host_header.value",
            (host, "host", "主机"),
            ("write a host, or host:port", "请填写主机名或 host:port"),
        );
    }
    check_timeouts(&pool.timeouts, findings);
    if let Some(check) = &pool.health_check {
        check_health_check(check, findings);
    }
    if let Some(ejection) = pool.ejection {
        check_ejection(ejection, findings);
    }
    findings.within("pool.retries", pool.retries, 0..=10);
}

fn check_upstreams(upstreams: &[Upstream], findings: &mut Findings) {
    for (index, upstream) in upstreams.iter().enumerate() {
        let key = format!("pool.upstreams.{index}.address");
        let address = &upstream.address;
        let twice = upstreams[..index].iter().any(|u| u.address == *address);
        findings.require(
            !twice,
            &key,
            ("it is there twice", "重复出现"),
            (
                "give each once, with a weight",
                "每个只填写一次，可设置权重",
            ),
        );
        let written = (address.as_str(), "address", "地址");
        findings.written(is_address(address), &key, written, ADDRESS_ALLOWED);
        findings.require(
            !leads_nowhere(address),
            &key,
            (
                "no application can be at this address",
                "该地址不可能是应用",
            ),
            (
                "not a link-local, metadata, multicast or unspecified address",
                "不能是链路本地、云元数据、组播或未指定地址",
            ),
        );
    }
    findings.require(
        upstreams.iter().any(|u| u.weight > 0),
        "pool.upstreams",
        ("none of them takes requests", "没有可接收请求的上游"),
        (
            "at least one upstream with a weight of 1 or more",
            "至少一个权重不小于 1 的上游",
        ),
    );
}

/// Whether the address is written as one at which no application can be.
fn leads_nowhere(text: &str) -> bool {
    let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse().is_ok_and(is_never_an_application)
}

fn check_tls(tls: &UpstreamTls, findings: &mut Findings) {
    let name = &tls.server_name;
    // An empty name would switch verification off.
    let good = is_host(name) || name.parse::<IpAddr>().is_ok();
    findings.written(
        good,
        "pool.tls.server_name",
        (name, "name that a certificate could carry", "证书名称"),
        ("write the upstream's host name", "请填写上游的主机名"),
    );
    if let Some(Err(what)) = tls.ca_pem.as_deref().map(authorities::read) {
        findings.add("pool.tls.ca_pem", what, authorities::ALLOWED);
    }
}

fn check_timeouts(timeouts: &Timeouts, findings: &mut Findings) {
    for (key, value) in [
        ("connect", timeouts.connect),
        ("read", timeouts.read),
        ("write", timeouts.write),
        ("idle", timeouts.idle),
    ] {
        findings.within(&format!("pool.timeouts.{key}"), value, 1..=DAY);
    }
}

fn check_health_check(check: &HealthCheck, findings: &mut Findings) {
    let path = check.path.starts_with('/')
        && check
            .path
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b'#');
    findings.written(
        path,
        "pool.health_check.path",
        (&check.path, "path", "路径"),
        (
            "begin with /; no spaces, and nothing beyond ASCII that is not percent-encoded",
            "以 / 开头，不含空格，非 ASCII 字符须经百分号编码",
        ),
    );
    let mut within = |key: &str, value: u64, least: u64, most: u64| {
        findings.within(&format!("pool.health_check.{key}"), value, least..=most);
    };
    within("interval_ms", check.interval_ms, 100, DAY);
    within("timeout_ms", check.timeout_ms, 1, DAY);
    within("healthy_after", check.healthy_after.into(), 1, 1000);
    within("unhealthy_after", check.unhealthy_after.into(), 1, 1000);
}

fn check_ejection(ejection: Ejection, findings: &mut Findings) {
    findings.within(
        "pool.ejection.after_failures",
        ejection.after_failures,
        1..=1_000_000,
    );
    findings.within("pool.ejection.for_ms", ejection.for_ms, 1..=DAY);
}

fn is_host(text: &str) -> bool {
    matches!(
        HostPattern::try_from(text.to_owned()),
        Ok(HostPattern::Exact(_))
    )
}

fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let host_is_good = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(inner) => inner.parse::<Ipv6Addr>().is_ok(),
        None => is_host(host),
    };
    host_is_good && port.parse::<u16>().is_ok_and(|port| port != 0)
}
