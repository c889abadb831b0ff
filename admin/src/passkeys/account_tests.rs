//! A person's own passkeys: adding, naming and removing them, and what ends with them.

use std::time::Duration;

use super::testing::{Authenticator, asked};
use super::tests::{BY_PASSKEY, PASSKEY, REFUSED, TWO_STEP, policy, with_passkey};
use crate::edit::Edit;
use crate::members::credentials::reset_second_factor;
use crate::sign_in_policy::SecondFactor;
use crate::sign_in_policy::TwoStepDemand::{Optional, Required};
use crate::store::testing::on_both_engines;
use crate::store::{events, known_devices, passkeys, recovery_codes};
use crate::testing::{ACCESS, House, PASSWORD, WIKI, between, operator};

#[tokio::test]
async fn a_passkey_is_renamed_and_removed_and_what_it_proved_ends_with_it() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut here, key) = with_passkey(&house).await;
        let mut there = house.browser();
        there.sign_in("alice", PASSWORD).await;
        there.use_passkey(&key, TWO_STEP, BY_PASSKEY).await;
        let mut read = house.state.store.read().await.unwrap();
        let id = passkeys::of(&mut read, &house.alice).await.unwrap()[0]
            .id
            .clone();
        drop(read);
        here.get(ACCESS, "/account").await;
        let fields = [("id", id.as_str()), ("name", "\u{202e}Red key ")];
        here.post(ACCESS, "/account/passkeys/rename", &fields).await;
        let account = here.get(ACCESS, "/account").await.body;
        assert!(account.contains("<strong>Red key</strong>"), "{account}");
        let removed = here
            .post(ACCESS, "/account/passkeys/remove", &[("id", &id)])
            .await;
        assert_eq!(removed.location(), "/account?after=done");
        for browser in [&here, &there] {
            assert!(
                browser
                    .session(ACCESS)
                    .await
                    .unwrap()
                    .second_factor_at
                    .is_none()
            );
        }
        let mut read = house.state.store.read().await.unwrap();
        let left = recovery_codes::left(&mut read, &house.alice).await.unwrap();
        assert_eq!(left, 0, "codes stand in for nothing");
        drop(read);
        let audit = house.audit().await;
        for action in ["add_passkey", "rename_passkey", "remove_passkey"] {
            assert!(audit.iter().any(|told| told == action), "{action}");
        }
        assert_eq!(
            house.browser().sign_in("alice", PASSWORD).await.location(),
            "/"
        );
    })
    .await;
}

#[tokio::test]
async fn the_last_factor_that_the_policy_requires_cannot_be_removed() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut browser, _) = with_passkey(&house).await;
        let (_, _) = browser.enrol().await;
        policy(&house, Required, PASSKEY, false).await;
        let mut read = house.state.store.read().await.unwrap();
        let id = passkeys::of(&mut read, &house.alice).await.unwrap()[0]
            .id
            .clone();
        drop(read);
        browser.get(ACCESS, "/account").await;
        let kept = browser
            .post(ACCESS, "/account/passkeys/remove", &[("id", &id)])
            .await;
        assert_eq!(kept.location(), "/account?after=last-factor");
        let told = browser.open(kept.location()).await.body;
        assert!(told.contains("the last way cannot be removed"), "{told}");
        let removed = browser
            .post(ACCESS, "/account/authenticator/remove", &[])
            .await;
        assert_eq!(
            removed.location(),
            "/account?after=done",
            "it did not count"
        );
        let mut read = house.state.store.read().await.unwrap();
        let left = recovery_codes::left(&mut read, &house.alice).await.unwrap();
        assert_eq!(left, 10, "a passkey is left for which they stand in");
    })
    .await;
}

