//! Signing in with the password of a directory, against OpenLDAP.

use crate::directories::ldap::testing::{PASSWORD as SECRET, Slapd, person};
use crate::directories::sign_in::SignInTerms;
use crate::directories::{self, DirectoryDraft, MatchBy, Organisation, Source, UsedFor};
use crate::edit::Edit;
use crate::sign_in::lockout::{PER_ACCOUNT, is_locked};
use crate::sign_in_policy::AttemptPolicy;
use crate::store::testing::{TestStore, on_both_engines};
use crate::store::{credentials, directory_people as links, members};
use crate::sync::testing::unlimited;
use crate::testing::{ACCESS, House, PASSWORD, operator};

async fn connected(
    store: TestStore,
    slapd: &Slapd,
    (used_for, sign_in): (UsedFor, SignInTerms),
) -> (House, config::id::DirectoryId) {
    let house = House::new(store).await;
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let draft = DirectoryDraft {
        name: "OpenLDAP".to_owned(),
        used_for,
        enabled: true,
        source: Source::Ldap(slapd.settings()),
        organisation: Organisation {
            match_by: MatchBy::Username,
            ..unlimited()
        },
        sign_in,
        secret: Some(SECRET.to_owned()),
        secrets: std::collections::BTreeMap::default(),
    };
    let id = directories::create(edit, draft).await.unwrap().id;
    (house, id)
}

/// The same, with everybody taken over.
async fn taken_over(store: TestStore, slapd: &Slapd) -> House {
    let (house, id) = connected(store, slapd, (UsedFor::Both, SignInTerms::default())).await;
    crate::sync::testing::take_over(&house, &id).await;
    house
}

#[tokio::test]
async fn whoever_comes_from_the_directory_signs_in_with_the_password_there_and_sets_none_here() {
    let slapd = Slapd::start().await;
    slapd.add(&person("wang", "王芳", "")).await;
    on_both_engines(async |store| {
        let house = taken_over(store, &slapd).await;
        let mut browser = house.browser();
        for name in ["wang", "WANG"] {
            browser = house.browser();
            browser.get(ACCESS, "/sign-in").await;
            let answer = browser.sign_in(name, "secret of wang").await;
            assert_eq!(answer.location(), "/", "no password is asked for");
            assert!(browser.is_signed_in().await);
        }
        let page = browser.get(ACCESS, "/account").await.body;
        assert!(
            page.contains("Linked accounts") && page.contains("OpenLDAP"),
            "{page}"
        );
        assert!(page.contains("change it there") && !page.contains("/account/password"));
        let mut wrong = house.browser();
        wrong.get(ACCESS, "/sign-in").await;
        wrong.sign_in("wang", "secret of somebody else").await;
        assert!(!wrong.is_signed_in().await);
        assert!(browser.is_signed_in().await);
        assert_eq!(house.log().await[0].1.as_deref(), Some("wrong_password"));
    })
    .await;
}

