//! What is wrong in a policy that somebody has written.

use std::collections::HashSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

use config::Settings;

use super::{
    AttemptPolicy, CaptchaDemand, PasswordPolicy, PolicyAudience, PolicyException, RiskPolicy,
    RiskSignal, SecondFactor, SessionPolicy, SignInPolicy, TwoStepDemand, TwoStepPolicy,
    WaysPolicy,
};
use crate::members::names;
use crate::messages::Channel;
use crate::passkeys;
use crate::refused::{Invalid, Refused};
use crate::sign_in::by_message;
use crate::store::mentions::{Mentioned, existing};
use crate::store::{Connection, StoreError};

const MOST_EXCEPTIONS: usize = 50;
const MOST_AUDIENCES: usize = 100;

/// Checks all of it and tells everything that is wrong. A group that `before` named already may be gone:
/// an exception for nobody holds up no other change.
pub(super) async fn check(
    connection: &mut Connection,
    settings: &Settings,
    policy: &SignInPolicy,
    before: &SignInPolicy,
    has: Has,
) -> Result<(), Refused> {
    let mut wrong = Wrong {
        found: Vec::new(),
        passkeys_reach_operators: passkeys::reach_operators(settings),
        has,
        sent: by_message::sent(connection).await?,
    };
    wrong.ways("ways", policy.ways);
    wrong.two_step("two_step", &policy.two_step);
    wrong.password("password", &policy.password);
    wrong.sessions("sessions", &policy.sessions);
    wrong.attempts("attempts", &policy.attempts);
    wrong.risk("risk", &policy.risk);
    if policy.exceptions.len() > MOST_EXCEPTIONS {
        wrong
            .found
            .push(Invalid::too_many("exceptions", MOST_EXCEPTIONS));
    }
    for (at, exception) in policy.exceptions.iter().take(MOST_EXCEPTIONS).enumerate() {
        wrong.exception(&format!("exceptions.{at}"), exception);
    }
    wrong
        .found
        .extend(missing_groups(connection, policy, before).await?);
    if wrong.found.is_empty() {
        Ok(())
    } else {
        Err(Refused::Invalid(wrong.found))
    }
}

/// Each new mention of a group that is not there.
async fn missing_groups(
    connection: &mut Connection,
    policy: &SignInPolicy,
    before: &SignInPolicy,
) -> Result<Vec<Invalid>, StoreError> {
    let known: HashSet<_> = before.exceptions.iter().flat_map(|one| &one.who).collect();
    let mut named = Vec::new();
    for (at, exception) in policy.exceptions.iter().take(MOST_EXCEPTIONS).enumerate() {
        for (who_at, who) in exception.who.iter().take(MOST_AUDIENCES).enumerate() {
            if let PolicyAudience::Group(id) = who
                && !known.contains(who)
            {
                named.push((format!("exceptions.{at}.who.{who_at}.id"), id.as_str()));
            }
        }
    }
    let ids: HashSet<&str> = named.iter().map(|(_, id)| *id).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let there = existing(connection, Mentioned::Group, &ids).await?;
    let missing = named.iter().filter(|(_, id)| !there.contains(*id));
    let told = missing.map(|(place, _)| {
        let what = ("there is no such group", "该用户组不存在");
        Invalid::new(place, what, ("the id of a group", "已存在用户组的 id"))
    });
    Ok(told.collect())
}

/// What there is beside the policy, for what needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Has {
    /// Of passwords known from leaks.
    pub breached_list: bool,
    /// Where cities lie.
    pub cities: bool,
    /// By which people come in.
    pub directories: bool,
}

impl Has {
    pub const ALL: Self = Self {
        breached_list: true,
        cities: true,
        directories: true,
    };
}

struct Wrong {
    found: Vec<Invalid>,
    passkeys_reach_operators: bool,
    has: Has,
    /// By which channels messages go.
    sent: Vec<Channel>,
}

impl Wrong {
    fn within<T: PartialOrd + Display + Copy>(
        &mut self,
        part: &str,
        field: &str,
        value: T,
        range: RangeInclusive<T>,
    ) {
        if range.contains(&value) {
            return;
        }
        let (from, to) = range.into_inner();
        self.found.push(Invalid::new(
            &format!("{part}.{field}"),
            (
                &format!("{value} is out of bounds"),
                &format!("{value} 超出范围"),
            ),
            (&format!("{from} to {to}"), &format!("{from} 到 {to}")),
        ));
    }

