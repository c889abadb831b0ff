//! Changes by content synchronization (RFC 4533): what is new since a cookie, and then whatever changes, as
//! it does. The parsers of the library panic on some malformed messages: whoever listens does so in a task of
//! their own.

use std::collections::HashSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::clock::Stopwatch;
use ldap3::controls::{
    ControlType, EntryState, MakeCritical as _, RefreshMode, SyncDone, SyncInfo, SyncRequest,
    SyncState, parse_syncinfo,
};
use ldap3::{LdapResult, ResultEntry, Scope, SearchStream};
use tokio::time::timeout;
use uuid::Uuid;

use super::super::connect::ANSWER;
use super::super::dn::folded;
use super::super::entry::Entry;
use super::super::explain::{explain, refused};
use super::super::source::LdapSource;
use super::At;
use crate::directories::source::{Hints, News, SourceError};

const CONTROL: &str = "1.3.6.1.4.1.4203.1.9.1.1";
/// By what a server calls an entry in its messages.
const KEY: &str = "entryUUID";
/// The cookie is too old (e-syncRefreshRequired).
const REFRESH_REQUIRED: u32 = 4096;
/// What comes within so short a time is looked at together.
const TOGETHER: Duration = Duration::from_millis(100);

type Stream = SearchStream<'static, String, Vec<String>>;

/// A search that goes on, and the cookie behind what it has told of.
pub struct Persisting {
    cookie: String,
    stream: Box<Stream>,
    is_refreshed: bool,
}

/// What was heard so far.
#[derive(Default)]
struct Heard {
    keys: HashSet<String>,
    present: HashSet<String>,
    /// Whether what was not heard of is gone, until the server says otherwise.
    names_present: bool,
    cookie: Option<Vec<u8>>,
    is_refreshed: bool,
}

impl Heard {
    fn is_any(&self) -> bool {
        !self.keys.is_empty() || self.names_present
    }

    fn hear(&mut self, message: ResultEntry) {
        if message.is_intermediate() {
            return self.hear_info(parse_syncinfo(message));
        }
        for control in &message.1 {
            if !matches!(control.0, Some(ControlType::SyncState)) {
                continue;
            }
            let state: SyncState = control.1.parse();
            self.cookie = state.cookie.or(self.cookie.take());
            let key = key(&state.entry_uuid);
            match state.state {
                EntryState::Present => {
                    self.names_present = true;
                    self.present.extend(key);
                }
                EntryState::Add | EntryState::Modify | EntryState::Delete => self.keys.extend(key),
            }
        }
    }

    fn hear_info(&mut self, info: SyncInfo) {
        let cookie = match info {
            SyncInfo::NewCookie(cookie) => Some(cookie),
            SyncInfo::RefreshDelete {
                cookie,
                refresh_done,
            } => {
                self.is_refreshed |= refresh_done;
                cookie
            }
            SyncInfo::RefreshPresent {
                cookie,
                refresh_done,
            } => {
                self.is_refreshed |= refresh_done;
                // The end of a phase in which whatever is left was named.
                self.names_present = true;
                cookie
            }
            SyncInfo::SyncIdSet {
                cookie,
                refresh_deletes,
                sync_uuids,
            } => {
                let keys = sync_uuids.iter().filter_map(|uuid| key(uuid));
                if refresh_deletes {
                    self.keys.extend(keys);
                } else {
                    self.names_present = true;
                    self.present.extend(keys);
                }
                cookie
            }
        };
        self.cookie = cookie.or(self.cookie.take());
    }

    fn hear_end(&mut self, result: &LdapResult) {
        for control in &result.ctrls {
            if matches!(control.0, Some(ControlType::SyncDone)) {
                let done: SyncDone = control.1.parse();
                self.names_present |= !done.refresh_deletes;
                self.cookie = done.cookie.or(self.cookie.take());
            }
        }
    }
}

fn key(uuid: &[u8]) -> Option<String> {
    Some(Uuid::from_slice(uuid).ok()?.to_string())
}

impl LdapSource {
    /// `None`: the server does not offer it, or calls entries otherwise than we do.
    pub(super) async fn cookie_now(&mut self, root: &Entry) -> Result<Option<At>, SourceError> {
        let is_offered = root
            .all("supportedControl")
            .iter()
            .any(|one| one == CONTROL);
        if !is_offered || !self.settings.people.key.eq_ignore_ascii_case(KEY) {
            return Ok(None);
        }
        let cookie = match self.openldap_cookie(root).await? {
            Some(cookie) => Some(cookie),
            None => self
                .refreshed(None, "1.1")
                .await?
                .ok()
                .and_then(|heard| heard.cookie),
        };
        Ok(cookie.map(|cookie| At::ContentSync {
            cookie: STANDARD.encode(cookie),
        }))
    }

    /// OpenLDAP says at the top of a tree what its cookies are made of, so that not all has to be read for one.
    async fn openldap_cookie(&mut self, root: &Entry) -> Result<Option<Vec<u8>>, SourceError> {
        let base = folded(&self.settings.base);
        let contexts = root.all("namingContexts").into_iter();
        let above = contexts.filter(|context| base.ends_with(&folded(context)));
        let Some(context) = above.max_by_key(String::len) else {
            return Ok(None);
        };
        let attributes = vec!["contextCSN".to_owned()];
        let found = self.one(&context, "(objectClass=*)", attributes).await?;
        let numbers = found
            .map(|entry| entry.all("contextCSN"))
            .unwrap_or_default();
        let cookie = format!("rid=000,csn={}", numbers.join(";"));
        Ok((!numbers.is_empty()).then(|| cookie.into_bytes()))
    }

