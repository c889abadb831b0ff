//! What is right, what it costs, and who waits for it.

use super::Standing::{Known, Stranger};
use super::*;

fn passwords(iterations: u32) -> Passwords {
    Passwords::new(&config::settings::Passwords {
        memory_kib: 64,
        iterations,
        parallelism: 1,
        concurrent: 2,
    })
    .unwrap()
}

#[tokio::test]
async fn the_right_password_is_right_and_no_other_is() {
    let passwords = passwords(1);
    let stored = passwords.hash("correct horse").await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    let verify = |p: &'static str| passwords.verify(Known, p, Some(stored.clone()));
    assert_eq!(verify("correct horse").await.unwrap(), Verdict::Right);
    for wrong in ["", "correct horse ", "Correct horse", "battery"] {
        assert_eq!(verify(wrong).await.unwrap(), Verdict::Wrong, "{wrong}");
    }
}

#[test]
fn the_hash_of_nobody_reads_as_one_at_the_cost_of_the_settings() {
    let passwords = passwords(3);
    let nobodys = &passwords.0.dummy;
    assert!(!passwords.0.is_outdated(nobodys));
    let made = hash(&passwords.0.params, "x", &mut Memory::new()).unwrap();
    assert_eq!(made.len(), nobodys.len());
}

#[tokio::test]
async fn nobodys_password_is_always_wrong() {
    let passwords = passwords(1);
    assert_eq!(
        passwords.verify(Known, "", None).await.unwrap(),
        Verdict::Wrong
    );
    let garbage = passwords
        .verify(Known, "x", Some("not a hash".into()))
        .await;
    assert_eq!(garbage.unwrap(), Verdict::Wrong);
}

#[tokio::test]
async fn a_hash_at_another_cost_still_verifies_and_asks_to_be_made_anew() {
    let stored = passwords(1).hash("correct horse").await.unwrap();
    let verdict = passwords(2)
        .verify(Known, "correct horse", Some(stored))
        .await;
    assert_eq!(verdict.unwrap(), Verdict::RightButOutdated);
}

#[tokio::test]
async fn compatible_spellings_are_one_password_and_overlong_ones_are_not_cut_to_match() {
    let passwords = passwords(1);
    let stored = passwords.hash("ｐassword-é").await.unwrap();
    let verdict = passwords
        .verify(Known, "password-e\u{301}", Some(stored))
        .await;
    assert_eq!(verdict.unwrap(), Verdict::Right);
    let longest = "x".repeat(MAX_PASSWORD_BYTES);
    let stored = passwords.hash(&longest).await.unwrap();
    let verdict = passwords
        .verify(Known, &format!("{longest}y"), Some(stored))
        .await;
    assert_eq!(verdict.unwrap(), Verdict::Wrong);
}

#[tokio::test]
async fn attack_17_a_guess_that_is_hung_up_on_still_counts_until_its_work_is_done() {
    let passwords = passwords(1);
    let (release, held) = std::sync::mpsc::channel::<()>();
    let guess = tokio::spawn({
        let passwords = passwords.clone();
        async move {
            passwords
                .bounded(Known, move |_, _| held.recv())
                .await
                .map(drop)
        }
    });
    while passwords.0.permits.available_permits() == 2 {
        tokio::task::yield_now().await;
    }
    guess.abort();
    assert!(guess.await.unwrap_err().is_cancelled());
    assert_eq!(passwords.0.permits.available_permits(), 1);
    drop(release);
    passwords.hash("correct horse").await.unwrap();
}

#[tokio::test]
async fn attack_17_so_many_wait_and_whoever_comes_after_them_is_told_so_at_once() {
    let passwords = passwords(1);
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = Arc::new(parking_lot::Mutex::new(held));
    let wait = || {
        let (passwords, held) = (passwords.clone(), Arc::clone(&held));
        tokio::spawn(async move {
            passwords
                .bounded(Known, move |_, _| held.lock().recv())
                .await
                .map(drop)
        })
    };
    let all: Vec<_> = (0..2 * (1 + WAITING_FOR_EACH)).map(|_| wait()).collect();
    while passwords.0.places.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    let refused = passwords.verify(Known, "x", None).await;
    assert!(matches!(refused, Err(PasswordsError::Busy)), "{refused:?}");
    // One who waited and hangs up makes room, and so does all work that is done.
    all[all.len() - 1].abort();
    while passwords.0.places.available_permits() == 0 {
        tokio::task::yield_now().await;
    }
    drop(release);
    assert_eq!(
        passwords.verify(Known, "x", None).await.unwrap(),
        Verdict::Wrong
    );
    for (n, one) in all.into_iter().enumerate() {
        assert!(one.await.is_ok() || n == 2 * (1 + WAITING_FOR_EACH) - 1);
    }
}

#[tokio::test]
async fn attack_17_strangers_take_no_place_that_is_kept_for_people_who_are_known() {
    let passwords = passwords(1);
    let flood = passwords.occupy(Stranger);
    let refused = passwords.verify(Stranger, "x", None).await;
    assert!(matches!(refused, Err(PasswordsError::Busy)), "{refused:?}");
    assert_eq!(
        passwords.verify(Known, "x", None).await.unwrap(),
        Verdict::Wrong
    );
    drop(flood);
    assert_eq!(
        passwords.verify(Stranger, "x", None).await.unwrap(),
        Verdict::Wrong
    );
}

#[test]
fn parameters_that_argon2_does_not_know_are_refused() {
    let settings = config::settings::Passwords {
        memory_kib: 1,
        iterations: 0,
        parallelism: 1,
        concurrent: 1,
    };
    assert!(Passwords::new(&settings).is_err());
}
