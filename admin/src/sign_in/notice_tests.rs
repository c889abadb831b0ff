//! What people are told of what happens to their accounts.

use std::time::Duration;

use config::Language;

use super::lockout::PER_ACCOUNT;
use crate::edit::Edit;
use crate::members::credentials;
use crate::messages::content::NoticeEvent;
use crate::messages::{Channel, Content};
use crate::sign_in_policy::NoticePolicy;
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, House, PASSWORD, operator};

/// A house that tells Alice everything.
async fn house(store: TestStore) -> House {
    let house = House::new(store).await;
    house.set_senders().await;
    house
        .policy(|policy| {
            policy.notices = NoticePolicy {
                new_sign_in: true,
                password_changed: true,
                factor_changed: true,
                locked: true,
            };
        })
        .await;
    let mail = Some("alice@example.com");
    house.can_be_reached(&house.alice, mail, None).await;
    house
}

async fn events(house: &House) -> Vec<(Channel, NoticeEvent)> {
    let told = house.told().await.into_iter();
    told.map(|(channel, _, content)| match content {
        Content::Notice { notice, .. } => (channel, notice.event),
        other => panic!("{other:?}"),
    })
    .collect()
}

#[tokio::test]
async fn a_sign_in_with_a_new_browser_or_from_a_new_network_is_told() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let told = [(Channel::Mail, NoticeEvent::NewSignIn)];
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        assert_eq!(events(&house).await, told, "a new browser");
        let mut sign_in = async |address: &str| {
            browser
                .cookies
                .retain(|(_, name), _| name == config::cookies::DEVICE);
            browser.address = address.parse().unwrap();
            house.state.clock.advance(Duration::from_secs(1));
            browser.sign_in("alice", PASSWORD).await;
            assert!(browser.is_signed_in().await);
            events(&house).await
        };
        assert_eq!(sign_in("192.0.2.99").await, [], "the same of both");
        assert_eq!(sign_in("198.51.100.1").await, told, "a new network");
        assert_eq!(sign_in("192.0.2.1").await, [], "an old one");
    })
    .await;
}

#[tokio::test]
async fn a_new_password_a_factor_and_a_lock_are_told_in_the_persons_language() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut browser = house.browser();
        browser.language = "zh-CN";
        browser.sign_in("alice", PASSWORD).await;
        browser.enrol().await;
        browser.get(ACCESS, "/account").await;
        browser
            .post(ACCESS, "/account/authenticator/remove", &[])
            .await;
        browser.get(ACCESS, "/account/password").await;
        let new = "another good one";
        let fields = [("old", PASSWORD), ("password", new), ("repeated", new)];
        browser.post(ACCESS, "/account/password", &fields).await;
        let permit = operator();
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        credentials::reset_second_factor(edit, &house.alice)
            .await
            .unwrap();
        for _ in 0..=PER_ACCOUNT {
            house.browser().sign_in("alice", "wrong").await;
        }
        let mail = |event| (Channel::Mail, event);
        assert_eq!(
            events(&house).await,
            [
                mail(NoticeEvent::NewSignIn),
                mail(NoticeEvent::FactorAdded),
                mail(NoticeEvent::FactorRemoved),
                mail(NoticeEvent::PasswordChanged),
                mail(NoticeEvent::FactorsReset),
                mail(NoticeEvent::Locked),
            ]
        );
        let mut read = house.state.store.read().await.unwrap();
        let language = crate::store::member_languages::of(&mut read, &house.alice).await;
        assert_eq!(language.unwrap(), Some(Language::ZhCn));
    })
    .await;
}

#[tokio::test]
async fn by_sms_only_what_cannot_wait_is_told_and_nothing_that_the_policy_leaves_out() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mobile = Some("13800001234");
        house.can_be_reached(&house.alice, None, mobile).await;
        house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(events(&house).await, []);
        let lock = async || {
            for _ in 0..=PER_ACCOUNT {
                house.browser().sign_in("alice", "wrong").await;
            }
            events(&house).await
        };
        assert_eq!(lock().await, [(Channel::Sms, NoticeEvent::Locked)]);
        house.state.clock.advance(super::lockout::WINDOW * 2);
        house.policy(|policy| policy.notices.locked = false).await;
        assert_eq!(lock().await, []);
    })
    .await;
}

#[tokio::test]
async fn attack_17_a_lock_is_told_once_however_many_guess_at_once() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let guesses = (0..3 * PER_ACCOUNT).map(|_| async {
            house.browser().sign_in("alice", "wrong").await;
        });
        futures::future::join_all(guesses).await;
        assert_eq!(events(&house).await, [(Channel::Mail, NoticeEvent::Locked)]);
    })
    .await;
}

#[tokio::test]
async fn attack_23_an_address_that_an_administrator_changed_is_told_to_the_one_before() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut alice = serde_json::json!({
            "username": "alice", "display_name": "Alice W.", "email": "alice@example.com"
        });
        house.change(&house.alice, alice.clone()).await;
        assert!(house.told().await.is_empty(), "another name");
        alice["email"] = serde_json::json!("alice@evil.example");
        alice["email_verified"] = serde_json::json!(true);
        house.change(&house.alice, alice.clone()).await;
        alice["mobile"] = serde_json::json!("13800001234");
        house.change(&house.alice, alice).await;
        let told = house.told().await.into_iter();
        let told: Vec<_> = told
            .map(|(_, to, content)| match content {
                Content::Notice { notice, .. } => (to, notice.event),
                other => panic!("{other:?}"),
            })
            .collect();
        let changed = |to: &str| (to.to_owned(), NoticeEvent::AddressChanged);
        assert_eq!(
            told,
            [changed("alice@example.com"), changed("alice@evil.example")]
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_place_is_named_to_the_person_by_mail_and_on_the_account_page() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let files = &house.state.settings.places;
        crate::places::testing::cities(files.city_database.as_ref().unwrap());
        house.state.places.reread();
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let told = house.told().await.remove(0).2;
        let letter = |language| told.letter(language).unwrap().text;
        assert!(letter(Language::En).contains("192.0.2.7, Shanghai, China"));
        assert!(letter(Language::ZhCn).contains("192.0.2.7，中国 上海"));
        for (language, place) in [("en", "Shanghai, China"), ("zh-CN", "中国 上海")] {
            browser.language = language;
            let page = browser.get(ACCESS, "/account").await;
            assert!(page.body.contains(place), "{}", page.body);
        }
    })
    .await;
}
