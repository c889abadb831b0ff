//! What would have become of past requests under an application that is being written: its own stages,
//! compiled as the gateway compiles them, without its upstreams and without being obeyed.

use std::sync::Arc;
use std::time::Duration;

use config::id::{SessionId, SignInId};
use config::link::{Foreseen, Foresees, Foresight, PastRequest};
use config::snapshot::{Application, HostPattern};
use config::{Principal, Problem, Session, Timestamp};
use http::Method;

use crate::path::access_rules::{AccessRules, CompiledPathRule};
use crate::path::denial::Denial;
use crate::path::guest_rules::GuestRules;
use crate::path::ip_rules::IpRules;
use crate::path::policy;
use crate::path::request_path::{RequestPath, is_below};
use crate::path::session::Identity;
use crate::rulebook::Rulebook;
use crate::sessions::SessionEntry;
use crate::surroundings::Sight;

/// An application as far as it decides.
struct Blueprint {
    /// What holds beside it; `None` before anything does.
    rulebook: Option<Arc<Rulebook>>,
    /// Whether it has lists of its own in the place of those that hold everywhere.
    is_apart: bool,
    hosts: Vec<HostPattern>,
    path_prefix: String,
    ip_rules: IpRules,
    access: AccessRules,
    path_rules: Vec<CompiledPathRule>,
}

impl Foresees for Sight {
    fn foresee(&self, application: &Application) -> Result<Box<dyn Foresight>, Vec<Problem>> {
        let mut blueprint = Blueprint::compile(application)?;
        blueprint.rulebook = self.gate.rulebook.load_full();
        Ok(Box::new(blueprint))
    }
}

impl Blueprint {
    fn compile(application: &Application) -> Result<Self, Vec<Problem>> {
        let mut problems = application.problems();
        let mut keep = |found: Vec<Problem>| problems.extend(found);
        let access = AccessRules::compile(&application.access, None)
            .map_err(&mut keep)
            .ok();
        let path_rules: Vec<_> = application
            .path_rules
            .iter()
            .filter_map(|rule| CompiledPathRule::compile(rule).map_err(&mut keep).ok())
            .collect();
        match access {
            Some(access) if problems.is_empty() => Ok(Self {
                rulebook: None,
                is_apart: application.own_ip_lists_only,
                hosts: application.hosts.clone(),
                path_prefix: application.path_prefix.clone(),
                // They come as they count: what has ended is left out.
                ip_rules: IpRules::compile(&application.ip_lists, Timestamp(0)),
                access,
                path_rules,
            }),
            _ => Err(problems),
        }
    }

    /// The stages from the route on, in their order.
    fn decide(&self, request: &PastRequest, rule: &mut Option<Arc<str>>) -> Result<(), Denial> {
        if !self.hosts.iter().any(|host| matches(host, &request.host)) {
            return Err(Denial::UnknownHost);
        }
        let path = RequestPath::read(&request.path)?;
        if !is_below(path.as_str(), &self.path_prefix) {
            return Err(Denial::UnknownPath);
        }
        let address = request.client_address.to_canonical();
        let rulebook = self.rulebook.as_deref();
        let everywhere = rulebook.filter(|_| !self.is_apart);
        let everywhere = everywhere.map(|rulebook| &rulebook.ip_rules);
        let mut lists = everywhere.into_iter().chain([&self.ip_rules]);
        if let Some(list) = lists.find_map(|rules| rules.judge(address).refusing()) {
            *rule = Some(Arc::clone(&list));
            let rule = list.as_ref().to_owned();
            return Err(Denial::AddressRefused { rule });
        }
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| Denial::Ambiguous("its method cannot be read"))?;
        let special = self.path_rules.iter();
        let special = special
            .clone()
            .find(|one| one.matches(path.as_str(), &method));
        let access = special.map_or(&self.access, |one| &one.access);
        let unbound = GuestRules::default();
        let guests = rulebook.map_or(&unbound, |rulebook| &rulebook.guest_rules);
        let judgement = policy::judge(access, guests, &identity(request), address, request.at);
        *rule = judgement.rule;
        judgement.verdict
    }
}

impl Foresight for Blueprint {
    fn judge(&self, request: &PastRequest) -> Foreseen {
        let mut rule = None;
        let verdict = self.decide(request, &mut rule);
        Foreseen {
            denial: verdict.err().map(|denial| denial.code().to_owned()),
            rule: rule.as_deref().map(str::to_owned),
        }
    }
}

fn matches(pattern: &HostPattern, host: &str) -> bool {
    match pattern {
        HostPattern::Exact(name) => name == host,
        HostPattern::Wildcard(suffix) => {
            host.split_once('.').is_some_and(|(_, rest)| rest == suffix)
        }
    }
}

fn identity(request: &PastRequest) -> Identity {
    match &request.principal {
        None => Identity::Anonymous,
        Some(principal) => signed_in(principal, &request.host, request.at),
    }
}

/// A session as it would be right after signing in with both factors.
pub(crate) fn signed_in(principal: &Arc<Principal>, host: &str, at: Timestamp) -> Identity {
    Identity::Authenticated(Arc::new(SessionEntry::new(Session {
        id: SessionId::from("imagined"),
        sign_in: SignInId::from("imagined"),
        host: host.to_owned(),
        principal: Arc::clone(principal),
        authenticated_at: at,
        second_factor_at: Some(at),
        methods: Vec::new(),
        expires_at: at.plus(Duration::from_mins(1)),
        idle_limit: None,
        last_seen_at: at,
    })))
}

#[cfg(test)]
mod tests;
