//! Sessions as this node knows them: a map in front of the store, kept true by revocations.
//!
//! What is found in the map is answered without a lock that others wait for. A miss asks the store
//! once, however many want to know. The store is also asked again about a session that is in the map
//!
//! - when the feed of revocations is not known to be complete, every 30 seconds;
//! - after a gap in the feed ([`Revocation::All`]);
//! - before it is called idle, because other nodes may have seen its person since.
//!
//! While the store is away, what was known to be good goes on for the operator's grace time. That
//! there is no such session is never remembered: a session may be made at any moment.
//!
//! A session that is known was found in 83 ns among a thousand, in 185 ns among a million, at 1.5 KB
//! each (`benches/sessions.rs`).

pub mod entry;
mod flights;
mod recent;
mod room;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use config::link::{FeedPulse, SessionLookup, StoreAway};
use config::session::{Revocation, TokenHash};
use config::{Clock, Session, Timestamp};
use dashmap::DashMap;

pub use entry::SessionEntry;
use entry::ended_by;
pub use flights::Answer;
use flights::Flights;
use recent::RecentRevocations;
use room::Room;

/// A feed that has been silent for longer may have missed something. It beats twice a second.
const FEED_SILENT_AFTER: Duration = Duration::from_secs(5);
/// While the feed is silent, the store's word is good for so long.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(30);
/// A store that does not answer within this time is away.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Once the store was found away, it is left alone for so long about sessions that have grace.
const LEAVE_ALONE: Duration = Duration::from_secs(1);
/// A session without a request for so long is dropped from memory; the store still knows it.
const FORGET_AFTER: Duration = Duration::from_hours(1);
/// More sessions than this are not kept: those that were not used for the longest time make room.
const MOST_KEPT: usize = 2_000_000;
/// So often a question is asked anew because a revocation crossed the answer.
const MOST_CROSSINGS: u8 = 5;

/// What the cache has done so far; for metrics.
#[derive(Debug, Default)]
pub struct Counters {
    pub hits: AtomicU64,
    pub misses: AtomicU64,
    /// Answered from memory because the store was away.
    pub grace: AtomicU64,
    pub revocations: AtomicU64,
}

pub struct SessionCache {
    shared: Arc<Shared>,
    flights: Arc<Flights>,
    grace_ms: AtomicU64,
    pub counters: Counters,
}

/// What a question that outlives its asker needs.
struct Shared {
    store: Arc<dyn SessionLookup>,
    feed: FeedPulse,
    clock: Clock,
    entries: DashMap<TokenHash, Arc<SessionEntry>>,
    /// Which sessions each revocation would end.
    ended_by: DashMap<Revocation, Vec<TokenHash>>,
    recent: RecentRevocations,
    /// What was asked before this moment has to be asked again.
    ask_again_since: AtomicI64,
    away_at: AtomicI64,
    room: Room,
}

impl SessionCache {
    #[must_use]
    pub fn new(
        store: Arc<dyn SessionLookup>,
        feed: FeedPulse,
        grace: Duration,
        clock: Clock,
    ) -> Self {
        Self::with_room(Room::for_most(MOST_KEPT), store, feed, grace, clock)
    }

    fn with_room(
        room: Room,
        store: Arc<dyn SessionLookup>,
        feed: FeedPulse,
        grace: Duration,
        clock: Clock,
    ) -> Self {
        let cache = Self {
            shared: Arc::new(Shared {
                store,
                feed,
                clock,
                entries: DashMap::new(),
                ended_by: DashMap::new(),
                recent: RecentRevocations::default(),
                ask_again_since: AtomicI64::new(i64::MIN),
                away_at: AtomicI64::new(i64::MIN),
                room,
            }),
            flights: Arc::default(),
            grace_ms: AtomicU64::new(0),
            counters: Counters::default(),
        };
        cache.set_grace(grace);
        cache
    }

    /// How long people who are signed in go on while the store is away.
    pub fn set_grace(&self, grace: Duration) {
        let ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        self.grace_ms.store(ms, Ordering::Release);
    }

