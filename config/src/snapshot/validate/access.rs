//! Rules of an application and of the paths inside it.

use super::paths::{PATH_ALLOWED, is_plain};
use super::{Findings, MAX_NAME};
use crate::id::RuleId;
use crate::snapshot::{Access, Application, PathMatch, PathRule, PolicyRule, TimeWindow, TwoStep};

pub(super) fn check(application: &Application, findings: &mut Findings) {
    check_access(&application.access, "access", findings);
    for (index, rule) in application.path_rules.iter().enumerate() {
        check_path_rule(rule, &format!("path_rules.{index}"), findings);
    }
}

fn check_path_rule(rule: &PathRule, key: &str, findings: &mut Findings) {
    let (PathMatch::Exact(path) | PathMatch::Prefix(path)) = &rule.path;
    check_id(&rule.id, &format!("{key}.id"), findings);
    findings.text(&format!("{key}.name"), &rule.name, MAX_NAME);
    let what = format!("\"{path}\" is no path");
    findings.require(is_plain(path), &format!("{key}.path"), what, PATH_ALLOWED);
    for method in &rule.methods {
        let good = !method.is_empty()
            && http::Method::from_bytes(method.as_bytes()).is_ok()
            && !method.bytes().any(|b| b.is_ascii_lowercase());
        findings.require(
            good,
            &format!("{key}.methods"),
            format!("\"{method}\" is no method"),
            "write it in capitals, such as GET",
        );
    }
    check_access(&rule.access, &format!("{key}.access"), findings);
}

fn check_access(access: &Access, key: &str, findings: &mut Findings) {
    let Access::Rules(rules) = access else { return };
    for (index, rule) in rules.iter().enumerate() {
        check_rule(rule, &format!("{key}.rules.{index}"), findings);
    }
}

fn check_rule(rule: &PolicyRule, key: &str, findings: &mut Findings) {
    check_id(&rule.id, &format!("{key}.id"), findings);
    findings.text(&format!("{key}.name"), &rule.name, MAX_NAME);
    if rule.two_step == TwoStep::Within(0) {
        findings.add(
            format!("{key}.two_step"),
            "a second factor cannot be proven within no time",
            "at least 1 minute",
        );
    }
    for (index, window) in rule.when.iter().enumerate() {
        check_window(window, &format!("{key}.when.{index}"), findings);
    }
}

/// It stands in every access event that the rule decides.
fn check_id(id: &RuleId, key: &str, findings: &mut Findings) {
    let id = id.as_str();
    let good = (1..=100).contains(&id.len()) && !id.chars().any(char::is_control);
    let allowed = "1 to 100 bytes, no line ends or other control characters; or leave it out";
    findings.require(good, key, "this is no id of a rule", allowed);
}

fn check_window(window: &TimeWindow, key: &str, findings: &mut Findings) {
    let days = window.days.iter().all(|day| (1..=7).contains(day));
    findings.require(
        days,
        &format!("{key}.days"),
        "there is no such day",
        "1 for Monday to 7 for Sunday",
    );
    let hours = window.from <= 1439 && (1..=1440).contains(&window.to) && window.from != window.to;
    findings.require(
        hours,
        &format!("{key}.from"),
        "these hours cannot be told",
        "minutes after midnight: from 0 to 1439, to 1 to 1440, not the same",
    );
    findings.require(
        jiff::tz::TimeZone::get(&window.time_zone).is_ok(),
        &format!("{key}.time_zone"),
        format!("there is no time zone \"{}\"", window.time_zone),
        "write an IANA name such as Asia/Shanghai",
    );
}
