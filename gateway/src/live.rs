//! What is open: WebSockets, event streams, long uploads and downloads. A grant is given for a
//! moment; whatever lasts longer is decided again when the rules change, when a session is revoked,
//! and every few seconds, because time windows close and sessions expire without anyone's doing.

mod turns;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use config::Timestamp;
use config::id::ApplicationId;
use dashmap::DashMap;
use futures::StreamExt;
use http::Method;
use pingora::http::RequestHeader;
use tokio::sync::Notify;

use self::turns::Turns;
use crate::cut::Cut;
use crate::gate::Gate;
use crate::path::access_rules::AccessRules;
use crate::path::denial::Denial;
use crate::path::ip_rules::Verdict;
use crate::path::policy;
use crate::path::request_path::RequestPath;
use crate::path::session::{self, Cookie, Identity};
use crate::path::visit::Visit;
use crate::rulebook::{Route, Rulebook};
use crate::sessions::SessionEntry;

/// So many are decided again at once.
const AT_ONCE: usize = 64;

/// The registry of what is open.
#[derive(Default)]
pub struct OpenVisits {
    visits: DashMap<u64, Arc<OpenVisit>>,
    next: AtomicU64,
    /// How many of them end only when somebody ends them.
    endless: AtomicUsize,
    /// Looks at everything, and at what has lost its session: the latter must not wait for the former.
    looks_at_all: Turns,
    looks_at_withdrawn: Turns,
    /// Something was registered that may already have been overtaken.
    pub(crate) overtaken: Notify,
}

/// One visit that is open, and how to end it.
pub(crate) struct OpenVisit {
    question: Question,
    session: Option<Arc<SessionEntry>>,
    cut: Cut,
}

/// What was asked when a visit was let in, so that it can be asked again.
pub(crate) struct Question {
    address: IpAddr,
    host: String,
    /// As it came, without query.
    path: String,
    method: Method,
    cookie: Cookie,
    application: ApplicationId,
}

/// Takes a visit out of the registry when dropped.
pub struct OpenGuard {
    visits: Arc<OpenVisits>,
    number: u64,
    is_endless: bool,
}

impl OpenGuard {
    /// It is a WebSocket or an event stream: waiting for its end is in vain.
    pub(crate) fn ends_never(&mut self) {
        if !self.is_endless {
            self.is_endless = true;
            self.visits.endless.fetch_add(1, Ordering::AcqRel);
        }
    }
}

