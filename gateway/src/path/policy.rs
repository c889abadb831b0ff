//! Stage 5: may this principal do this, here, now? The only maker of a [`Grant`].

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use config::snapshot::{Effect, TwoStep};
use config::{Session, Timestamp};
use pingora::http::RequestHeader;

use crate::gate::Gate;
use crate::path::access_rules::{AccessRules, CompiledRule};
use crate::path::denial::Denial;
use crate::path::guest_rules::GuestRules;
use crate::path::limits;
use crate::path::session::Identity;
use crate::path::upgrade;
use crate::path::visit::Visit;
use crate::rulebook::{Route, RoutedApplication};
use crate::sessions::SessionEntry;

/// Proof that policy ran and let the request in. Forwarding takes one; nothing else makes one.
#[derive(Clone)]
pub struct Grant {
    target: Target,
    session: Option<Arc<SessionEntry>>,
}

/// Where a granted request may go.
#[derive(Clone)]
pub enum Target {
    Application(Arc<RoutedApplication>),
    OwnPages,
}

impl Grant {
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Whoever is signed in; `None` for an anonymous request on a public path.
    #[must_use]
    pub fn session(&self) -> Option<&Arc<SessionEntry>> {
        self.session.as_ref()
    }
}

/// Decides, and records the rule that decided.
pub fn decide(gate: &Gate, request: &RequestHeader, visit: &mut Visit) -> Result<Grant, Denial> {
    let application = match visit.route.clone() {
        Some(Route::Application(application)) => application,
        Some(Route::OwnPages(_)) => {
            return Ok(Grant {
                target: Target::OwnPages,
                session: None,
            });
        }
        None => return Err(Denial::UnknownPath),
    };
    let address = visit
        .client_address
        .ok_or(Denial::ClientAddressUnreadable)?;
    if !gate.events.accepting() {
        return Err(Denial::EventsStopped);
    }
    let access = application.access(visit.path_rule);
    let guests = &visit
        .rulebook
        .as_ref()
        .ok_or(Denial::NoSnapshot)?
        .guest_rules;
    let judgement = judge(access, guests, &visit.identity, address, visit.at);
    visit.rule = judgement.rule;
    judgement.verdict?;
    upgrade::check(&application, request, &visit.host, &gate.access)?;
    limits::check_body(&application, request)?;
    limits::check_principal(&application, &visit.identity, visit.at)?;
    Ok(Grant {
        target: Target::Application(application),
        session: session_of(&visit.identity).cloned(),
    })
}

fn session_of(identity: &Identity) -> Option<&Arc<SessionEntry>> {
    match identity {
        Identity::Authenticated(entry) => Some(entry),
        Identity::NotAsked | Identity::Anonymous | Identity::Failed => None,
    }
}

/// What the rules say, and which of them says it.
pub(crate) struct Judgement {
    pub rule: Option<Arc<str>>,
    pub verdict: Result<(), Denial>,
    /// Whether the rule asks for a second factor.
    pub asks_second_factor: bool,
}

impl Judgement {
    fn by(rule: &Arc<str>, verdict: Result<(), Denial>) -> Self {
        Self {
            rule: Some(Arc::clone(rule)),
            verdict,
            asks_second_factor: false,
        }
    }

    fn without_rule(denial: Denial) -> Self {
        Self {
            rule: None,
            verdict: Err(denial),
            asks_second_factor: false,
        }
    }
}

/// Judges by the rules alone. A guest who may not come from there is refused wherever they go, and even where
/// anybody may: an application would be told who they are. Otherwise one matching deny rule refuses; then the
/// first matching allow rule decides; with no match nobody gets in.
pub(crate) fn judge(
    access: &AccessRules,
    guests: &GuestRules,
    identity: &Identity,
    from: IpAddr,
    now: Timestamp,
) -> Judgement {
    let refusing = session_of(identity).and_then(|e| guests.refusing(&e.session.principal, from));
    if let Some(list) = refusing {
        let rule = list.as_ref().to_owned();
        return Judgement::by(&list, Err(Denial::GuestAddressRefused { rule }));
    }
    let rules = match access {
        AccessRules::Public(name) => return Judgement::by(name, Ok(())),
        AccessRules::Rules(rules) => rules,
    };
    let session = match identity {
        Identity::Authenticated(entry) => &entry.session,
        Identity::Failed => return Judgement::without_rule(Denial::SessionEnded),
        Identity::Anonymous | Identity::NotAsked => {
            return Judgement::without_rule(Denial::SignInRequired);
        }
    };
    match deciding(rules, session, from, now) {
        None => Judgement::without_rule(Denial::NoRuleAllows),
        Some(rule) => Judgement {
            asks_second_factor: rule.two_step != TwoStep::NotAsked,
            ..Judgement::by(&rule.name, verdict_of(rule, session, now))
        },
    }
}

/// The rule that decides, if any.
fn deciding<'a>(
    rules: &'a [CompiledRule],
    session: &Session,
    from: IpAddr,
    now: Timestamp,
) -> Option<&'a CompiledRule> {
    let mut allowing = None;
    for rule in rules {
        let wanted = rule.effect == Effect::Deny || allowing.is_none();
        if !wanted || !rule.matches(&session.principal, from, now) {
            continue;
        }
        if rule.effect == Effect::Deny {
            return Some(rule);
        }
        allowing = Some(rule);
    }
    allowing
}

fn verdict_of(rule: &CompiledRule, session: &Session, now: Timestamp) -> Result<(), Denial> {
    match rule.effect {
        Effect::Deny => Err(Denial::Forbidden {
            rule: rule.name.as_ref().to_owned(),
        }),
        Effect::Allow => second_factor(rule.two_step, session, now),
    }
}

fn second_factor(asked: TwoStep, session: &Session, now: Timestamp) -> Result<(), Denial> {
    match (asked, session.second_factor_at) {
        (TwoStep::NotAsked, _) | (TwoStep::Required, Some(_)) => Ok(()),
        (TwoStep::Required | TwoStep::Within(_), None) => Err(Denial::TwoStepRequired),
        (TwoStep::Within(minutes), Some(proven_at)) => {
            let limit = Duration::from_secs(60 * u64::from(minutes));
            if now.since(proven_at) <= limit {
                Ok(())
            } else {
                Err(Denial::TwoStepStale)
            }
        }
    }
}

#[cfg(test)]
mod tests;
