//! Each event arrives in the store exactly once and in order, whatever happens on the way.

use std::os::unix::fs::PermissionsExt;

use config::Clock;
use config::link::EventSender;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::store::Store;
use crate::store::events::tests::access_event;
use crate::store::events::{AccessFilter, Page, access_events};
use crate::store::testing::{TestStore, on_both_engines};

mod crash;

const LIMITS: Limits = Limits {
    total_bytes: 1 << 20,
    gather: Duration::from_millis(1),
    segment_bytes: 2_000,
    sync_every: Duration::from_millis(5),
    oldest: Duration::from_mins(5),
};

/// Room for what must not be written.
const BIG: Limits = Limits {
    total_bytes: 64 << 20,
    ..LIMITS
};

fn open(folder: &Path, limits: Limits) -> Spool {
    Spool::open(folder, limits, Metrics::new().unwrap()).unwrap()
}

fn events(range: std::ops::Range<i64>) -> Vec<AccessEvent> {
    range
        .map(|at| access_event(&format!("e{at:05}"), at))
        .collect()
}

/// Writes the events and ends in good order.
async fn write(spool: &Spool, events: Vec<AccessEvent>) {
    let (sender, receiver, state) = EventSender::new();
    for event in events {
        sender.send(event);
    }
    drop(sender);
    spool.write(receiver, state, CancellationToken::new()).await;
}

