//! What a provider says of groups: it empties none by a slip, and keeps nobody out by a name.

use serde_json::{Value, json};

use super::Provider;
use super::safety::{five, waiting};
use crate::edit::Edit;
use crate::members::Status;
use crate::store::testing::on_both_engines;
use crate::sync::decide;
use crate::sync::testing::unlimited;
use crate::testing::operator;

fn group(name: &str, ids: &[String]) -> Value {
    let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    json!({"displayName": name, "members": members})
}

/// Of how many groups each of the five is.
async fn groups(provider: &Provider) -> Vec<usize> {
    let mut found = Vec::new();
    for name in ["p1", "p2", "p3", "p4", "p5"] {
        found.push(provider.member(name).await.unwrap().groups.len());
    }
    found
}

async fn go_on(provider: &Provider) {
    let run = waiting(provider).await.unwrap();
    let permit = operator();
    let edit = Edit::begin(&provider.house.state, &permit).await.unwrap();
    decide::go_on(edit, &run.id).await.unwrap();
    provider.work().await;
}

#[tokio::test]
async fn attack_18_a_provider_that_empties_a_group_waits_for_a_person() {
    on_both_engines(async |store| {
        let (provider, ids) = five(store).await;
        let told = Some(group("Team", &ids));
        let team = provider.send("POST", "/Groups", told).await.is(201);
        let path = format!("/Groups/{}", team.id());
        assert_eq!(groups(&provider).await, [1; 5]);
        for _ in 0..2 {
            let none = Some(json!({"displayName": "Team"}));
            provider.send("PUT", &path, none).await.is(200);
        }
        assert_eq!(groups(&provider).await, [1; 5], "a person has to agree");
        let run = waiting(&provider).await.unwrap();
        let changes = provider.changes(&run).await;
        assert_eq!(changes.len(), 1, "it stands there once");
        assert_eq!(changes[0].kind, "update");
        provider.send("DELETE", &path, None).await.is(204);
        assert_eq!(provider.changes(&run).await[0].kind, "remove");
        go_on(&provider).await;
        assert_eq!(groups(&provider).await, [0; 5]);
        assert!(waiting(&provider).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_group_that_is_told_of_anew_while_its_end_waits_is_not_emptied() {
    on_both_engines(async |store| {
        let (provider, ids) = five(store).await;
        let told = || Some(group("Team", &ids));
        let team = provider.send("POST", "/Groups", told()).await.is(201);
        let path = format!("/Groups/{}", team.id());
        provider.send("DELETE", &path, None).await.is(204);
        provider.send("POST", "/Groups", told()).await.is(201);
        go_on(&provider).await;
        assert_eq!(groups(&provider).await, [1; 5]);
        let runs = provider.runs().await;
        let mut changes = Vec::new();
        for run in &runs {
            changes.extend(provider.changes(run).await);
        }
        let of_groups = changes.iter().filter(|change| change.object == "group");
        let kept = of_groups.filter(|change| change.outcome == "done" && change.kind == "create");
        assert!(kept.into_iter().all(|change| change.entry.is_none()));
    })
    .await;
}

#[tokio::test]
async fn nobody_is_kept_out_by_the_name_of_a_group() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let ada = provider.user("ada").await.is(201);
        provider.set_active(ada.id(), false).await.is(200);
        let bob = json!({"userName": "bob", "active": false});
        let bob = provider.send("POST", "/Users", Some(bob)).await.is(201);
        let ids = [bob.id().to_owned()];
        let told = Some(group("Team", &ids));
        let team = provider.send("POST", "/Groups", told).await.is(201);
        take_the_name(&provider, team.id()).await;
        provider.set_active(bob.id(), true).await.is(200);
        let bob = provider.member("bob").await.unwrap();
        assert_eq!((bob.status, bob.groups.len()), (Status::Active, 0));
        let runs = provider.runs().await;
        let changes = provider.changes(&runs[0]).await;
        let failed = changes.iter().find(|change| change.outcome == "failed");
        assert_eq!(failed.unwrap().name, "Team");
    })
    .await;
}

/// Somebody removes the group here, and makes another one of its name.
async fn take_the_name(provider: &Provider, key: &str) {
    use crate::store::{directory_units, groups};
    let mut tx = provider.house.state.store.begin().await.unwrap();
    let linked = directory_units::group(&mut tx, &provider.directory, key).await;
    let linked = linked.unwrap().unwrap();
    groups::remove(&mut tx, &linked.id).await.unwrap();
    let fields = groups::Fields {
        name: "Team".to_owned(),
        name_key: "team".to_owned(),
        description: String::new(),
        rule: None,
        for_guests: false,
        ip_lists: None,
    };
    let now = provider.house.state.clock.now();
    let id = config::id::GroupId::generate();
    groups::insert(&mut tx, &id, &fields, now).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_page_of_groups_ends_before_it_shows_too_many_members() {
    on_both_engines(async |store| {
        let (provider, ids) = five(store).await;
        for name in ["A", "B", "C"] {
            let told = Some(group(name, &ids[..2]));
            provider.send("POST", "/Groups", told).await.is(201);
        }
        let first = provider.get("/Groups").await.is(200);
        assert_eq!(first.body["totalResults"], 3);
        assert_eq!(first.body["itemsPerPage"], 2);
        let rest = provider.get("/Groups?startIndex=3").await.is(200);
        assert_eq!(rest.body["itemsPerPage"], 1);
        let names = provider.get("/Groups?excludedAttributes=members").await;
        assert_eq!(names.body["itemsPerPage"], 3);
        let filter = format!("/Groups?filter=members.value%20eq%20%22{}%22", ids[0]);
        assert_eq!(provider.get(&filter).await.body["totalResults"], 3);
    })
    .await;
}
