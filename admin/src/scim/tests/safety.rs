//! A provider that has gone wrong empties no house.

use std::time::Duration;

use serde_json::{Value, json};

use super::Provider;
use crate::directories::conflicts::{self, ConflictDecision};
use crate::directories::{MatchBy, Organisation};
use crate::edit::Edit;
use crate::members::Status;
use crate::store::sync_runs::RunRow;
use crate::store::testing::on_both_engines;
use crate::sync::decide;
use crate::sync::safety::Threshold;
use crate::sync::testing::unlimited;
use crate::testing::operator;

fn two_an_hour() -> Organisation {
    Organisation {
        threshold: Threshold {
            people: 2,
            percent: 100,
        },
        ..Organisation::default()
    }
}

pub(super) async fn five(store: crate::store::testing::TestStore) -> (Provider, Vec<String>) {
    let provider = Provider::new(store, two_an_hour()).await;
    let mut ids = Vec::new();
    for name in ["p1", "p2", "p3", "p4", "p5"] {
        ids.push(provider.user(name).await.is(201).id().to_owned());
    }
    (provider, ids)
}

async fn active(provider: &Provider) -> Vec<&'static str> {
    let mut found = Vec::new();
    for name in ["p1", "p2", "p3", "p4", "p5"] {
        let member = provider.member(name).await.unwrap();
        if member.status == Status::Active {
            found.push(name);
        }
    }
    found
}

pub(super) async fn waiting(provider: &Provider) -> Option<RunRow> {
    let runs = provider.runs().await;
    runs.into_iter().find(|run| run.phase == "waiting")
}

