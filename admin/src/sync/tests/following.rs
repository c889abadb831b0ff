//! Listening to real directories while they change.

use std::time::Duration;

use config::id::DirectoryId;

use crate::directories::ad::testing::{self as ad, Domain};
use crate::directories::ldap::testing::{PASSWORD, Slapd, person};
use crate::directories::sign_in::SignInTerms;
use crate::directories::{self, DirectoryDraft, Organisation, Source, UsedFor};
use crate::edit::Edit;
use crate::members::{self, Status};
use crate::store::sync_runs;
use crate::store::testing::{TestStore, on_both_engines};
use crate::sync::follow;
use crate::sync::testing::{take_over, unlimited};
use crate::testing::{House, operator};

/// A house that has taken everybody over from a directory which it follows.
async fn following(store: TestStore, source: Source, secret: &str) -> (House, DirectoryId) {
    let house = House::empty(store);
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let draft = DirectoryDraft {
        name: "Directory".to_owned(),
        used_for: UsedFor::Organisation,
        enabled: true,
        source,
        organisation: Organisation {
            every_minutes: Some(10_080),
            ..unlimited()
        },
        sign_in: SignInTerms::default(),
        secret: Some(secret.to_owned()),
        secrets: std::collections::BTreeMap::default(),
    };
    let id = directories::create(edit, draft).await.unwrap().id;
    take_over(&house, &id).await;
    (house, id)
}

async fn status(house: &House, name: &str) -> Option<Status> {
    let mut read = house.state.store.read().await.unwrap();
    let found = members::find_by_any(&mut read, name).await;
    found.ok().map(|member| member.status)
}

/// Waits until somebody has come so far.
async fn until(house: &House, name: &str, wanted: Option<Status>) {
    for _ in 0..1200 {
        if status(house, name).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{name} is {:?}", status(house, name).await);
}

/// While this node listens.
async fn while_following(house: &House, work: impl AsyncFnOnce()) {
    tokio::select! {
        () = follow::run(&house.state, "node") => unreachable!(),
        () = work() => {}
    }
}

async fn modes(house: &House, id: &DirectoryId) -> Vec<String> {
    let mut read = house.state.store.read().await.unwrap();
    let runs = sync_runs::list(&mut read, Some(id), None, 100).await;
    runs.unwrap().into_iter().map(|run| run.mode).collect()
}

#[tokio::test]
async fn attack_16_whoever_comes_or_leaves_a_directory_with_content_sync_does_so_here_at_once() {
    let slapd = Slapd::start().await;
    on_both_engines(async |store| {
        slapd
            .add(&(person("ann", "Ann", "") + &person("ben", "Ben", "ou=Engineering,")))
            .await;
        let (house, id) = following(store, Source::Ldap(slapd.settings()), PASSWORD).await;
        while_following(&house, async || {
            slapd
                .add(&person("cid", "Cid", "ou=Platform,ou=Engineering,"))
                .await;
            until(&house, "cid", Some(Status::Active)).await;
            slapd
                .delete("uid=ben,ou=Engineering,ou=people,dc=example,dc=com")
                .await;
            until(&house, "ben", Some(Status::Disabled)).await;
            slapd.add(&person("ben", "Ben", "ou=Engineering,")).await;
            slapd
                .delete("uid=cid,ou=Platform,ou=Engineering,ou=people,dc=example,dc=com")
                .await;
            until(&house, "cid", Some(Status::Disabled)).await;
        })
        .await;
        assert_eq!(status(&house, "ann").await, Some(Status::Active));
        let modes = modes(&house, &id).await;
        assert!(
            modes.len() >= 4 && modes.iter().filter(|mode| *mode == "full").count() == 1,
            "{modes:?}"
        );
        for name in ["ann", "ben"] {
            let unit = if name == "ben" { "ou=Engineering," } else { "" };
            slapd
                .delete(&format!("uid={name},{unit}ou=people,dc=example,dc=com"))
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn attack_16_whoever_is_disabled_in_microsoft_ad_is_so_here_at_once() {
    let domain = Domain::with_unit("following").await;
    for name in ["following1", "following2", "following3"] {
        domain.person(name, "", "").await;
    }
    let source = Source::ActiveDirectory(domain.settings());
    let (house, id) = following(TestStore::sqlite().await, source, ad::PASSWORD).await;
    while_following(&house, async || {
        domain.set("following1", "userAccountControl", "514").await;
        until(&house, "following1", Some(Status::Disabled)).await;
        domain.set("following1", "userAccountControl", "512").await;
        until(&house, "following1", Some(Status::Active)).await;
        let unit = &domain.unit;
        domain
            .change(&format!("dn: CN=following2,{unit}\nchangetype: delete\n"))
            .await;
        until(&house, "following2", Some(Status::Disabled)).await;
        // Out of what is taken over.
        let away = "CN=Users,DC=gw,DC=test";
        domain
            .change(&format!(
                "dn: CN=following3,{unit}\nchangetype: modrdn\nnewrdn: CN=following3\n\
                 deleteoldrdn: 1\nnewsuperior: {away}\n"
            ))
            .await;
        until(&house, "following3", Some(Status::Disabled)).await;
    })
    .await;
    assert!(
        modes(&house, &id)
            .await
            .iter()
            .filter(|mode| *mode == "full")
            .count()
            == 1
    );
}