/// Carries all that is there, however long it takes.
async fn carry_all(spool: &Spool, store: &Store) {
    let stop = CancellationToken::new();
    stop.cancel();
    // So often that what is slow is not taken for what never comes.
    for _ in 0..60_000 {
        carry(spool, store, &Clock::system(), stop.clone()).await;
        if spool.metrics.spool_depth.get() <= 0 {
            return;
        }
        // Whoever writes beside this has a turn, too.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let left = spool.metrics.spool_depth.get();
    panic!("{left} events never arrive");
}

async fn stored(store: &TestStore) -> Vec<String> {
    let mut read = store.read().await.unwrap();
    let page = Page {
        limit: 1000,
        ..Page::default()
    };
    let mut found: Vec<String> = access_events(&mut read, &AccessFilter::default(), &page)
        .await
        .unwrap()
        .items
        .iter()
        .map(|event| event.id.to_string())
        .collect();
    found.reverse();
    found
}

fn ids(events: &[AccessEvent]) -> Vec<String> {
    events.iter().map(|event| event.id.to_string()).collect()
}

#[tokio::test]
async fn events_arrive_in_order_across_segments_and_the_segments_go() {
    on_both_engines(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let spool = open(folder.path(), LIMITS);
        let (sender, receiver, state) = EventSender::new();
        let (stop, written) = (CancellationToken::new(), CancellationToken::new());
        let clock = Clock::system();
        let all = events(0..100);
        let ((), (), ()) = tokio::join!(
            async {
                spool.write(receiver, state, stop.clone()).await;
                written.cancel();
            },
            carry(&spool, &store, &clock, written.clone()),
            async {
                for event in all.clone() {
                    sender.send(event);
                    tokio::task::yield_now().await;
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
                stop.cancel();
            }
        );
        assert_eq!(stored(&store).await, ids(&all));
        assert!(segment::list(folder.path()).unwrap().len() <= 2);
        assert_eq!(spool.metrics.spool_depth.get(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_waited_when_the_program_ended_arrives_after_the_next_start() {
    on_both_engines(async |store| {
        let folder = tempfile::tempdir().unwrap();
        write(&open(folder.path(), LIMITS), events(0..5)).await;
        let second = open(folder.path(), LIMITS);
        assert_eq!(second.metrics.spool_depth.get(), 5);
        write(&second, events(5..9)).await;
        carry_all(&second, &store).await;
        assert_eq!(stored(&store).await, ids(&events(0..9)));
        // A third start finds the cursor where it was and brings nothing twice.
        let third = open(folder.path(), LIMITS);
        write(&third, events(9..10)).await;
        carry_all(&third, &store).await;
        assert_eq!(stored(&store).await, ids(&events(0..10)));
        assert_eq!(third.metrics.spool_depth.get(), 0);
        assert_eq!(third.metrics.events_stored.get(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_record_cut_off_at_any_byte_is_dropped_and_all_before_it_kept() {
    let whole = tempfile::tempdir().unwrap();
    let limits = Limits {
        segment_bytes: 1 << 20,
        ..LIMITS
    };
    write(&open(whole.path(), limits), events(0..3)).await;
    let bytes = fs::read(segment::path(whole.path(), 1)).unwrap();
    let (_, last) = record::measure(&bytes[..bytes.len() - 1]);
    let folder = tempfile::tempdir().unwrap();
    let file = segment::path(folder.path(), 1);
    for cut in last..bytes.len() {
        fs::write(&file, &bytes[..cut]).unwrap();
        let spool = open(folder.path(), limits);
        assert_eq!(spool.metrics.spool_depth.get(), 2, "cut at {cut}");
        assert_eq!(
            fs::metadata(&file).unwrap().len(),
            last as u64,
            "cut at {cut}"
        );
    }
    let store = TestStore::sqlite().await;
    let spool = open(folder.path(), limits);
    write(&spool, events(3..4)).await;
    carry_all(&spool, &store).await;
    assert_eq!(stored(&store).await, ["e00000", "e00001", "e00003"]);
}

#[tokio::test]
async fn a_crash_between_storing_and_deleting_stores_nothing_twice() {
    on_both_engines(async |store| {
        let folder = tempfile::tempdir().unwrap();
        write(&open(folder.path(), LIMITS), events(0..8)).await;
        let copies: Vec<_> = segment::list(folder.path())
            .unwrap()
            .iter()
            .map(|(number, _)| segment::path(folder.path(), *number))
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect();
        let spool = open(folder.path(), LIMITS);
        carry_all(&spool, &store).await;
        // As if the program had been killed after the commit, before a segment was deleted.
        for (path, bytes) in copies {
            fs::write(path, bytes).unwrap();
        }
        let again = open(folder.path(), LIMITS);
        carry_all(&again, &store).await;
        assert_eq!(stored(&store).await, ids(&events(0..8)));
        assert_eq!(again.metrics.events_stored.get(), 0);
        assert_eq!(again.metrics.spool_depth.get(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_spool_whose_cursor_was_lost_still_stores_nothing_twice() {
    on_both_engines(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let spool = open(folder.path(), LIMITS);
        write(&spool, events(0..3)).await;
        carry_all(&spool, &store).await;
        fs::remove_file(folder.path().join("id")).unwrap();
        let other = open(folder.path(), LIMITS);
        write(&other, events(2..5)).await;
        carry_all(&other, &store).await;
        assert_eq!(stored(&store).await, ids(&events(0..5)));
    })
    .await;
}

#[tokio::test]
async fn damage_in_the_middle_is_put_aside_and_the_rest_goes_on() {
    on_both_engines(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits {
            segment_bytes: 1 << 20,
            ..LIMITS
        };
        write(&open(folder.path(), limits), events(0..3)).await;
        let file = segment::path(folder.path(), 1);
        let mut bytes = fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
        fs::write(&file, bytes).unwrap();
        let spool = open(folder.path(), limits);
        write(&spool, events(3..5)).await;
        carry_all(&spool, &store).await;
        assert_eq!(stored(&store).await, ["e00000", "e00003", "e00004"]);
        assert!(file.with_extension("damaged").exists());
    })
    .await;
}

#[tokio::test]
async fn attack_30_a_zero_byte_from_a_stranger_does_not_hold_up_the_log() {
    on_both_engines(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let spool = open(folder.path(), LIMITS);
        let mut bad = access_event("e1", 1);
        bad.host = "a\0b".into();
        bad.path = "/\0".into();
        bad.username = Some("\0".into());
        write(&spool, vec![bad, access_event("e2", 2)]).await;
        carry_all(&spool, &store).await;
        assert_eq!(stored(&store).await, ["e1", "e2"]);
    })
    .await;
}

#[tokio::test]
async fn events_wait_while_something_other_than_an_event_is_wrong_in_the_store() {
    on_both_engines(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let spool = open(folder.path(), LIMITS);
        write(&spool, events(0..3)).await;
        rename(&store, "access_events", "taken_away").await;
        let stop = CancellationToken::new();
        stop.cancel();
        carry(&spool, &store, &Clock::system(), stop).await;
        assert_eq!(spool.metrics.spool_depth.get(), 3);
        rename(&store, "taken_away", "access_events").await;
        carry_all(&spool, &store).await;
        assert_eq!(stored(&store).await, ids(&events(0..3)));
    })
    .await;
}

async fn rename(store: &TestStore, from: &str, to: &str) {
    let mut tx = store.begin().await.unwrap();
    let rename = format!("ALTER TABLE {from} RENAME TO {to}");
    sqlx::query(sqlx::AssertSqlSafe(rename))
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_full_spool_stops_the_gateway_until_the_store_has_taken_something() {
    let store = TestStore::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        total_bytes: 4_000,
        segment_bytes: 1_000,
        ..LIMITS
    };
    let spool = open(folder.path(), limits);
    let (sender, receiver, state) = EventSender::new();
    let stop = CancellationToken::new();
    let writer = {
        let (spool, stop) = (spool.clone(), stop.clone());
        tokio::spawn(async move { spool.write(receiver, state, stop).await })
    };
    let mut sent = 0;
    while sender.accepting() && sent < 1000 {
        sender.send(access_event(&format!("e{sent:05}"), sent));
        sent += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(sent < 1000, "the limit was never reached");
    assert_eq!(spool.metrics.spool_stopped.get(), 1);
    carry_all(&spool, &store).await;
    for _ in 0..2_000 {
        if sender.accepting() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(sender.accepting(), "there is room again");
    assert_eq!(spool.metrics.spool_stopped.get(), 0);
    stop.cancel();
    writer.await.unwrap();
    carry_all(&spool, &store).await;
    assert_eq!(stored(&store).await, ids(&events(0..sent)), "none was lost");
}

#[tokio::test]
async fn only_the_owner_can_read_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("spool");
    write(&open(&inside, LIMITS), events(0..1)).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inside), 0o700);
    assert_eq!(mode(&segment::path(&inside, 1)), 0o600);
}

#[tokio::test]
async fn numbers_never_begin_anew_however_often_an_empty_spool_is_opened() {
    on_both_engines(async |store| {
        let folder = tempfile::tempdir().unwrap();
        for at in 0..4 {
            write(&open(folder.path(), LIMITS), events(at..at + 1)).await;
            for _ in 0..2 {
                carry_all(&open(folder.path(), LIMITS), &store).await;
            }
        }
        assert_eq!(stored(&store).await, ids(&events(0..4)));
    })
    .await;
}

#[tokio::test]
async fn attack_30_an_event_too_large_to_be_read_again_spoils_none_beside_it() {
    on_both_engines(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let spool = open(folder.path(), BIG);
        let mut huge = access_event("e2", 2);
        huge.rule = Some("x".repeat(1 << 20));
        let events = vec![access_event("e1", 1), huge, access_event("e3", 3)];
        write(&spool, events).await;
        carry_all(&spool, &store).await;
        assert_eq!(stored(&store).await, ["e1", "e3"]);
    })
    .await;
}

#[test]
fn events_arrive_long_before_somebody_at_work_seems_idle() {
    let access = config::settings::AccessHost {
        url: "https://access.example.com".parse().unwrap(),
    };
    let settings = config::Settings::with_defaults("data".into(), access);
    let shortest = crate::sign_in_policy::LEAST_IDLE;
    assert_eq!(Limits::of(&settings).oldest * 4, shortest);
}
