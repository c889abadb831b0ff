//! Stage 8: what happened?

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use config::access_event::Outcome;
use config::invisible::hides;
use config::link::EventSender;
use config::{AccessEvent, Clock, PrincipalKind};

use crate::metrics::Metrics;
use crate::passage::Passage;
use crate::path::denial::Denial;
use crate::path::policy::Target;
use crate::path::session::Identity;
use crate::rulebook::{Route, RoutedApplication};

/// Longer texts from a client are cut: an event must not grow with what an attacker sends.
const LONGEST_TEXT: usize = 1024;

/// Turns each passage that has ended into an access event.
pub struct Recorder {
    pub events: EventSender,
    pub clock: Clock,
    /// Passages that are under way.
    pub open: Arc<AtomicUsize>,
    pub metrics: Arc<Metrics>,
}

impl Recorder {
    /// Hands over the event of a passage. A refusal that says that events cannot be recorded is not
    /// recorded itself: there is no place left for it.
    pub fn record(&self, passage: &Passage) {
        self.open.fetch_sub(1, Ordering::AcqRel);
        let event = event(passage);
        self.metrics
            .ended(&event, routed(passage.visit.route.as_ref()));
        if !matches!(passage.visit.outcome, Some(Err(Denial::EventsStopped))) {
            self.events.send(event);
        }
    }
}

/// The event that tells of a passage.
#[must_use]
pub fn event(passage: &Passage) -> AccessEvent {
    let (visit, request) = (&passage.visit, &passage.request);
    let exchange = &visit.exchange;
    let session = match &visit.identity {
        Identity::Authenticated(entry) => Some(&entry.session),
        _ => None,
    };
    AccessEvent {
        id: visit.request_id.clone(),
        at: visit.at,
        request_id: visit.request_id.as_str().to_owned(),
        peer: visit.peer.map(|peer| peer.ip().to_canonical()),
        client_address: visit.client_address,
        method: legible(&request.method),
        host: legible(&visit.host),
        path: legible(&request.path),
        protocol: request.protocol.to_owned(),
        user_agent: request.user_agent.as_deref().map(legible),
        application: routed(visit.route.as_ref()).map(|app| app.application.id.clone()),
        principal: session.map(|s| s.principal.id.clone()),
        username: session.map(|s| s.principal.username.clone()),
        guest: session.is_some_and(|s| s.principal.kind == PrincipalKind::Guest),
        session: session.map(|s| s.id.clone()),
        rule: visit.rule.as_deref().map(str::to_owned),
        outcome: outcome(passage),
        status: passage.status,
        upstream: exchange.upstream.as_deref().map(str::to_owned),
        error: exchange.error.clone(),
        request_bytes: exchange.request_bytes,
        response_bytes: exchange.response_bytes,
        duration_us: micros(visit.stopwatch.elapsed()),
        upstream_us: exchange.response_head_after.map(micros),
        snapshot: visit.rulebook.as_ref().map_or(0, |r| r.snapshot.revision),
        watermarked: visit.marking.is_marked(),
    }
}

fn outcome(passage: &Passage) -> Outcome {
    if let Some(reason) = passage.cut.reason() {
        // Nothing was taken back: the client did not send what it had announced.
        if reason == Denial::BodyTooSlow.code() {
            return Outcome::Denied(reason.to_owned());
        }
        return Outcome::Cut(reason.to_owned());
    }
    match &passage.visit.outcome {
        Some(Ok(grant)) => match grant.target() {
            Target::Application(_) => Outcome::Granted,
            Target::OwnPages => Outcome::OwnPage,
        },
        Some(Err(denial)) => Outcome::Denied(denial.code().to_owned()),
        // The client went away, or took too long, before anything was decided.
        None => Outcome::Denied("undecided".to_owned()),
    }
}

fn routed(route: Option<&Route>) -> Option<&RoutedApplication> {
    match route {
        Some(Route::Application(app) | Route::OwnPages(Some(app))) => Some(app),
        _ => None,
    }
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// What a client sent, so that it can neither break a line of a log nor steer a terminal: control
/// characters, line ends and what hides or turns the direction of text are written as escapes.
#[must_use]
pub fn legible(text: &str) -> String {
    if text.len() <= LONGEST_TEXT && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len().min(LONGEST_TEXT));
    for character in text.chars() {
        if out.len() >= LONGEST_TEXT {
            out.push('…');
            break;
        }
        if hides(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_30_control_characters_in_an_event_are_escaped() {
        assert_eq!(legible("a\r\nb\u{1b}[2J"), "a\\u{d}\\u{a}b\\u{1b}[2J");
        assert_eq!(legible("x\u{202e}y\u{2028}"), "x\\u{202e}y\\u{2028}");
        assert_eq!(legible("/知识库/a b"), "/知识库/a b");
    }

    #[test]
    fn a_long_text_is_cut() {
        let long = legible(&"知".repeat(5000));
        assert!(long.len() < LONGEST_TEXT + 8, "{}", long.len());
        assert!(long.ends_with('…'));
    }
}
