//! What goes wrong on the way changes nothing that was not to be changed.

use std::time::Duration;

use super::company;
use crate::directories::Organisation;
use crate::members::Status;
use crate::store::testing::on_both_engines;
use crate::sync::Broken;
use crate::sync::testing::{Company, Listing, person, unlimited};

#[tokio::test]
async fn a_listing_that_breaks_off_disables_nobody() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        for after in [0, 1] {
            let mut broken = company();
            broken.people.truncate(1);
            broken.breaks_after = Some(after);
            let run = company_.begin(false).await;
            let why = company_.read(&run, &broken).await.unwrap_err();
            assert!(matches!(why, Broken::Source(_)), "{why}");
            company_.move_on(&run, "reading", "failed").await;
        }
        assert_eq!(company_.member("bob").await.unwrap().status, Status::Active);
    })
    .await;
}

#[tokio::test]
async fn an_empty_listing_and_too_many_leavers_wait_for_a_person() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, Organisation::default()).await;
        company_.sync(&company()).await;
        for listing in [
            Listing::default(),
            Listing {
                people: company().people[..1].to_vec(),
                ..company()
            },
        ] {
            let run = company_.sync(&listing).await;
            assert_eq!(run.phase, "waiting");
            assert!(run.reason.is_some());
            assert_eq!(
                company_.member("carol").await.unwrap().status,
                Status::Active
            );
            company_.move_on(&run, "waiting", "dropped").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_killed_at_any_moment_ends_the_same_when_it_is_taken_up() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let mut listing = company();
        listing.people = (0..60)
            .map(|n| person(&format!("k{n}"), &format!("p{n}"), &["d1"]))
            .collect();
        for round in 0..3_u64 {
            for one in &mut listing.people {
                one.display_name = format!("{} {round}", one.username);
            }
            let run = company_.begin(false).await;
            company_.read(&run, &listing).await.unwrap();
            for attempt in 0.. {
                // What is killed after its last word was written has nothing left to do.
                if company_.run(&run).await.phase == "done" {
                    break;
                }
                let patience = Duration::from_micros(700 * (attempt + 1) + 211 * round);
                match tokio::time::timeout(patience, company_.apply(&run)).await {
                    Ok(Ok(())) => break,
                    // Killed, or its last word arrives only now.
                    Err(_) | Ok(Err(Broken::Lost)) => {}
                    Ok(Err(other)) => panic!("{other}"),
                }
            }
            let run = company_.run(&run).await;
            let expected = if round == 0 { 63 } else { 60 };
            assert_eq!((run.phase.as_str(), run.counts.done), ("done", expected));
            assert_eq!(company_.sync(&listing).await.counts.planned, 0);
            let last = company_.member("p59").await.unwrap();
            assert_eq!(last.display_name, format!("p59 {round}"));
        }
    })
    .await;
}
