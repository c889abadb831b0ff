//! The cache against a store that answers slowly, not at all, or with yesterday's news.

use super::*;
use crate::testing::{FakeStore, START, person, session};

const HOST: &str = "wiki.example.com";
const TOKEN: TokenHash = [7; 32];

struct World {
    cache: Arc<SessionCache>,
    store: Arc<FakeStore>,
    feed: FeedPulse,
    clock: Clock,
}

fn world() -> World {
    World::with_room_for(MOST_KEPT)
}

impl World {
    fn with_room_for(most: usize) -> Self {
        let store = Arc::new(FakeStore::default());
        let (feed, clock) = (FeedPulse::default(), Clock::manual(START));
        feed.beat(START);
        let cache = SessionCache::with_room(
            Room::for_most(most),
            Arc::clone(&store) as _,
            feed.clone(),
            Duration::from_mins(10),
            clock.clone(),
        );
        Self {
            cache: Arc::new(cache),
            store,
            feed,
            clock,
        }
    }

    fn signed_in() -> Self {
        let world = world();
        world.store.put(TOKEN, session(person("ann", &[]), HOST));
        world
    }

    async fn find(&self) -> Answer {
        self.cache.find(&TOKEN, HOST, self.clock.now()).await
    }

    async fn is_good(&self) -> bool {
        matches!(self.find().await, Ok(Some(_)))
    }

    fn pass_with_feed(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.feed.beat(self.clock.now());
    }
}

#[tokio::test]
async fn the_store_is_asked_once_and_then_left_alone() {
    let world = World::signed_in();
    for _ in 0..3 {
        assert!(world.is_good().await);
        world.pass_with_feed(60);
    }
    assert_eq!(world.store.asked(), 1);
    assert_eq!(world.cache.counters.hits.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn whoever_wants_to_know_the_same_shares_one_question() {
    let world = Arc::new(World::signed_in());
    world.store.hold_answers();
    let asking: Vec<_> = (0..50)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.is_good().await })
        })
        .collect();
    tokio::task::yield_now().await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    world.store.release();
    for answer in asking {
        assert!(answer.await.unwrap());
    }
    assert_eq!(world.store.asked(), 1);
}

#[tokio::test]
async fn a_question_is_answered_even_if_its_first_asker_goes_away() {
    let world = Arc::new(World::signed_in());
    world.store.hold_answers();
    let first = {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.is_good().await })
    };
    tokio::time::sleep(Duration::from_millis(10)).await;
    first.abort();
    world.store.release();
    assert!(world.is_good().await);
}

#[tokio::test]
async fn that_there_is_no_session_is_not_remembered() {
    let world = world();
    assert!(!world.is_good().await);
    world.store.put(TOKEN, session(person("ann", &[]), HOST));
    assert!(world.is_good().await);
}

#[tokio::test]
async fn attack_10_a_session_opens_no_other_host() {
    let world = World::signed_in();
    let elsewhere = |cache: Arc<SessionCache>| async move {
        cache.find(&TOKEN, "other.example.com", START).await
    };
    assert!(matches!(
        elsewhere(Arc::clone(&world.cache)).await,
        Ok(None)
    ));
    assert!(world.is_good().await);
    assert!(matches!(
        elsewhere(Arc::clone(&world.cache)).await,
        Ok(None)
    ));
}

#[tokio::test]
async fn attack_16_each_revocation_ends_what_it_names_at_once() {
    let s = session(person("ann", &[]), HOST);
    for revocation in [
        Revocation::Session(s.id.clone()),
        Revocation::SignIn(s.sign_in.clone()),
        Revocation::Member(s.principal.id.clone()),
        Revocation::All,
    ] {
        let world = World::signed_in();
        let entry = world.find().await.unwrap().unwrap();
        world.store.end_all();
        assert!(world.is_good().await, "not known here yet");
        world.cache.revoke(&revocation);
        assert!(!world.is_good().await, "{revocation:?}");
        assert!(entry.is_withdrawn(), "{revocation:?}");
        assert_eq!(world.cache.len(), 0);
        assert!(world.cache.shared.ended_by.is_empty());
    }
}

#[tokio::test]
async fn a_revocation_of_someone_else_changes_nothing() {
    let world = World::signed_in();
    assert!(world.is_good().await);
    world.cache.revoke(&Revocation::Member("bob".into()));
    assert!(world.is_good().await);
    assert_eq!(world.store.asked(), 1);
}

#[tokio::test]
async fn attack_16_an_answer_that_a_revocation_crossed_is_asked_for_again() {
    let world = Arc::new(World::signed_in());
    world.store.hold_answers();
    let asking = {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.is_good().await })
    };
    tokio::time::sleep(Duration::from_millis(10)).await;
    world.store.end_all();
    world.cache.revoke(&Revocation::Member("ann".into()));
    world.store.release();
    assert!(!asking.await.unwrap(), "the old answer must not count");
    assert!(!world.is_good().await, "nor stay in the cache");
    assert_eq!(world.cache.len(), 0);
}

