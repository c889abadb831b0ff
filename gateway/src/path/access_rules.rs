//! The rules of an application in the form in which they are judged: sets instead of lists, time
//! zones already looked up, the names under which they are recorded already put together.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use config::id::{DepartmentId, GroupId, MemberId};
use config::snapshot::{Access, Effect, PathMatch, PathRule, PolicyRule, TimeWindow, TwoStep, Who};
use config::{Principal, PrincipalKind, Problem, Role, Timestamp};
use http::Method;
use jiff::tz::TimeZone;

use crate::path::addresses::AddressSet;
use crate::path::request_path::is_below;

/// What it takes to open an application or a path of it.
pub enum AccessRules {
    /// Anybody; recorded under this name.
    Public(Arc<str>),
    /// In the order in which they were written.
    Rules(Vec<CompiledRule>),
}

/// A path rule of an application.
pub struct CompiledPathRule {
    path: PathMatch,
    /// Empty: all.
    methods: Vec<Method>,
    pub access: AccessRules,
}

/// A policy rule.
pub struct CompiledRule {
    pub name: Arc<str>,
    pub effect: Effect,
    pub two_step: TwoStep,
    who: Crowd,
    /// `None`: from anywhere.
    from: Option<AddressSet>,
    when: Vec<Window>,
}

/// Whom a rule is about.
#[derive(Default)]
struct Crowd {
    everyone: bool,
    members: bool,
    guests: bool,
    roles: Vec<Role>,
    departments: HashSet<DepartmentId>,
    groups: HashSet<GroupId>,
    people: HashSet<MemberId>,
}

struct Window {
    /// Bit 0 is Monday.
    days: u8,
    from: u16,
    to: u16,
    zone: TimeZone,
}

impl AccessRules {
    /// `place` names the path rule that these belong to; `None` for the application itself.
    pub(crate) fn compile(access: &Access, place: Option<&str>) -> Result<Self, Vec<Problem>> {
        let rules = match access {
            Access::Public => return Ok(Self::Public(place.unwrap_or("public").into())),
            Access::Rules(rules) => rules,
        };
        let mut problems = Vec::new();
        let mut compiled = Vec::with_capacity(rules.len());
        for rule in rules {
            match CompiledRule::compile(rule, place) {
                Ok(rule) => compiled.push(rule),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(Self::Rules(compiled))
        } else {
            Err(problems)
        }
    }
}

impl CompiledPathRule {
    pub(crate) fn compile(rule: &PathRule) -> Result<Self, Vec<Problem>> {
        let access = AccessRules::compile(&rule.access, Some(&rule.name))?;
        let mut methods = Vec::with_capacity(rule.methods.len());
        for name in &rule.methods {
            let method = Method::from_bytes(name.as_bytes()).map_err(|_| {
                vec![Problem {
                    source: format!("path rule \"{}\"", rule.name),
                    key: "methods".into(),
                    what: format!("\"{name}\" is not a method").into(),
                    allowed: "write GET, POST or the like".into(),
                }]
            })?;
            methods.push(method);
        }
        Ok(Self {
            path: rule.path.clone(),
            methods,
            access,
        })
    }

    /// `path` is a path decoded once.
    pub(crate) fn matches(&self, path: &str, method: &Method) -> bool {
        let here = match &self.path {
            PathMatch::Exact(exact) => path == exact,
            PathMatch::Prefix(prefix) => is_below(path, prefix),
        };
        here && (self.methods.is_empty() || self.methods.contains(method))
    }
}

impl CompiledRule {
    fn compile(rule: &PolicyRule, place: Option<&str>) -> Result<Self, Problem> {
        let name: Arc<str> = match place {
            Some(place) => format!("{place}: {}", rule.name).into(),
            None => rule.name.as_str().into(),
        };
        let when = rule.when.iter().map(|w| Window::compile(w, &name));
        Ok(Self {
            effect: rule.effect,
            two_step: rule.two_step,
            who: Crowd::compile(&rule.who),
            from: (!rule.from.is_empty()).then(|| rule.from.iter().collect()),
            when: when.collect::<Result<_, _>>()?,
            name,
        })
    }

    /// Whether the rule speaks of this person, calling from there, now.
    pub(crate) fn matches(&self, principal: &Principal, from: IpAddr, now: Timestamp) -> bool {
        self.who.holds(principal)
            && self.from.as_ref().is_none_or(|set| set.contains(from))
            && (self.when.is_empty() || self.when.iter().any(|window| window.holds(now)))
    }
}

impl Crowd {
    fn compile(who: &[Who]) -> Self {
        let mut crowd = Self::default();
        for who in who {
            match who {
                Who::Everyone => crowd.everyone = true,
                Who::Members => crowd.members = true,
                Who::Guests => crowd.guests = true,
                Who::Role(role) => crowd.roles.push(*role),
                Who::Department(id) => drop(crowd.departments.insert(id.clone())),
                Who::Group(id) => drop(crowd.groups.insert(id.clone())),
                Who::Person(id) => drop(crowd.people.insert(id.clone())),
            }
        }
        crowd
    }

    fn holds(&self, principal: &Principal) -> bool {
        self.everyone
            || match principal.kind {
                PrincipalKind::Member => self.members,
                PrincipalKind::Guest => self.guests,
            }
            || self.roles.iter().any(|role| principal.roles.contains(role))
            || self.people.contains(&principal.id)
            || (!self.groups.is_empty()
                && principal.groups.iter().any(|g| self.groups.contains(&g.id)))
            || (!self.departments.is_empty()
                && principal
                    .departments
                    .iter()
                    .any(|d| self.departments.contains(&d.id)))
    }
}

impl Window {
    fn compile(window: &TimeWindow, rule: &str) -> Result<Self, Problem> {
        let zone = TimeZone::get(&window.time_zone).map_err(|_| Problem {
            source: format!("rule \"{rule}\""),
            key: "when.time_zone".into(),
            what: format!("there is no time zone \"{}\"", window.time_zone).into(),
            allowed: "write an IANA name such as Asia/Shanghai".into(),
        })?;
        let days = window.days.iter().filter(|day| (1..=7).contains(*day));
        let days = match days.fold(0, |bits, day| bits | 1 << (day - 1)) {
            0 => 0b111_1111,
            some => some,
        };
        Ok(Self {
            days,
            from: window.from,
            to: window.to,
            zone,
        })
    }

    fn holds(&self, now: Timestamp) -> bool {
        let Ok(instant) = jiff::Timestamp::from_millisecond(now.as_millis()) else {
            return false;
        };
        let local = self.zone.to_datetime(instant);
        let minute = i16::from(local.hour()) * 60 + i16::from(local.minute());
        let minute = u16::try_from(minute).unwrap_or_default();
        let today = local.weekday().to_monday_zero_offset();
        let on = |day: i8| self.days & (1 << day.rem_euclid(7)) != 0;
        if self.from < self.to {
            on(today) && (self.from..self.to).contains(&minute)
        } else {
            // Past midnight: the part after it belongs to the day on which the window opened.
            (on(today) && minute >= self.from) || (on(today - 1) && minute < self.to)
        }
    }
}