    /// How long people who are signed in go on while the store is away.
    #[must_use]
    pub fn grace(&self) -> Duration {
        Duration::from_millis(self.grace_ms.load(Ordering::Acquire))
    }

    /// The session that this token stands for at this host; `None` if there is none or it ended.
    /// A session that is found so has been used, and its idle time begins anew.
    ///
    /// # Errors
    /// [`StoreAway`] if only the store could tell.
    pub async fn find(&self, token: &TokenHash, host: &str, now: Timestamp) -> Answer {
        let found = self.recall(token, host, now).await?;
        if let Some(entry) = &found {
            entry.saw(now);
        }
        Ok(found)
    }

    /// As [`SessionCache::find`], but for looking again at what is open: nobody used it.
    ///
    /// # Errors
    /// [`StoreAway`] if only the store could tell.
    pub async fn recall(&self, token: &TokenHash, host: &str, now: Timestamp) -> Answer {
        let known = self.shared.entries.get(token).map(|e| Arc::clone(&e));
        let Some(known) = known else {
            self.counters.misses.fetch_add(1, Ordering::Relaxed);
            return Ok(still_good(self.ask(token, host).await?, now));
        };
        if known.session.host != host || known.has_expired(now) {
            return Ok(None);
        }
        if !known.is_idle(now) {
            if self.shared.is_sure_of(&known, now) {
                self.counters.hits.fetch_add(1, Ordering::Relaxed);
                return Ok(Some(known));
            }
            if self.shared.was_just_away(now) && self.has_grace(&known, now) {
                return Ok(Some(self.by_grace(known)));
            }
        }
        self.counters.misses.fetch_add(1, Ordering::Relaxed);
        match self.ask(token, host).await {
            Ok(found) => Ok(still_good(found, now)),
            Err(_) if !known.is_idle(now) && self.has_grace(&known, now) => {
                Ok(Some(self.by_grace(known)))
            }
            Err(away) => Err(away),
        }
    }

    /// Drops what a revocation ends, here and now.
    pub fn revoke(&self, revocation: &Revocation) {
        self.counters.revocations.fetch_add(1, Ordering::Relaxed);
        self.shared.recent.push(revocation.clone());
        if *revocation == Revocation::All {
            let now = self.shared.clock.now().as_millis();
            let since = &self.shared.ask_again_since;
            since.store(now.saturating_add(1), Ordering::Release);
        } else if let Some((_, tokens)) = self.shared.ended_by.remove(revocation) {
            for token in tokens {
                self.shared.drop_entry(&token);
            }
        }
    }

    /// Forgets what has expired or has not been used for long. Called now and then.
    pub fn sweep(&self, now: Timestamp) {
        let over = |e: &SessionEntry| e.has_expired(now) || now.since(e.seen_at()) > FORGET_AFTER;
        let entries = self.shared.entries.iter();
        let tokens: Vec<TokenHash> = entries
            .filter(|entry| over(entry.value()))
            .map(|entry| *entry.key())
            .collect();
        for token in tokens {
            self.shared.drop_entry(&token);
        }
    }

    /// How many sessions are kept in memory.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps a session as if the store had just been asked about it.
    pub fn keep(&self, token: TokenHash, session: Session) -> Arc<SessionEntry> {
        self.shared.keep(token, session)
    }

    async fn ask(&self, token: &TokenHash, host: &str) -> Answer {
        let (shared, token, asked) = (Arc::clone(&self.shared), *token, Arc::<str>::from(host));
        let question = move || async move { shared.ask(token, &asked).await };
        self.flights.join(token, host, question).await
    }

    fn has_grace(&self, entry: &SessionEntry, now: Timestamp) -> bool {
        now.since(self.shared.known_good_at(entry)) <= self.grace()
    }

    fn by_grace(&self, entry: Arc<SessionEntry>) -> Arc<SessionEntry> {
        self.counters.grace.fetch_add(1, Ordering::Relaxed);
        entry
    }
}

