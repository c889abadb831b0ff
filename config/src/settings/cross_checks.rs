//! What no section can check by itself: settings that contradict each other.

use std::net::SocketAddr;

use crate::settings::section::Report;
use crate::settings::{Listener, NodeRole, Settings, StoreUrl};

pub(super) fn check(settings: &Settings, report: &mut Report) {
    for (index, listener) in settings.listeners.iter().enumerate() {
        listener_makes_sense(index, listener, settings, report);
    }
    admin_host_makes_sense(settings, report);
    addresses_are_taken_once(settings, report);
    if !report.mentions("listener") {
        somebody_serves(settings, report);
    }
    halves_share_a_store(settings, report);
}

fn listener_makes_sense(
    index: usize,
    listener: &Listener,
    settings: &Settings,
    report: &mut Report,
) {
    let key = |name: &str| format!("listener.{index}.{name}");
    if listener.redirect_to_https && listener.tls.is_some() {
        report.problem(
            &key("redirect_to_https"),
            "this listener speaks TLS already, so the redirect would never end",
            "set it on a listener without [listener.tls]",
        );
    }
    if listener.redirect_to_https && listener.admin {
        report.problem(
            &key("admin"),
            "a listener that only redirects leads to no console",
            "leave out admin or redirect_to_https",
        );
    }
    if listener.redirect_to_https && settings.access.url.scheme() != "https" {
        report.problem(
            &key("redirect_to_https"),
            "access.url is http, so there is nothing to redirect to",
            "leave it off, or make access.url https",
        );
    }
    if listener.proxy_protocol && settings.trust.proxies.is_empty() {
        report.problem(
            &key("proxy_protocol"),
            "no proxy is trusted, so every connection here would be refused",
            "list the addresses of the load balancers in trust.proxies",
        );
    }
}

/// The host of `[admin]` and the listeners that lead there need each other.
fn admin_host_makes_sense(settings: &Settings, report: &mut Report) {
    let listeners = settings.listeners.iter().enumerate();
    let mut doors = listeners.filter(|(_, listener)| listener.admin).peekable();
    let Some(admin) = &settings.admin else {
        if let Some((index, _)) = doors.peek()
            && !report.mentions("admin")
        {
            report.problem(
                &format!("listener.{index}.admin"),
                "there is no host to which this listener could lead",
                "write [admin] with the url of the console",
            );
        }
        return;
    };
    if admin.host() == settings.access.host() {
        report.problem(
            "admin.url",
            "it has the host name of access.url: browsers would send the cookies of one to the other",
            "write a host name that is used for nothing else",
        );
    }
    if settings.role == NodeRole::Gateway {
        if let Some((index, _)) = doors.peek() {
            report.problem(
                &format!("listener.{index}.admin"),
                "this node serves no console",
                "leave it out, or make role \"all\" or \"admin\"",
            );
        }
        return;
    }
    if doors.peek().is_none() {
        report.problem(
            "admin.url",
            "no listener leads there",
            "write admin = true in a [[listener]] of its own",
        );
    } else if admin.url.scheme() == "https"
        && settings.trust.proxies.is_empty()
        && doors.all(|(_, listener)| listener.tls.is_none())
    {
        report.problem(
            "admin.url",
            "it is https, but no listener with admin = true speaks TLS and no proxy in front is \
             trusted to do so",
            "add [listener.tls] to it, or list the TLS-ending proxy in trust.proxies",
        );
    }
}

/// No two of the listeners and the monitor may want the same port of the same address.
fn addresses_are_taken_once(settings: &Settings, report: &mut Report) {
    let listeners = settings.listeners.iter().enumerate();
    let mut taken: Vec<(String, SocketAddr)> = listeners
        .map(|(index, listener)| (format!("listener.{index}.address"), listener.address))
        .collect();
    taken.push(("monitor.address".into(), settings.monitor.address));
    for (later, (key, address)) in taken.iter().enumerate() {
        let earlier = taken[..later]
            .iter()
            .find(|(_, other)| overlap(*other, *address));
        if let Some((other, _)) = earlier {
            report.problem(
                key,
                format!("{address} is taken by {other}"),
                "write another address or port",
            );
        }
    }
}

fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let everywhere = |address: SocketAddr| address.ip().is_unspecified();
    let same_family = one.is_ipv4() == other.is_ipv4();
    one.port() == other.port()
        && one.port() != 0
        && (one.ip() == other.ip() || (same_family && (everywhere(one) || everywhere(other))))
}

fn somebody_serves(settings: &Settings, report: &mut Report) {
    let mut serving = settings.listeners.iter().filter(|l| !l.redirect_to_https);
    if serving.clone().next().is_none() {
        report.problem(
            "listener",
            "there is no listener that serves requests",
            "write at least one [[listener]] without redirect_to_https",
        );
        return;
    }
    if serving.all(|listener| listener.admin) {
        if settings.role == NodeRole::All {
            report.problem(
                "listener",
                "every listener leads to the console alone, so nobody reaches an application",
                "write at least one [[listener]] without admin",
            );
        }
        return;
    }
    if report.mentions("access.url") {
        return;
    }
    let speaks_tls = settings
        .listeners
        .iter()
        .any(|listener| listener.tls.is_some() && !listener.admin);
    if settings.access.url.scheme() == "https" && !speaks_tls && settings.trust.proxies.is_empty() {
        report.problem(
            "access.url",
            "it is https, but no listener speaks TLS and no proxy in front is trusted to do so",
            "add [listener.tls] to a listener, or list the TLS-ending proxy in trust.proxies",
        );
    }
}

fn halves_share_a_store(settings: &Settings, report: &mut Report) {
    if settings.role != NodeRole::All && settings.store.url == StoreUrl::Embedded {
        report.problem(
            "store.url",
            "a node with only one half of the program cannot share an embedded store",
            "write the postgres:// URL of the cluster, or role = \"all\"",
        );
    }
}