    fn ways(&mut self, part: &str, policy: WaysPolicy) {
        if policy.directories_only && !self.has.directories {
            self.found.push(no_directory(part));
        }
    }

    fn two_step(&mut self, part: &str, policy: &TwoStepPolicy) {
        let different: HashSet<_> = policy.methods.iter().collect();
        if different.is_empty() || different.len() != policy.methods.len() {
            self.found.push(Invalid::new(
                &format!("{part}.methods"),
                ("none is there, or one twice", "不能为空，也不能重复"),
                (
                    "at least one of authenticator, passkey, sms and mail, each once",
                    "authenticator、passkey、sms、mail 中至少一项，每项只出现一次",
                ),
            ));
        }
        let by_passkey_only = policy.methods == [SecondFactor::Passkey];
        if policy.demand == TwoStepDemand::Required
            && by_passkey_only
            && !self.passkeys_reach_operators
        {
            self.found.push(no_way_for_operators(part));
        }
        if !different.is_empty() && !policy.is_open(&self.sent) {
            self.found.push(nobody_sends(part));
        }
        if policy.passkey_alone && !policy.takes(SecondFactor::Passkey) {
            self.found.push(Invalid::new(
                &format!("{part}.passkey_alone"),
                (
                    "passkeys are not among the methods",
                    "通行密钥不在可用方式之中",
                ),
                (
                    "true only together with passkey in methods",
                    "仅当 methods 包含 passkey 时可为 true",
                ),
            ));
        }
        if !policy.sends_codes_alone(&self.sent) {
            self.found.push(nobody_sends_alone(part));
        }
        self.within(part, "grace_days", policy.grace_days, 0..=90);
        self.within(part, "remember_days", policy.remember_days, 0..=90);
        self.within(part, "remember_most", policy.remember_most, 1..=20);
    }

    fn password(&mut self, part: &str, policy: &PasswordPolicy) {
        self.within(part, "min_length", policy.min_length, 8..=64);
        self.within(part, "max_length", policy.max_length, 64..=256);
        if policy.refuse_breached && !self.has.breached_list {
            self.found.push(Invalid::new(
                &format!("{part}.refuse_breached"),
                (
                    "no list of breached passwords is loaded on this node",
                    "此节点尚未加载已泄露密码列表",
                ),
                (
                    "false, or true once `gatehouse breached-passwords load FILE` was run on every node",
                    "false；或先在每个节点上运行 gatehouse breached-passwords load FILE，再设为 true",
                ),
            ));
        }
        self.within(part, "history", policy.history, 0..=12);
        self.within(part, "max_age_days", policy.max_age_days, 0..=3650);
        let most = match policy.max_age_days {
            0 => 90,
            age => (age - 1).min(90),
        };
        self.within(part, "warn_days", policy.warn_days, 0..=most);
    }

    fn sessions(&mut self, part: &str, policy: &SessionPolicy) {
        self.within(part, "absolute_hours", policy.absolute_hours, 1..=2160);
        let most = policy.absolute_hours.clamp(1, 2160) * 60;
        if let Some(idle) = policy.idle_minutes {
            self.within(part, "idle_minutes", idle, 5..=most);
        }
        self.within(part, "most", policy.most, 0..=100);
    }

    fn attempts(&mut self, part: &str, policy: &AttemptPolicy) {
        self.within(part, "wrong_passwords", policy.wrong_passwords, 3..=100);
        self.within(part, "within_minutes", policy.within_minutes, 1..=1440);
        self.within(part, "locked_minutes", policy.locked_minutes, 0..=10_080);
        if let CaptchaDemand::After { failures } = policy.captcha {
            self.within(part, "captcha.failures", failures, 1..=100);
        }
    }

    fn risk(&mut self, part: &str, policy: &RiskPolicy) {
        self.within(part, "failures", policy.failures, 1..=100);
        self.within(part, "km_per_hour", policy.km_per_hour, 100..=10_000);
        if policy.asks(RiskSignal::ImpossibleTravel) && !self.has.cities {
            self.found.push(no_cities(part));
        }
    }