#[tokio::test]
async fn after_a_change_of_a_member_the_new_facts_count() {
    let world = World::signed_in();
    let before = world.find().await.unwrap().unwrap();
    world
        .store
        .change_all(|s| s.principal = Arc::new(person("ann", &["editors"])));
    world.cache.revoke(&Revocation::Member("ann".into()));
    let after = world.find().await.unwrap().unwrap();
    assert!(before.session.principal.groups.is_empty());
    assert_eq!(after.session.principal.groups.len(), 1);
}

#[tokio::test]
async fn while_the_feed_is_silent_the_store_is_asked_every_thirty_seconds() {
    let world = World::signed_in();
    assert!(world.is_good().await);
    world.clock.advance(Duration::from_secs(20));
    assert!(world.is_good().await);
    assert_eq!(world.store.asked(), 1);
    world.clock.advance(Duration::from_secs(11));
    assert!(world.is_good().await);
    assert_eq!(world.store.asked(), 2);
    world.clock.advance(Duration::from_secs(31));
    world.store.end_all();
    assert!(!world.is_good().await);
}

#[tokio::test]
async fn while_the_store_is_away_people_go_on_for_the_grace_time_only() {
    let world = World::signed_in();
    assert!(world.is_good().await);
    world.store.set_away(true);
    world.clock.advance(Duration::from_secs(599));
    assert!(world.is_good().await);
    world.clock.advance(Duration::from_secs(2));
    assert!(world.find().await.is_err());
    world.store.set_away(false);
    assert!(world.is_good().await);
}

#[tokio::test]
async fn while_the_store_is_away_a_stranger_is_told_so() {
    let world = world();
    world.store.set_away(true);
    assert!(world.find().await.is_err());
}

#[tokio::test]
async fn a_session_ends_at_its_absolute_limit_with_no_word_from_the_store() {
    let world = World::signed_in();
    assert!(world.is_good().await);
    world.pass_with_feed(8 * 3600 - 1);
    assert!(world.is_good().await);
    world.pass_with_feed(1);
    assert!(!world.is_good().await);
}

#[tokio::test]
async fn an_idle_session_ends_unless_another_node_has_seen_it() {
    let world = world();
    let mut idle = session(person("ann", &[]), HOST);
    idle.idle_limit = Some(Duration::from_mins(15));
    world.store.put(TOKEN, idle);
    assert!(world.is_good().await);
    world.pass_with_feed(899);
    assert!(world.is_good().await, "and this request keeps it awake");
    world.pass_with_feed(899);
    assert!(world.is_good().await);
    assert_eq!(world.store.asked(), 1);

    world.pass_with_feed(1000);
    let elsewhere = world.clock.now().minus(Duration::from_secs(10));
    world.store.change_all(|s| s.last_seen_at = elsewhere);
    assert!(world.is_good().await);

    world.pass_with_feed(1000);
    assert!(!world.is_good().await);
}

#[tokio::test]
async fn looking_again_at_what_is_open_does_not_keep_a_session_awake() {
    let world = world();
    let mut idle = session(person("ann", &[]), HOST);
    idle.idle_limit = Some(Duration::from_mins(15));
    world.store.put(TOKEN, idle);
    assert!(world.is_good().await);
    world.pass_with_feed(600);
    let seen = world.cache.recall(&TOKEN, HOST, world.clock.now()).await;
    assert!(matches!(seen, Ok(Some(_))));
    world.pass_with_feed(600);
    assert!(!world.is_good().await);
}

#[tokio::test]
async fn what_has_expired_or_is_not_used_is_swept_out_of_memory() {
    let world = World::signed_in();
    assert!(world.is_good().await);
    world.cache.sweep(START.plus(Duration::from_mins(1)));
    assert_eq!(world.cache.len(), 1);
    world.cache.sweep(START.plus(Duration::from_hours(2)));
    assert_eq!(world.cache.len(), 0);
    assert!(world.cache.shared.ended_by.is_empty());
}

#[tokio::test]
async fn where_there_is_no_room_those_who_were_not_seen_for_long_are_forgotten_first() {
    let world = World::with_room_for(32);
    for number in 0..40 {
        let token = [number; 32];
        let name = format!("user-{number}");
        world.store.put(token, session(person(&name, &[]), HOST));
        world.pass_with_feed(1);
        let found = world.cache.find(&token, HOST, world.clock.now()).await;
        assert!(matches!(found, Ok(Some(_))));
        while world.cache.shared.room.is_being_made() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(world.cache.len() <= 33, "{}", world.cache.len());
    }
    let asked = world.store.asked();
    for (number, forgotten) in [(39, 0), (20, 0), (0, 1)] {
        let token = [number; 32];
        let found = world.cache.find(&token, HOST, world.clock.now()).await;
        assert!(matches!(found, Ok(Some(_))), "the store knows them");
        assert_eq!(world.store.asked(), asked + forgotten, "{number}");
    }
}

#[tokio::test]
async fn attack_16_what_is_open_on_a_session_that_is_not_kept_is_decided_again() {
    let world = World::with_room_for(0);
    world.store.put(TOKEN, session(person("ann", &[]), HOST));
    let entry = world.find().await.unwrap().unwrap();
    assert!(entry.is_withdrawn());
    assert_eq!(world.cache.len(), 0);
    assert!(world.cache.shared.ended_by.is_empty());
}