/// What the store found, unless its time is up.
fn still_good(found: Option<Arc<SessionEntry>>, now: Timestamp) -> Option<Arc<SessionEntry>> {
    found.filter(|entry| !entry.has_expired(now) && !entry.is_idle(now))
}

impl Shared {
    /// Whether the entry is known to be good without asking.
    fn is_sure_of(&self, entry: &SessionEntry, now: Timestamp) -> bool {
        let asked_at = entry.asked_at();
        let no_gap_since = asked_at.as_millis() >= self.ask_again_since.load(Ordering::Acquire);
        let feed_is_alive = now.since(self.feed.last()) <= FEED_SILENT_AFTER;
        no_gap_since && (feed_is_alive || now.since(asked_at) <= ASK_AGAIN_AFTER)
    }

    /// The last moment at which the entry was known to be good.
    fn known_good_at(&self, entry: &SessionEntry) -> Timestamp {
        let asked_at = entry.asked_at();
        if asked_at.as_millis() < self.ask_again_since.load(Ordering::Acquire) {
            return asked_at;
        }
        asked_at.max(self.feed.last())
    }

    fn was_just_away(&self, now: Timestamp) -> bool {
        let away_at = Timestamp(self.away_at.load(Ordering::Acquire));
        away_at <= now && now.since(away_at) < LEAVE_ALONE
    }

    async fn ask(self: &Arc<Self>, token: TokenHash, host: &str) -> Answer {
        self.make_room();
        for _ in 0..MOST_CROSSINGS {
            let mark = self.recent.mark();
            let asking = tokio::time::timeout(ANSWER_WITHIN, self.store.find(&token, host));
            let found = match asking.await {
                Ok(Ok(found)) => found,
                Ok(Err(away)) => return Err(self.found_away(away)),
                Err(_) => return Err(self.found_away(StoreAway("no answer in time".into()))),
            };
            let Some(session) = found.filter(|session| session.host == host) else {
                self.drop_entry(&token);
                return Ok(None);
            };
            let entry = self.keep(token, session);
            if !self.recent.touched(&entry.session, mark) {
                return Ok(Some(entry));
            }
            self.drop_entry(&token);
        }
        Err(StoreAway("too much changes at once".into()))
    }

    fn found_away(&self, away: StoreAway) -> StoreAway {
        let now = self.clock.now().as_millis();
        self.away_at.store(now, Ordering::Release);
        tracing::warn!(error = %away, "a session cannot be looked up");
        away
    }

    /// Keeps what the store said. An entry that already says so stays, with all that hangs on it.
    fn keep(&self, token: TokenHash, session: Session) -> Arc<SessionEntry> {
        let now = self.clock.now();
        let known = self.entries.get(&token).map(|e| Arc::clone(&e));
        if let Some(known) = known.filter(|k| k.says_the_same_as(&session)) {
            known.saw(session.last_seen_at);
            known.confirm(now);
            return known;
        }
        self.drop_entry(&token);
        let entry = Arc::new(SessionEntry::new(session));
        entry.confirm(now);
        if !self.room.is_left(self.entries.len()) {
            // No revocation would find it: what is open on it has to ask again.
            entry.withdraw();
            return entry;
        }
        for revocation in ended_by(&entry.session) {
            self.ended_by.entry(revocation).or_default().push(token);
        }
        self.entries.insert(token, Arc::clone(&entry));
        entry
    }

    fn drop_entry(&self, token: &TokenHash) {
        let Some((_, entry)) = self.entries.remove(token) else {
            return;
        };
        entry.withdraw();
        for revocation in ended_by(&entry.session) {
            if let Some(mut tokens) = self.ended_by.get_mut(&revocation) {
                tokens.retain(|t| t != token);
            }
            self.ended_by
                .remove_if(&revocation, |_, tokens| tokens.is_empty());
        }
    }
}

#[cfg(test)]
mod tests;