    fn exception(&mut self, part: &str, exception: &PolicyException) {
        if let Err(mut invalid) = names::display_name("name", &exception.name) {
            invalid.field = format!("{part}.{}", invalid.field);
            self.found.push(invalid);
        }
        if exception.who.is_empty() || exception.who.len() > MOST_AUDIENCES {
            self.found.push(Invalid::new(
                &format!("{part}.who"),
                ("it is for nobody, or for too many", "没有对象，或对象过多"),
                (
                    &format!("1 to {MOST_AUDIENCES} groups, or guests"),
                    &format!("1 到 {MOST_AUDIENCES} 个用户组，或访客"),
                ),
            ));
        }
        let is_empty = exception.ways.is_none()
            && exception.two_step.is_none()
            && exception.password.is_none()
            && exception.sessions.is_none()
            && exception.attempts.is_none()
            && exception.risk.is_none();
        if is_empty {
            self.found.push(Invalid::new(
                part,
                ("it changes nothing", "没有任何不同的规则"),
                (
                    "at least one of ways, two_step, password, sessions, attempts and risk",
                    "ways、two_step、password、sessions、attempts、risk 中至少一项",
                ),
            ));
        }
        if let Some(policy) = exception.ways {
            self.ways(&format!("{part}.ways"), policy);
        }
        if let Some(policy) = &exception.two_step {
            self.two_step(&format!("{part}.two_step"), policy);
        }
        if let Some(policy) = &exception.password {
            self.password(&format!("{part}.password"), policy);
        }
        if let Some(policy) = &exception.sessions {
            self.sessions(&format!("{part}.sessions"), policy);
        }
        if let Some(policy) = &exception.attempts {
            self.attempts(&format!("{part}.attempts"), policy);
        }
        if let Some(policy) = &exception.risk {
            self.risk(&format!("{part}.risk"), policy);
        }
    }
}

fn no_directory(part: &str) -> Invalid {
    Invalid::new(
        &format!("{part}.directories_only"),
        (
            "no directory lets people in: nobody but owners could sign in",
            "尚未启用可用于登录的目录，除所有者外所有人都将无法登录",
        ),
        (
            "false, or true once a directory that is used for sign-in is connected and enabled",
            "false；或先连接并启用一个用于登录的目录，再设为 true",
        ),
    )
}

fn no_cities(part: &str) -> Invalid {
    Invalid::new(
        &format!("{part}.impossible_travel"),
        (
            "no database of cities is loaded on this node",
            "此节点尚未加载城市数据库",
        ),
        (
            "off, or ask once places.city_database is set on every node",
            "off；或先在每个节点上配置 places.city_database，再设为 ask",
        ),
    )
}

fn nobody_sends(part: &str) -> Invalid {
    Invalid::new(
        &format!("{part}.methods"),
        (
            "a second factor is required, and nothing is set up that sends such codes: nobody could sign in",
            "要求两步验证，但尚未配置发送此类验证码的服务，所有人都将无法登录",
        ),
        (
            "authenticator or passkey among them, or first set the sender of mail or SMS under Messages",
            "包含 authenticator 或 passkey；或先在“消息发送”中配置邮件或短信发送服务",
        ),
    )
}

fn nobody_sends_alone(part: &str) -> Invalid {
    Invalid::new(
        &format!("{part}.code_alone"),
        (
            "nothing is set up that sends codes: nobody could sign in by one",
            "尚未配置发送验证码的服务，任何人都无法用验证码登录",
        ),
        (
            "false, or first set the sender of mail or SMS under Messages",
            "false；或先在“消息发送”中配置邮件或短信发送服务",
        ),
    )
}

fn no_way_for_operators(part: &str) -> Invalid {
    Invalid::new(
        &format!("{part}.methods"),
        (
            "passkeys do not work at the host of operators, which lies outside of the access host's name: they would be shut out",
            "管理专用域名不在访问域名之下，通行密钥在那里无法使用，管理员将无法登录",
        ),
        (
            "passkey together with another method, such as authenticator, while a second factor is required",
            "要求两步验证时，除 passkey 外还须包含其他方式，例如 authenticator",
        ),
    )
}