#[tokio::test]
async fn a_passkey_confirms_who_one_is_and_a_new_one_ends_the_trust_in_browsers() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut browser, key) = with_passkey(&house).await;
        let device = browser.cookie(ACCESS, config::cookies::DEVICE).unwrap();
        let device = crate::tokens::Token::parse(&device).unwrap().hash();
        let (now, alice) = (house.state.clock.now(), house.alice.clone());
        let mut tx = house.state.store.begin().await.unwrap();
        let until = now.plus(Duration::from_hours(24));
        known_devices::trust(&mut tx, &device, &alice, "", until, 5)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        house.state.clock.advance(Duration::from_mins(11));
        let asked = browser.get(ACCESS, "/account/passkeys").await;
        assert!(
            asked.location().starts_with("/sign-in/confirm"),
            "{asked:?}"
        );
        let page = asked.location().to_owned();
        let to = "/sign-in/confirm/passkey";
        assert_eq!(browser.use_passkey(&key, &page, to).await.location(), "/");
        let added = browser.add_passkey(&mut Authenticator::fresh(), "").await;
        assert_eq!(
            added.location(),
            "/account?after=done",
            "codes are there already"
        );
        let account = browser.get(ACCESS, "/account").await.body;
        assert!(
            account.contains("<strong>Passkey (Firefox · Linux)</strong>"),
            "{account}"
        );
        let mut read = house.state.store.read().await.unwrap();
        let now = house.state.clock.now();
        assert!(
            !known_devices::is_trusted(&mut read, &device, &alice, now)
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_is_registered_for_one_person_and_nobody_adds_what_the_policy_does_not_take() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut alice, mut key) = with_passkey(&house).await;
        let mut olga = house.browser();
        olga.sign_in("olga", PASSWORD).await;
        let taken = olga.add_passkey(&mut key, "Mine").await;
        assert_eq!(taken.status, REFUSED);
        policy(&house, Optional, &[SecondFactor::Authenticator], false).await;
        let page = alice.get(ACCESS, "/account/passkeys").await;
        assert!(asked(&page.body).is_none() && page.body.contains("No passkey can be added"));
        alice.get(ACCESS, "/account").await;
        let refused = alice.post(ACCESS, "/account/passkeys", &[]).await;
        assert_eq!(refused.status, REFUSED);
        let step = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(
            step.location(),
            TWO_STEP,
            "what was set up is still asked for"
        );
    })
    .await;
}

#[tokio::test]
async fn a_reset_of_the_second_factor_takes_passkeys_away() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (browser, _) = with_passkey(&house).await;
        let permit = operator();
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        reset_second_factor(edit, &house.alice).await.unwrap();
        assert!(browser.session(ACCESS).await.is_none());
        assert_eq!(
            house.browser().sign_in("alice", PASSWORD).await.location(),
            "/"
        );
    })
    .await;
}

