//! Rules of an application and of the paths inside it.

use std::collections::HashSet;

use super::paths::{PATH_ALLOWED, is_plain};
use super::{Findings, MAX_NAME};
use crate::id::RuleId;
use crate::snapshot::{Access, Application, PathMatch, PathRule, PolicyRule, TimeWindow, TwoStep};

/// A year: whoever means longer means "in this sign-in".
const MAX_TWO_STEP_MINUTES: u32 = 366 * 24 * 60;

pub(super) fn check(application: &Application, findings: &mut Findings) {
    let mut ids = HashSet::new();
    check_access(&application.access, "access", &mut ids, findings);
    for (index, rule) in application.path_rules.iter().enumerate() {
        check_path_rule(rule, &format!("path_rules.{index}"), &mut ids, findings);
    }
}

fn check_path_rule<'a>(
    rule: &'a PathRule,
    key: &str,
    ids: &mut HashSet<&'a RuleId>,
    findings: &mut Findings,
) {
    let (PathMatch::Exact(path) | PathMatch::Prefix(path)) = &rule.path;
    check_id(&rule.id, &format!("{key}.id"), ids, findings);
    findings.name(&format!("{key}.name"), &rule.name, MAX_NAME);
    let written = (path.as_str(), "path", "路径");
    findings.written(
        is_plain(path),
        &format!("{key}.path"),
        written,
        PATH_ALLOWED,
    );
    for (index, method) in rule.methods.iter().enumerate() {
        let good = !method.is_empty()
            && http::Method::from_bytes(method.as_bytes()).is_ok()
            && !method.bytes().any(|b| b.is_ascii_lowercase());
        findings.written(
            good,
            &format!("{key}.methods.{index}"),
            (method, "method", "请求方法"),
            (
                "write it in capitals, such as GET",
                "请用大写填写，例如 GET",
            ),
        );
    }
    check_access(&rule.access, &format!("{key}.access"), ids, findings);
}

fn check_access<'a>(
    access: &'a Access,
    key: &str,
    ids: &mut HashSet<&'a RuleId>,
    findings: &mut Findings,
) {
    let Access::Rules(rules) = access else { return };
    for (index, rule) in rules.iter().enumerate() {
        check_rule(rule, &format!("{key}.rules.{index}"), ids, findings);
    }
}

fn check_rule<'a>(
    rule: &'a PolicyRule,
    key: &str,
    ids: &mut HashSet<&'a RuleId>,
    findings: &mut Findings,
) {
    check_id(&rule.id, &format!("{key}.id"), ids, findings);
    findings.name(&format!("{key}.name"), &rule.name, MAX_NAME);
    findings.require(
        !rule.who.is_empty(),
        &format!("{key}.who"),
        ("the rule speaks of nobody", "规则没有指定任何人"),
        (
            "at least one entry, such as {\"kind\": \"everyone\"}",
            "至少一项，例如 {\"kind\": \"everyone\"}",
        ),
    );
    if let TwoStep::Within(minutes) = rule.two_step {
        findings.within(
            &format!("{key}.two_step.minutes"),
            minutes,
            1..=MAX_TWO_STEP_MINUTES,
        );
    }
    for (index, window) in rule.when.iter().enumerate() {
        check_window(window, &format!("{key}.when.{index}"), findings);
    }
}

/// It stands in every access event that the rule decides.
fn check_id<'a>(id: &'a RuleId, key: &str, ids: &mut HashSet<&'a RuleId>, findings: &mut Findings) {
    let first = ids.insert(id);
    let text = id.as_str();
    let good = (1..=100).contains(&text.len()) && !text.chars().any(char::is_control);
    findings.require(
        good,
        key,
        ("this is no id of a rule", "这不是有效的规则 id"),
        (
            "1 to 100 bytes, no line ends or other control characters; or leave it out",
            "1 到 100 字节，不含换行或其他控制字符；也可以不填",
        ),
    );
    findings.require(
        first,
        key,
        (
            "another rule of the application has this id",
            "该应用的另一条规则已使用此 id",
        ),
        (
            "an id of its own; or leave it out",
            "使用不同的 id；也可以不填",
        ),
    );
}

fn check_window(window: &TimeWindow, key: &str, findings: &mut Findings) {
    for (index, day) in window.days.iter().enumerate() {
        findings.require(
            (1..=7).contains(day),
            &format!("{key}.days.{index}"),
            (
                &*format!("there is no day {day}"),
                &*format!("没有编号为 {day} 的星期"),
            ),
            ("1 for Monday to 7 for Sunday", "1（星期一）到 7（星期日）"),
        );
    }
    findings.within(&format!("{key}.from"), window.from, 0..=1439);
    findings.within(&format!("{key}.to"), window.to, 1..=1440);
    findings.require(
        window.from != window.to,
        &format!("{key}.to"),
        ("it ends when it begins", "结束时间与开始时间相同"),
        (
            "minutes after midnight, other than from: 0 and 1440 for the whole day",
            "午夜后的分钟数，不同于 from；全天请填写 0 和 1440",
        ),
    );
    findings.written(
        jiff::tz::TimeZone::get(&window.time_zone).is_ok(),
        &format!("{key}.time_zone"),
        (&window.time_zone, "time zone", "时区"),
        (
            "write an IANA name such as Asia/Shanghai",
            "请填写 IANA 时区名称，例如 Asia/Shanghai",
        ),
    );
}
