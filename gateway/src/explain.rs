//! Why a request would be let in or turned away: the very stages that decide, run for somebody who
//! only wonders, with what each of them found. Nothing is counted, recorded or forwarded.

use std::sync::Arc;

use config::Language;
use config::Timestamp;
use config::link::{ExplainedStep, Explains, Explanation, Question};
use pingora::http::RequestHeader;

use crate::foresight::signed_in;
use crate::gate::Gate;
use crate::path::denial::Denial;
use crate::path::session::Identity;
use crate::path::visit::Visit;
use crate::path::{ip_rules, policy, route};
use crate::rulebook::Route;

impl Explains for Gate {
    fn explain(&self, question: &Question) -> Explanation {
        let mut steps = Steps::default();
        let mut visit = Visit::begin(self.clock.now());
        let verdict = self.walk(question, &mut visit, &mut steps);
        Explanation {
            granted: verdict.is_ok(),
            denial: verdict.err().map(|denial| denial.code().to_owned()),
            rule: visit.rule.as_deref().map(str::to_owned),
            steps: steps.0,
        }
    }
}

impl Gate {
    /// As [`Gate::admit`], for a question.
    fn walk(
        &self,
        question: &Question,
        visit: &mut Visit,
        steps: &mut Steps,
    ) -> Result<(), Denial> {
        let address = question.client_address.to_canonical();
        visit.client_address = Some(address);
        steps.add("client_address", format!("it comes from {address}"));

        let rulebook = self.rulebook.load_full().ok_or(Denial::NoSnapshot)?;
        visit.rulebook = Some(Arc::clone(&rulebook));
        ip_rules::judge_everywhere(&rulebook, visit)?;
        let everywhere = match &visit.kept_out {
            Some(list) => format!("the list {list} keeps the address out"),
            None => "the address may come in everywhere".to_owned(),
        };
        steps.add("ip_rules", everywhere);

        let request = request_of(question)?;
        visit.entrance = route::entrance_of(self, &request);
        let routed = route::find(self, &rulebook, &request, visit);
        let destination = destination(visit, &request);
        if routed.is_ok() || visit.kept_out.is_none() {
            steps.tell("route", routed, &destination)?;
        }

        let here = ip_rules::check(visit);
        steps.tell("ip_rules", here, "the address may come in here")?;

        let Some(Route::Application(application)) = visit.route.clone() else {
            steps.add("policy", "our own pages decide for themselves".to_owned());
            return Ok(());
        };
        visit.identity = identity_of(question, &visit.host, visit.at);
        steps.add("session", caller(question));

        let access = application.access(visit.path_rule);
        let guests = &rulebook.guest_rules;
        let judgement = policy::judge(access, guests, &visit.identity, address, visit.at);
        visit.rule = judgement.rule;
        let by = visit.rule.as_deref().unwrap_or("no rule");
        let finding = format!(
            "let in by {by}{}",
            second_factor(judgement.asks_second_factor)
        );
        steps.tell("policy", judgement.verdict, &finding)
    }
}

#[derive(Default)]
struct Steps(Vec<ExplainedStep>);

impl Steps {
    fn add(&mut self, stage: &str, finding: String) {
        self.0.push(ExplainedStep {
            stage: stage.to_owned(),
            finding,
        });
    }

    /// Adds `finding`, or what the stage turned the request away for.
    fn tell(
        &mut self,
        stage: &str,
        verdict: Result<(), Denial>,
        finding: &str,
    ) -> Result<(), Denial> {
        let text = match &verdict {
            Ok(()) => finding.to_owned(),
            Err(denial) => denial.to_string(),
        };
        self.add(stage, text);
        verdict
    }
}

/// The request that a browser would send for the address.
fn request_of(question: &Question) -> Result<RequestHeader, Denial> {
    let url = &question.url;
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let unreadable = |_| Denial::Ambiguous("it cannot be written as a request");
    let mut request = RequestHeader::build(question.method.as_str(), target.as_bytes(), None)
        .map_err(unreadable)?;
    request.insert_header("Host", host).map_err(unreadable)?;
    Ok(request)
}

/// Names the path as well: a browser has made it of what was written in the question.
fn destination(visit: &Visit, request: &RequestHeader) -> String {
    let asked = format!("{} {}", request.method, request.uri.path());
    match &visit.route {
        None => format!("{} leads nowhere", visit.host),
        Some(Route::OwnPages(_)) => format!("{asked} leads to our own pages"),
        Some(Route::Application(a)) => {
            let rule = match visit.path_rule {
                Some(index) => format!("path rule {}", index + 1),
                None => "its general rules".to_owned(),
            };
            let application = match a.application.name.get(Language::En) {
                "" => a.application.id.to_string(),
                name => format!("{name} ({})", a.application.id),
            };
            format!("{asked} leads to application {application}, by {rule}")
        }
    }
}

fn caller(question: &Question) -> String {
    match &question.principal {
        Some(principal) => format!("signed in as {}", principal.username),
        None => "nobody is signed in".to_owned(),
    }
}

fn second_factor(asked: bool) -> &'static str {
    if asked {
        ", which asks for a second factor"
    } else {
        ""
    }
}

fn identity_of(question: &Question, host: &str, now: Timestamp) -> Identity {
    match question.principal.clone() {
        None => Identity::Anonymous,
        Some(principal) => signed_in(&Arc::new(principal), host, now),
    }
}

#[cfg(test)]
mod tests;