#[tokio::test]
async fn a_password_that_was_set_here_opens_nothing_that_the_directory_keeps() {
    let slapd = Slapd::start().await;
    slapd.add(&person("alice", "Alice", "")).await;
    on_both_engines(async |store| {
        let house = taken_over(store, &slapd).await;
        let mut browser = house.browser();
        browser.get(ACCESS, "/sign-in").await;
        browser.sign_in("alice", PASSWORD).await;
        assert!(!browser.is_signed_in().await);
        for empty in ["", " "] {
            browser.get(ACCESS, "/sign-in").await;
            browser.sign_in("alice", empty).await;
            assert!(
                !browser.is_signed_in().await,
                "an empty password never binds"
            );
        }
        browser.get(ACCESS, "/sign-in").await;
        browser.sign_in("alice", "secret of alice").await;
        assert!(browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn a_password_that_was_set_here_opens_nothing_where_the_directory_cannot_even_be_read() {
    let slapd = Slapd::start().await;
    slapd.add(&person("alice", "Alice", "")).await;
    on_both_engines(async |store| {
        let (house, id) = connected(store, &slapd, (UsedFor::Both, SignInTerms::default())).await;
        crate::sync::testing::take_over(&house, &id).await;
        let mut tx = house.state.store.begin().await.unwrap();
        let row = crate::store::directories::find(&mut tx, &id).await.unwrap();
        let newer = crate::store::directories::DirectoryRow {
            settings: r#"{"source":{"kind":"of_a_newer_version"}}"#.to_owned(),
            ..row.unwrap()
        };
        let now = house.state.clock.now();
        crate::store::directories::update(&mut tx, &newer, "openldap", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut browser = house.browser();
        browser.get(ACCESS, "/sign-in").await;
        browser.sign_in("alice", PASSWORD).await;
        assert!(!browser.is_signed_in().await);
        assert_eq!(house.log().await[0].1.as_deref(), Some("directory_away"));
    })
    .await;
}

#[tokio::test]
async fn attack_17_guesses_at_the_directory_lock_the_account_and_ask_it_no_more() {
    let slapd = Slapd::start().await;
    slapd.add(&person("alice", "Alice", "")).await;
    let store = TestStore::sqlite().await;
    let house = taken_over(store, &slapd).await;
    for n in 0..12 {
        let mut browser = house.browser();
        browser.address = format!("192.0.2.{n}").parse().unwrap();
        browser.get(ACCESS, "/sign-in").await;
        browser.sign_in("alice", "guess").await;
    }
    let mut browser = house.browser();
    browser.address = "192.0.2.99".parse().unwrap();
    browser.get(ACCESS, "/sign-in").await;
    browser.sign_in("alice", "secret of alice").await;
    assert!(!browser.is_signed_in().await, "locked");
}

#[tokio::test]
async fn attack_17_while_the_directory_is_away_nobody_but_an_owner_comes_in_by_a_password_of_ours()
{
    let slapd = Slapd::start().await;
    slapd
        .add(&(person("alice", "Alice", "") + &person("olga", "Olga", "")))
        .await;
    on_both_engines(async |store| {
        let (house, id) = connected(store, &slapd, (UsedFor::Both, SignInTerms::default())).await;
        crate::sync::testing::take_over(&house, &id).await;
        let olga = {
            crate::members::find_by_any(&mut house.state.store.read().await.unwrap(), "olga").await
        }
        .unwrap();
        let mut tx = house.state.store.begin().await.unwrap();
        let link = links::Link {
            key: "olga",
            member: &olga.id,
            facts: [0; 16],
            is_shut: false,
        };
        links::settle(&mut tx, &id, &[link], house.state.clock.now())
            .await
            .unwrap();
        let row = crate::store::directories::find(&mut tx, &id)
            .await
            .unwrap()
            .unwrap();
        let away = crate::store::directories::DirectoryRow {
            settings: row.settings.replace(&slapd.tls.to_string(), "1"),
            ..row
        };
        crate::store::directories::update(&mut tx, &away, "openldap", house.state.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        // An outage locks nobody, and reads the same for whoever is known to the directory and whoever is not.
        for _ in 0..=PER_ACCOUNT {
            for name in ["alice", "nobody"] {
                let mut browser = house.browser();
                browser.address = "192.0.2.1".parse().unwrap();
                let answer = browser.sign_in(name, PASSWORD).await;
                assert!(answer.body.contains("cannot be reached"), "{}", answer.body);
                assert!(!browser.is_signed_in().await);
            }
        }
        let mut read = house.state.store.read().await.unwrap();
        let alice = members::find_by_username(&mut read, "alice")
            .await
            .unwrap()
            .unwrap();
        let policy = AttemptPolicy::default();
        let now = house.state.clock.now();
        let is_locked = is_locked(&mut read, &alice.id, &policy, now).await.unwrap();
        assert!(!is_locked);
        drop(read);
        let mut browser = house.browser();
        browser.get(ACCESS, "/sign-in").await;
        browser.sign_in("olga", PASSWORD).await;
        assert!(
            browser.is_signed_in().await,
            "somebody must be able to mend it"
        );
        // What is guessed at that password counts as it does anywhere.
        let guess = async |password: &str| {
            let mut browser = house.browser();
            browser.address = "192.0.2.2".parse().unwrap();
            browser.sign_in("olga", password).await;
            browser.is_signed_in().await
        };
        for _ in 0..PER_ACCOUNT {
            assert!(!guess("wrong").await);
        }
        assert!(!guess(PASSWORD).await, "locked");
    })
    .await;
}

#[tokio::test]
async fn somebody_new_comes_in_only_where_that_was_chosen_and_is_known_by_their_key_from_then_on() {
    let slapd = Slapd::start().await;
    slapd.add(&person("dave", "Dave", "")).await;
    on_both_engines(async |store| {
        let (house, id) = connected(store, &slapd, (UsedFor::SignIn, SignInTerms::default())).await;
        let mut browser = house.browser();
        browser.get(ACCESS, "/sign-in").await;
        browser.sign_in("dave", "secret of dave").await;
        assert!(!browser.is_signed_in().await, "nobody is made");
        let permit = operator();
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        let draft = DirectoryDraft {
            name: "OpenLDAP".to_owned(),
            used_for: UsedFor::SignIn,
            enabled: true,
            source: Source::Ldap(slapd.settings()),
            organisation: Organisation::default(),
            sign_in: SignInTerms {
                creates: true,
                ..SignInTerms::default()
            },
            secret: None,
            secrets: std::collections::BTreeMap::default(),
        };
        directories::update(edit, &id, crate::refused::Expected::Any, draft)
            .await
            .unwrap();
        for _ in 0..2 {
            let mut browser = house.browser();
            browser.get(ACCESS, "/sign-in").await;
            browser.sign_in("dave", "secret of dave").await;
            assert!(browser.is_signed_in().await);
        }
        let mut read = house.state.store.read().await.unwrap();
        let dave = members::find_by_username(&mut read, "dave")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (dave.email, dave.display_name.as_str()),
            (None, "Dave"),
            "its mail is not believed"
        );
        let account = credentials::find(&mut read, &dave.id)
            .await
            .unwrap()
            .unwrap();
        assert!(account.is_password_elsewhere);
    })
    .await;
}