impl Drop for OpenGuard {
    fn drop(&mut self) {
        self.visits.visits.remove(&self.number);
        if self.is_endless {
            self.visits.endless.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl OpenVisits {
    /// How many are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.visits.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.visits.is_empty()
    }

    /// How many are open that would not end by themselves.
    pub(crate) fn endless(&self) -> usize {
        self.endless.load(Ordering::Acquire)
    }

    fn all(&self) -> Vec<Arc<OpenVisit>> {
        self.visits.iter().map(|v| Arc::clone(v.value())).collect()
    }

    /// Those whose session has been revoked or has changed since they were let in.
    fn withdrawn(&self) -> Vec<Arc<OpenVisit>> {
        let withdrawn = |v: &OpenVisit| v.session.as_ref().is_some_and(|s| s.is_withdrawn());
        self.visits
            .iter()
            .filter(|v| withdrawn(v.value()))
            .map(|v| Arc::clone(v.value()))
            .collect()
    }
}

impl Question {
    /// `None` for what leads to our own pages: they look after themselves.
    fn of(visit: &Visit, request: &RequestHeader) -> Option<Self> {
        let Some(Route::Application(application)) = &visit.route else {
            return None;
        };
        Some(Self {
            address: visit.client_address?,
            host: visit.host.clone(),
            path: request.uri.path().to_owned(),
            method: request.method.clone(),
            cookie: session::read_cookie(&request.headers),
            application: application.application.id.clone(),
        })
    }
}

impl Gate {
    /// Registers a visit that was let in and will stay open. From now on, `cut` is pulled with the
    /// code of the denial as soon as it would no longer be let in. Keep the guard as long as it is
    /// open.
    #[must_use]
    pub fn watch_over(
        &self,
        visit: &Visit,
        request: &RequestHeader,
        cut: Cut,
    ) -> Option<OpenGuard> {
        let open = OpenVisit {
            question: Question::of(visit, request)?,
            session: session_of(visit).cloned(),
            cut,
        };
        let number = self.open.next.fetch_add(1, Ordering::Relaxed);
        self.open.visits.insert(number, Arc::new(open));
        if !self.still_holds(visit) {
            self.open.overtaken.notify_one();
        }
        Some(OpenGuard {
            visits: Arc::clone(&self.open),
            number,
            is_endless: false,
        })
    }

    /// Whether nothing has changed since the visit was let in. Costs two loads.
    #[must_use]
    pub fn still_holds(&self, visit: &Visit) -> bool {
        let rulebook = self.rulebook.load();
        let same_rules = match (&*rulebook, &visit.rulebook) {
            (Some(now), Some(then)) => Arc::ptr_eq(now, then),
            _ => false,
        };
        same_rules && !session_of(visit).is_some_and(|entry| entry.is_withdrawn())
    }

    /// Decides again, if anything has changed, whether a visit that was let in may go on. To be
    /// asked when the head of the response passes.
    ///
    /// # Errors
    /// Why it would not be let in now.
    pub async fn recheck(&self, visit: &Visit, request: &RequestHeader) -> Result<(), Denial> {
        if self.still_holds(visit) {
            return Ok(());
        }
        match Question::of(visit, request) {
            Some(question) => self.ask_again(&question, self.clock.now()).await,
            None => Ok(()),
        }
    }

    /// The stages once more, by the rules and the facts of now, for a request of before.
    pub(crate) async fn ask_again(
        &self,
        question: &Question,
        now: Timestamp,
    ) -> Result<(), Denial> {
        let rulebook = self.rulebook.load_full().ok_or(Denial::NoSnapshot)?;
        let (application, path_rule) = lead(&rulebook, question)?;
        if !application.application.own_ip_lists_only {
            refuse_by(rulebook.ip_rules.judge(question.address))?;
        }
        refuse_by(application.ip_rules.judge(question.address))?;
        let access = application.access(path_rule);
        let found = self.identify_again(question, now).await;
        let identity = match (found, access) {
            (Err(_), AccessRules::Public(_)) => Identity::Failed,
            (found, _) => found?,
        };
        let guests = &rulebook.guest_rules;
        match policy::judge(access, guests, &identity, question.address, now).verdict {
            // How fresh the second factor has to be is asked of the request, and that was in time.
            Err(Denial::TwoStepStale) => Ok(()),
            verdict => verdict,
        }
    }

    async fn identify_again(
        &self,
        question: &Question,
        now: Timestamp,
    ) -> Result<Identity, Denial> {
        let Cookie::Token(token) = question.cookie else {
            return Ok(Identity::Anonymous);
        };
        match self.sessions.recall(&token, &question.host, now).await {
            Ok(Some(entry)) => Ok(Identity::Authenticated(entry)),
            Ok(None) => Ok(Identity::Failed),
            Err(_) => Err(Denial::StoreAway),
        }
    }

    /// Decides again about everything that is open, or will do so when that is done which is under
    /// way.
    pub(crate) fn look_again_at_all(self: &Arc<Self>) {
        if !self.open.is_empty() {
            self.look_again(&self.open.looks_at_all, OpenVisits::all);
        }
    }

    /// The same for what is open on sessions that were revoked or have changed.
    pub(crate) fn look_again_at_withdrawn(self: &Arc<Self>) {
        self.look_again(&self.open.looks_at_withdrawn, OpenVisits::withdrawn);
    }

    fn look_again(self: &Arc<Self>, turns: &Turns, which: fn(&OpenVisits) -> Vec<Arc<OpenVisit>>) {
        let Some(mut turn) = turns.ask() else {
            return;
        };
        let gate = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                gate.decide_again(which(&gate.open)).await;
                match turn.again() {
                    Some(another) => turn = another,
                    None => return,
                }
            }
        });
    }

    /// Decides about these again, and cuts those that would be turned away now.
    async fn decide_again(&self, visits: Vec<Arc<OpenVisit>>) {
        let now = self.clock.now();
        futures::stream::iter(visits)
            .for_each_concurrent(AT_ONCE, |visit| async move {
                if let Err(denial) = self.ask_again(&visit.question, now).await {
                    visit.cut.pull(denial.code());
                }
            })
            .await;
    }
}

fn session_of(visit: &Visit) -> Option<&Arc<SessionEntry>> {
    match &visit.identity {
        Identity::Authenticated(entry) => Some(entry),
        _ => None,
    }
}

fn refuse_by(verdict: Verdict) -> Result<(), Denial> {
    match verdict.refusing() {
        None => Ok(()),
        Some(list) => Err(Denial::AddressRefused {
            rule: list.as_ref().to_owned(),
        }),
    }
}

/// Where the request would lead now; it has to be the same application.
fn lead(
    rulebook: &Rulebook,
    question: &Question,
) -> Result<(Arc<crate::rulebook::RoutedApplication>, Option<usize>), Denial> {
    let path = RequestPath::read(&question.path)?;
    let found = rulebook
        .routes
        .find(&question.host, &path, &question.method)?;
    if found.application.application.id == question.application {
        Ok((found.application, found.path_rule))
    } else {
        Err(Denial::UnknownPath)
    }
}

#[cfg(test)]
mod tests;
