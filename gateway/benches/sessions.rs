//! What it costs to find a session among a thousand and among a million, in time and in bytes.

#![allow(clippy::print_stdout, reason = "it reports what it measured")]

use std::sync::Arc;
use std::time::Duration;

use config::link::{FeedPulse, SessionLookup, StoreAway};
use config::session::{AuthenticationMethod, TokenHash};
use config::{Clock, Principal, PrincipalKind, Session, Timestamp};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use futures::FutureExt;
use futures::future::BoxFuture;
use gateway::sessions::SessionCache;
use sha2::{Digest, Sha256};

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const HOST: &str = "wiki.example.com";

/// Everything is in memory: whoever asks the store has missed.
struct Nothing;

impl SessionLookup for Nothing {
    fn find<'a>(
        &'a self,
        _: &'a TokenHash,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Option<Session>, StoreAway>> {
        async { Ok(None) }.boxed()
    }
}

fn token(number: u32) -> TokenHash {
    Sha256::digest(number.to_le_bytes()).into()
}

fn session(number: u32) -> Session {
    let id = format!("01890a5d-ac96-774b-bcce-{number:012}");
    Session {
        id: id.clone().into(),
        sign_in: id.clone().into(),
        host: HOST.into(),
        principal: Arc::new(Principal {
            id: id.into(),
            kind: PrincipalKind::Member,
            username: format!("user-{number}"),
            display_name: format!("User {number}"),
            email: Some(format!("user-{number}@example.com")),
            mobile: None,
            employee_number: None,
            departments: Vec::new(),
            groups: Vec::new(),
            roles: Vec::new(),
            administers: false,
        }),
        authenticated_at: NOW,
        second_factor_at: Some(NOW),
        methods: vec![AuthenticationMethod::Password, AuthenticationMethod::Totp],
        expires_at: NOW.plus(Duration::from_hours(10)),
        idle_limit: Some(Duration::from_hours(1)),
        last_seen_at: NOW,
    }
}

/// Resident memory of this process in bytes, as Linux tells it.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0_usize) * 4096
}

fn lookups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("session");
    for count in [1_000_u32, 1_000_000] {
        let feed = FeedPulse::default();
        feed.beat(NOW);
        let grace = Duration::from_mins(1);
        let cache = SessionCache::new(Arc::new(Nothing), feed, grace, Clock::manual(NOW));
        let before = resident();
        for number in 0..count {
            cache.keep(token(number), session(number));
        }
        let bytes = resident().saturating_sub(before) / count as usize;
        println!("{count} sessions: {bytes} bytes each");
        let asked: Vec<TokenHash> = (0..4_096_u32)
            .map(|n| token(n.wrapping_mul(2_654_435_761) % count))
            .collect();
        let mut turn = asked.iter().cycle();
        group.bench_function(BenchmarkId::new("hit", count), |bencher| {
            bencher.iter(|| {
                let token = turn.next().unwrap_or(&[0; 32]);
                cache.find(token, HOST, NOW).now_or_never()
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(1));
    targets = lookups
}
criterion_main!(benches);
