//! Every guess is counted, and nobody is refused for the guesses of others.

use super::*;
use crate::store::testing::on_both_engines;

const NOW: Timestamp = Timestamp(1_000_000_000);

fn counters(who: &str) -> Counters {
    Counters {
        source: Source::Shared("address:192.0.2.1".into()),
        account: Some(who.into()),
        limit: limit(),
        name: None,
    }
}

fn limit() -> Limit {
    let limit = limit_of(&AttemptPolicy::default());
    assert_eq!(limit.most, PER_ACCOUNT);
    limit
}

/// Whether it is the last makes no difference here.
async fn take(tx: &mut Tx, counters: &Counters, now: Timestamp) -> Turn {
    match counters.take(tx, Guess::Password, now).await.unwrap() {
        Turn::Last => Turn::Allowed,
        turn => turn,
    }
}

#[tokio::test]
async fn attack_17_guesses_sent_at_once_are_all_counted() {
    on_both_engines(async |store| {
        let tasks: Vec<_> = (0..30)
            .map(|_| {
                let store = store.store.clone();
                tokio::spawn(async move {
                    let mut tx = store.begin().await.unwrap();
                    let counters = counters("account:m1");
                    let turn = counters.take(&mut tx, Guess::Password, NOW).await;
                    let turn = turn.unwrap();
                    tx.commit().await.unwrap();
                    turn
                })
            })
            .collect();
        let (mut allowed, mut last) = (0, 0);
        for task in tasks {
            let turn = task.await.unwrap();
            allowed += i64::from(turn == Turn::Allowed);
            last += i64::from(turn == Turn::Last);
        }
        assert_eq!((allowed, last), (limit().most - 1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_window_ends_and_success_begins_it_anew() {
    on_both_engines(async |store| {
        let one = counters("account:m1");
        let mut tx = store.begin().await.unwrap();
        for _ in 0..limit().most {
            assert_eq!(take(&mut tx, &one, NOW).await, Turn::Allowed);
        }
        assert_eq!(take(&mut tx, &one, NOW).await, Turn::AccountSpent);
        let second = one.take(&mut tx, Guess::SecondFactor, NOW).await;
        assert_eq!(second.unwrap(), Turn::Allowed);
        let later = NOW.plus(limit().window);
        assert_eq!(take(&mut tx, &one, later).await, Turn::Allowed);
        one.succeed(&mut tx, Guess::Password).await.unwrap();
        for _ in 0..limit().most {
            assert_eq!(take(&mut tx, &one, later).await, Turn::Allowed);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_17_one_address_cannot_try_every_account_nor_lock_one_once_it_is_spent() {
    on_both_engines(async |store| {
        let mut tx = store.begin().await.unwrap();
        for n in 0..ADDRESS.most {
            let each = counters(&format!("account:m{n}"));
            assert!(!each.is_spent(&mut tx, Guess::Password, NOW).await.unwrap());
            assert_eq!(take(&mut tx, &each, NOW).await, Turn::Allowed);
        }
        let victim = counters("account:victim");
        for _ in 0..=limit().most {
            assert_eq!(take(&mut tx, &victim, NOW).await, Turn::SourceSpent);
        }
        let spent = victim.is_spent(&mut tx, Guess::Password, NOW).await;
        assert!(spent.unwrap());
        let elsewhere = Counters {
            source: Source::Shared("address:198.51.100.9".into()),
            ..victim
        };
        assert_eq!(take(&mut tx, &elsewhere, NOW).await, Turn::Allowed);
    })
    .await;
}

#[tokio::test]
async fn an_administrator_unlocks_the_persons_own_browsers_too() {
    on_both_engines(async |store| {
        let mut tx = store.begin().await.unwrap();
        let browser = |who: &str| Counters {
            source: Source::Own(who.into()),
            account: None,
            limit: limit(),
            name: None,
        };
        let all = [
            (counters("account:m1"), Turn::Allowed),
            (browser("device:m1:abc"), Turn::Allowed),
            (browser("device:m12:abc"), Turn::SourceSpent),
        ];
        for (each, _) in &all {
            for _ in 0..limit().most {
                assert_eq!(take(&mut tx, each, NOW).await, Turn::Allowed);
            }
        }
        unlock(&mut tx, &"m1".into()).await.unwrap();
        for (each, expected) in &all {
            assert_eq!(take(&mut tx, each, NOW).await, *expected, "{each:?}");
        }
    })
    .await;
}

#[test]
fn a_source_is_an_ipv4_address_or_an_ipv6_network() {
    let of = |text: &str| address_subject(text.parse().unwrap());
    assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
    assert_eq!(of("2001:db8::1"), of("2001:db8::2:3"));
    assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
}