#[tokio::test]
async fn where_an_application_asks_for_a_second_factor_the_way_leads_to_one_that_the_policy_takes()
{
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let start = "/.gatehouse/start?return=%2F&step=two";
        let to_access = browser.get(WIKI, start).await.location().to_owned();
        let set_up = browser.open(&to_access).await.location().to_owned();
        assert!(set_up.starts_with("/account/authenticator?"), "{set_up}");
        let page = browser.open(&set_up).await.body;
        let instead = between(&page, "href=\"/account/passkeys?to=", "\"").to_owned();
        assert!(instead.starts_with("/sign-in/continue%3F"), "{page}");
        policy(&house, Optional, PASSKEY, false).await;
        let set_up = browser.open(&to_access).await.location().to_owned();
        assert!(set_up.starts_with("/account/passkeys?"), "{set_up}");
        let page = browser.open(&set_up).await.body;
        let (options, question) = asked(&page).unwrap();
        let answer = Authenticator::fresh().create(&options);
        let to = between(&page, r#"name="to" value=""#, "\"").replace("&#38;", "&");
        let fields = [
            ("question", question.as_str()),
            ("credential", &answer),
            ("to", &to),
        ];
        let codes = browser.post(ACCESS, "/account/passkeys", &fields).await;
        assert!(codes.body.contains("Save your recovery codes"), "{codes:?}");
        let back = browser.open(&to).await;
        assert!(
            back.location().contains("/.gatehouse/callback?code="),
            "{back:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn attack_22_a_factor_that_the_policy_does_not_take_confirms_nothing() {
    const CONFIRM: &str = "/sign-in/confirm";
    const AUTHENTICATOR: &[SecondFactor] = &[SecondFactor::Authenticator];
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut browser, key) = with_passkey(&house).await;
        let (seed, _) = browser.enrol().await;
        house.state.clock.advance(Duration::from_mins(11));
        policy(&house, Required, PASSKEY, false).await;
        let page = browser.get(ACCESS, CONFIRM).await.body;
        assert!(!page.contains("authenticator app shows"), "{page}");
        let (options, question) = asked(&page).unwrap();
        let code = seed.code_at(house.state.clock.now());
        let fields = [("code", code.as_str()), ("to", "/")];
        let refused = browser.post(ACCESS, CONFIRM, &fields).await;
        assert_eq!(refused.status, REFUSED);

        policy(&house, Required, AUTHENTICATOR, false).await;
        assert!(asked(&browser.get(ACCESS, CONFIRM).await.body).is_none());
        let answer = key.get(&options);
        let to = "/sign-in/confirm/passkey";
        let refused = browser.send_passkey(to, &question, &answer).await;
        assert_eq!(refused.status, REFUSED);
        let done = browser.post(ACCESS, CONFIRM, &fields).await;
        assert_eq!(done.location(), "/", "{done:?}");
    })
    .await;
}

#[tokio::test]
async fn what_a_passkey_alone_has_opened_ends_when_it_is_removed() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut here, key) = with_passkey(&house).await;
        policy(&house, Optional, PASSKEY, true).await;
        let (mut alone, mut by_both) = (house.browser(), house.browser());
        alone
            .use_passkey(&key, "/sign-in", "/sign-in/passkey")
            .await;
        by_both.sign_in("alice", PASSWORD).await;
        by_both.use_passkey(&key, TWO_STEP, BY_PASSKEY).await;
        let over = alone.session(ACCESS).await.unwrap().sign_in;
        let account = here.get(ACCESS, "/account").await.body;
        let id = between(&account, r#"name="id" value=""#, "\"").to_owned();
        here.post(ACCESS, "/account/passkeys/remove", &[("id", &id)])
            .await;
        assert!(alone.session(ACCESS).await.is_none());
        assert!(house.is_told_over(&over).await, "gateways are told");
        for other in [&here, &by_both] {
            assert!(other.session(ACCESS).await.is_some(), "by a password, too");
        }
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_tells_which_key_was_added_renamed_and_removed() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut browser, _) = with_passkey(&house).await;
        let account = browser.get(ACCESS, "/account").await.body;
        let id = between(&account, r#"name="id" value=""#, "\"").to_owned();
        let fields = [("id", id.as_str()), ("name", "Red key")];
        browser
            .post(ACCESS, "/account/passkeys/rename", &fields)
            .await;
        browser
            .post(ACCESS, "/account/passkeys/remove", &[("id", &id)])
            .await;
        let key = |name: &str| Some(serde_json::json!({"id": id, "name": name}));
        let mut read = house.state.store.read().await.unwrap();
        let page = events::Page {
            limit: 3,
            ..events::Page::default()
        };
        let found = events::audit_events(&mut read, &events::AuditFilter::default(), &page).await;
        let told = found.unwrap().items.into_iter();
        let told: Vec<_> = told
            .map(|one| (one.action, one.before, one.after))
            .collect();
        let expected = [
            ("remove_passkey".to_owned(), key("Red key"), None),
            ("rename_passkey".to_owned(), key("Blue key"), key("Red key")),
            ("add_passkey".to_owned(), None, key("Blue key")),
        ];
        assert_eq!(told, expected);
    })
    .await;
}