    pub(super) async fn sync_news(
        &mut self,
        cookie: &str,
        patience: Duration,
    ) -> Result<News, SourceError> {
        if !patience.is_zero() {
            return self.persist(cookie, patience).await;
        }
        let Ok(bytes) = STANDARD.decode(cookie) else {
            return Ok(News::Lost);
        };
        match self.refreshed(Some(bytes), KEY).await? {
            Ok(heard) => Ok(self.told(heard, cookie)),
            Err(Refused) => Ok(News::Lost),
        }
    }

    /// All that is new since a cookie.
    async fn refreshed(
        &mut self,
        cookie: Option<Vec<u8>>,
        attribute: &str,
    ) -> Result<Result<Heard, Refused>, SourceError> {
        let mut stream = self
            .synchronize(RefreshMode::RefreshOnly, cookie, attribute)
            .await?;
        let mut heard = Heard::default();
        while let Some(message) = self.message(&mut stream).await? {
            heard.hear(message);
        }
        let result = stream.finish().await;
        match result.rc {
            0 => {
                heard.hear_end(&result);
                Ok(Ok(heard))
            }
            REFRESH_REQUIRED => Ok(Err(Refused)),
            _ => Err(refused(&self.bound.server, &result)),
        }
    }

    async fn synchronize(
        &mut self,
        mode: RefreshMode,
        cookie: Option<Vec<u8>>,
        attribute: &str,
    ) -> Result<Stream, SourceError> {
        let request = SyncRequest {
            mode: mode.clone(),
            cookie,
            reload_hint: true,
        };
        let (base, filter) = (self.settings.base.clone(), self.filter_of_all());
        let ldap = self.bound.ldap.with_controls(request.critical());
        if matches!(mode, RefreshMode::RefreshOnly) {
            ldap.with_timeout(ANSWER);
        }
        let started = ldap.streaming_search(
            base.as_str(),
            Scope::Subtree,
            filter.as_str(),
            vec![attribute.to_owned()],
        );
        let started = started.await;
        started.map_err(|error| explain(&self.bound.server, &error))
    }

    async fn message(&self, stream: &mut Stream) -> Result<Option<ResultEntry>, SourceError> {
        let message = stream.next().await;
        message.map_err(|error| explain(&self.bound.server, &error))
    }

    /// Listens until there is something, or for so long.
    async fn persist(&mut self, cookie: &str, patience: Duration) -> Result<News, SourceError> {
        let Ok(bytes) = STANDARD.decode(cookie) else {
            return Ok(News::Lost);
        };
        let mut search = self.searching(cookie, bytes).await?;
        let mut heard = Heard {
            is_refreshed: search.is_refreshed,
            ..Heard::default()
        };
        let (since, mut wait) = (Stopwatch::start(), patience);
        loop {
            let Ok(message) = timeout(wait, self.message(&mut search.stream)).await else {
                break;
            };
            let Some(message) = message? else {
                let result = search.stream.finish().await;
                return match result.rc {
                    REFRESH_REQUIRED => Ok(News::Lost),
                    _ => Err(refused(&self.bound.server, &result)),
                };
            };
            heard.hear(message);
            // Whoever is left is named by the end of the first phase.
            let left = patience.saturating_sub(since.elapsed());
            if heard.is_refreshed && left.is_zero() {
                break;
            }
            wait = match (heard.is_refreshed, heard.is_any()) {
                (false, _) => ANSWER,
                (true, true) => left.min(TOGETHER),
                (true, false) => left,
            };
        }
        Ok(self.persisted(search, heard).await)
    }

    /// What was heard over a search, which goes on from there.
    async fn persisted(&mut self, mut search: Persisting, heard: Heard) -> News {
        if !heard.is_refreshed {
            // Nothing was heard at all: the next time listens from the start.
            self.abandon(search).await;
            return News::Nothing;
        }
        search.is_refreshed = true;
        let cookie = heard.cookie.as_ref().map(|cookie| STANDARD.encode(cookie));
        let news = if heard.is_any() || cookie.is_some() {
            self.told(heard, &search.cookie)
        } else {
            News::Nothing
        };
        search.cookie = cookie.unwrap_or(search.cookie);
        self.persisting = Some(search);
        news
    }

    /// The search that goes on behind a cookie.
    async fn searching(&mut self, cookie: &str, bytes: Vec<u8>) -> Result<Persisting, SourceError> {
        match self.persisting.take() {
            Some(search) if search.cookie == cookie => return Ok(search),
            Some(search) => self.abandon(search).await,
            None => {}
        }
        let mode = RefreshMode::RefreshAndPersist;
        Ok(Persisting {
            cookie: cookie.to_owned(),
            stream: Box::new(self.synchronize(mode, Some(bytes), KEY).await?),
            is_refreshed: false,
        })
    }

    /// Tells the server that nobody listens to a search any more: it would go on with it.
    async fn abandon(&mut self, mut search: Persisting) {
        let id = search.stream.ldap_handle().last_id();
        if let Err(error) = self.bound.ldap.abandon(id).await {
            tracing::debug!(%error, "a search goes on");
        }
    }

    /// What was heard, as hints; without a newer cookie, the old one holds.
    fn told(&self, heard: Heard, cookie: &str) -> News {
        // A server that names nothing as left, and nothing as changed, has told nothing.
        if heard.names_present && heard.present.is_empty() && heard.keys.is_empty() {
            return News::Lost;
        }
        let cookie = heard
            .cookie
            .map_or_else(|| cookie.to_owned(), |cookie| STANDARD.encode(cookie));
        let mut present = heard.present;
        present.extend(heard.keys.iter().cloned());
        News::Hints(Hints {
            keys: heard.keys.into_iter().collect(),
            present: heard.names_present.then_some(present),
            cursor: self.written(At::ContentSync { cookie }),
        })
    }
}

/// The server does not take the cookie.
struct Refused;