#[tokio::test]
async fn attack_18_a_provider_that_disables_everybody_is_stopped_and_a_person_decides() {
    on_both_engines(async |store| {
        let (provider, ids) = five(store).await;
        provider.set_active(&ids[0], false).await.is(200);
        provider
            .send("DELETE", &format!("/Users/{}", ids[1]), None)
            .await
            .is(204);
        for _ in 0..2 {
            let refused = provider.set_active(&ids[2], false).await.is(503);
            assert!(refused.headers.contains_key("retry-after"));
            assert!(
                refused.body["detail"]
                    .as_str()
                    .unwrap()
                    .contains("administrator")
            );
        }
        let path = format!("/Users/{}", ids[3]);
        provider.send("DELETE", &path, None).await.is(503);
        assert_eq!(active(&provider).await, ["p3", "p4", "p5"]);
        let still = provider.get(&format!("/Users/{}", ids[2])).await.is(200);
        assert_eq!(still.body["active"], true, "nothing of it was kept");
        // What shuts nobody out goes on.
        let title = json!([{"op": "replace", "path": "displayName", "value": "Five"}]);
        provider
            .patch(&format!("/Users/{}", ids[4]), title)
            .await
            .is(200);

        let run = waiting(&provider).await.unwrap();
        let changes = provider.changes(&run).await;
        assert_eq!(changes.len(), 2, "each stands there once");
        assert!(run.reason.as_deref().unwrap().contains("within an hour"));
        let permit = operator();
        let edit = Edit::begin(&provider.house.state, &permit).await.unwrap();
        decide::go_on(edit, &run.id).await.unwrap();
        provider.work().await;
        assert_eq!(active(&provider).await, ["p5"]);
        let now = provider.get(&format!("/Users/{}", ids[2])).await.is(200);
        assert_eq!(now.body["active"], false);
        provider.get(&path).await.is(404);
        provider.set_active(&ids[2], false).await.is(200);
        assert!(
            waiting(&provider).await.is_none(),
            "a retry changes nothing"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_dropped_is_not_made_and_an_hour_later_some_more_may_leave() {
    on_both_engines(async |store| {
        let (provider, ids) = five(store).await;
        for id in &ids[..2] {
            provider.set_active(id, false).await.is(200);
        }
        provider.set_active(&ids[2], false).await.is(503);
        let run = waiting(&provider).await.unwrap();
        let permit = operator();
        let edit = Edit::begin(&provider.house.state, &permit).await.unwrap();
        decide::drop_run(edit, &run.id).await.unwrap();
        provider.work().await;
        assert_eq!(active(&provider).await, ["p3", "p4", "p5"]);
        provider.house.state.clock.advance(Duration::from_mins(61));
        provider.set_active(&ids[2], false).await.is(200);
        assert_eq!(active(&provider).await, ["p4", "p5"]);
    })
    .await;
}

#[tokio::test]
async fn what_a_provider_did_is_taken_back() {
    on_both_engines(async |store| {
        let (provider, ids) = five(store).await;
        provider.house.state.clock.advance(Duration::from_mins(61));
        provider.set_active(&ids[0], false).await.is(200);
        provider
            .send("DELETE", &format!("/Users/{}", ids[1]), None)
            .await
            .is(204);
        let run = provider.runs().await.remove(0);
        assert_eq!(run.counts.done, 2);
        let permit = operator();
        let edit = Edit::begin(&provider.house.state, &permit).await.unwrap();
        decide::undo(edit, &run.id).await.unwrap();
        provider.work().await;
        assert_eq!(active(&provider).await, ["p1", "p2", "p3", "p4", "p5"]);
        // What comes next is told in another record.
        provider.set_active(&ids[2], false).await.is(503);
    })
    .await;
}

#[tokio::test]
async fn somebody_who_comes_back_under_their_id_is_who_they_were() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let made = provider.user("ada").await.is(201);
        let ada = provider.member("ada").await.unwrap();
        let path = format!("/Users/{}", made.id());
        provider.send("DELETE", &path, None).await.is(204);
        let again = provider.user("ada").await.is(201);
        assert_eq!(again.id(), made.id());
        let back = provider.member("ada").await.unwrap();
        assert_eq!((back.id, back.status), (ada.id.clone(), Status::Active));
        // Somebody else who is given the name of one who left is nobody yet.
        provider.send("DELETE", &path, None).await.is(204);
        let other = json!({"userName": "ada", "externalId": "another"});
        let other = provider.send("POST", "/Users", Some(other)).await.is(201);
        assert_ne!(other.id(), made.id());
        assert_eq!(
            provider.member("ada").await.unwrap().status,
            Status::Disabled
        );
        let runs = provider.runs().await;
        let changes = provider.changes(&runs[0]).await;
        assert_eq!(changes.last().unwrap().kind, "conflict");
        // Until an administrator says that it is the same person.
        let permit = operator();
        let edit = Edit::begin(&provider.house.state, &permit).await.unwrap();
        let decision = ConflictDecision::Link {
            member: ada.id.clone(),
        };
        conflicts::decide(edit, &provider.directory, other.id(), &decision)
            .await
            .unwrap();
        provider.set_active(other.id(), true).await.is(200);
        let back = provider.member("ada").await.unwrap();
        assert_eq!((back.id, back.status), (ada.id, Status::Active));
    })
    .await;
}

#[tokio::test]
async fn nobody_is_let_in_again_because_something_was_left_out() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let made = provider.user("ada").await.is(201);
        provider.set_active(made.id(), false).await.is(200);
        let path = format!("/Users/{}", made.id());
        let whole = json!({"userName": "ada", "displayName": "Ada"});
        let answer = provider.send("PUT", &path, Some(whole)).await.is(200);
        assert_eq!(answer.body["active"], false);
        let remove = json!([{"op": "remove", "path": "active"}]);
        provider.patch(&path, remove).await.is(200);
        assert_eq!(
            provider.member("ada").await.unwrap().status,
            Status::Disabled
        );
    })
    .await;
}

