//! Where an application really runs.

use std::net::{IpAddr, Ipv6Addr};

use super::Findings;
use crate::snapshot::{HealthCheck, HostHeader, HostPattern, Pool, Upstream, UpstreamTls};

const ADDRESS_ALLOWED: &str = "write host:port, an IPv6 address in brackets";

pub(super) fn check(pool: &Pool, findings: &mut Findings) {
    check_upstreams(&pool.upstreams, findings);
    if let Some(tls) = &pool.tls {
        check_tls(tls, findings);
    }
    if let HostHeader::Fixed(host) = &pool.host_header {
        let good = is_host(host) || is_address(host);
        let what = format!("\"{host}\" is no host");
        findings.require(good, "pool.host_header", what, "write a host, or host:port");
    }
    let t = &pool.timeouts;
    let some = [t.connect, t.read, t.write, t.idle]
        .iter()
        .all(|ms| *ms > 0);
    findings.require(
        some,
        "pool.timeouts",
        "one of them is 0",
        "at least 1 millisecond",
    );
    if let Some(check) = &pool.health_check {
        check_health_check(check, findings);
    }
    if let Some(ejection) = pool.ejection {
        let good = ejection.after_failures > 0 && ejection.for_ms > 0;
        findings.require(good, "pool.ejection", "a number in it is 0", "at least 1");
    }
    findings.require(
        pool.retries <= 10,
        "pool.retries",
        "they are too many",
        "0 to 10",
    );
}

fn check_upstreams(upstreams: &[Upstream], findings: &mut Findings) {
    for (index, upstream) in upstreams.iter().enumerate() {
        let key = format!("pool.upstreams.{index}.address");
        let address = &upstream.address;
        let twice = upstreams[..index].iter().any(|u| u.address == *address);
        findings.require(
            !twice,
            &key,
            "it is there twice",
            "give each once, with a weight",
        );
        let what = format!("\"{address}\" is no address");
        findings.require(is_address(address), &key, what, ADDRESS_ALLOWED);
    }
    let takes_any = upstreams.iter().any(|u| u.weight > 0);
    findings.require(
        takes_any,
        "pool.upstreams",
        "none of them takes requests",
        "at least one upstream with a weight of 1 or more",
    );
}

fn check_tls(tls: &UpstreamTls, findings: &mut Findings) {
    let name = &tls.server_name;
    // An empty name would switch verification off.
    let good = is_host(name) || name.parse::<IpAddr>().is_ok();
    let what = format!("\"{name}\" is no name that a certificate could carry");
    findings.require(
        good,
        "pool.tls.server_name",
        what,
        "write the upstream's host name",
    );
    let readable = tls
        .ca_pem
        .as_ref()
        .is_none_or(|pem| pem.contains("-----BEGIN CERTIFICATE-----"));
    findings.require(
        readable,
        "pool.tls.ca_pem",
        "there is no certificate in it",
        "PEM of one or more certificates",
    );
}

fn check_health_check(check: &HealthCheck, findings: &mut Findings) {
    let path = check.path.starts_with('/') && !check.path.contains(|c: char| c <= ' ' || c == '#');
    findings.require(
        path,
        "pool.health_check.path",
        "it is no path",
        "begin with /",
    );
    let numbers = check.interval_ms >= 100
        && check.timeout_ms > 0
        && check.healthy_after > 0
        && check.unhealthy_after > 0;
    findings.require(
        numbers,
        "pool.health_check",
        "a number in it is too small",
        "interval_ms at least 100, all others at least 1",
    );
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