#[tokio::test]
async fn a_directory_that_is_off_is_only_written_down_until_a_run_takes_it_over() {
    on_both_engines(async |store| {
        let organisation = Organisation {
            match_by: MatchBy::Username,
            ..unlimited()
        };
        let provider = Provider::new(store, organisation.clone()).await;
        provider.house.member("ada", "Ada", &[]).await;
        let set = async |is_on: bool| {
            let permit = operator();
            let edit = Edit::begin(&provider.house.state, &permit).await.unwrap();
            let draft: Value = json!({
                "name": "Okta", "used_for": "organisation", "enabled": is_on,
                "source": {"kind": "scim"}, "organisation": organisation,
            });
            let draft = serde_json::from_value(draft).unwrap();
            let any = crate::refused::Expected::Any;
            crate::directories::update(edit, &provider.directory, any, draft)
                .await
                .unwrap();
        };
        set(false).await;
        provider.user("ada").await.is(201);
        let bob = provider.user("bob").await.is(201);
        let group = json!({"displayName": "Team", "members": [{"value": bob.id()}]});
        provider.send("POST", "/Groups", Some(group)).await.is(201);
        assert!(provider.member("bob").await.is_none());
        assert!(provider.runs().await.is_empty());
        set(true).await;
        let permit = operator();
        let edit = Edit::begin(&provider.house.state, &permit).await.unwrap();
        let run = decide::begin(edit, &provider.directory, true)
            .await
            .unwrap();
        provider.work().await;
        // What is told while the run waits counts, not what it was planned by.
        provider.set_active(bob.id(), false).await.is(200);
        let edit = Edit::begin(&provider.house.state, &permit).await.unwrap();
        decide::go_on(edit, &run.id).await.unwrap();
        provider.work().await;
        assert!(
            provider.member("bob").await.is_none(),
            "nobody is made who could not sign in"
        );
        let ada = provider.member("ada").await.unwrap();
        assert_eq!(
            (ada.display_name.as_str(), ada.source.as_deref()),
            ("ADA", Some("Okta"))
        );
        provider.set_active(bob.id(), true).await.is(200);
        let groups = provider.member("bob").await.unwrap().groups;
        assert_eq!(groups[0].name, "Team", "they were told to be in it before");
        // What was told while it was off is told no more: it is taken over once it is on again.
        set(false).await;
        provider.set_active(bob.id(), false).await.is(200);
        let status = async || provider.member("bob").await.unwrap().status;
        assert_eq!(status().await, Status::Active);
        set(true).await;
        provider.work().await;
        assert_eq!(status().await, Status::Disabled);
    })
    .await;
}

#[tokio::test]
async fn attack_18_an_entry_that_cannot_sign_in_shuts_out_nobody_whom_it_fits() {
    on_both_engines(async |store| {
        let organisation = Organisation {
            match_by: MatchBy::Username,
            ..two_an_hour()
        };
        let provider = Provider::new(store, organisation).await;
        for name in ["m1", "m2", "m3"] {
            provider.house.member(name, name, &[]).await;
            let told = json!({"userName": name, "active": false});
            provider.send("POST", "/Users", Some(told)).await.is(201);
            let member = provider.member(name).await.unwrap();
            assert_eq!((member.status, member.source), (Status::Active, None));
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_was_ignored_once_and_is_linked_is_shut_out_when_told_so() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let made = provider.user("ada").await.is(201);
        let mut tx = provider.house.state.store.begin().await.unwrap();
        let conflict = crate::store::sync_conflicts::ConflictRow {
            directory: provider.directory.clone(),
            key: made.id().to_owned(),
            name: "ada".to_owned(),
            entry: "{}".to_owned(),
            reason: "{}".to_owned(),
            member: None,
            found_at: provider.house.state.clock.now(),
            ignored_at: None,
        };
        let id = &provider.directory;
        crate::store::sync_conflicts::put(&mut tx, &conflict)
            .await
            .unwrap();
        let now = Some(provider.house.state.clock.now());
        crate::store::sync_conflicts::set_ignored(&mut tx, id, made.id(), now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        provider.set_active(made.id(), false).await.is(200);
        let ada = provider.member("ada").await.unwrap();
        assert_eq!(ada.status, Status::Disabled);
    })
    .await;
}

#[tokio::test]
async fn what_was_agreed_to_is_told_only_once_it_is_made() {
    on_both_engines(async |store| {
        let (provider, ids) = five(store).await;
        for id in &ids[..2] {
            provider.set_active(id, false).await.is(200);
        }
        provider.set_active(&ids[2], false).await.is(503);
        let run = waiting(&provider).await.unwrap();
        let permit = operator();
        let edit = Edit::begin(&provider.house.state, &permit).await.unwrap();
        decide::go_on(edit, &run.id).await.unwrap();
        let path = format!("/Users/{}", ids[2]);
        assert_eq!(provider.get(&path).await.body["active"], true);
        assert_eq!(active(&provider).await, ["p3", "p4", "p5"]);
        provider.work().await;
        assert_eq!(provider.get(&path).await.body["active"], false);
        assert_eq!(active(&provider).await, ["p4", "p5"]);
    })
    .await;
}
