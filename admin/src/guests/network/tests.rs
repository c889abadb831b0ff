//! Guests at our own pages, from networks that their group names.

use axum::http::StatusCode;
use config::id::MemberId;

use super::*;
use crate::edit::Edit;
use crate::groups::{self, GroupDraft};
use crate::ip_lists;
use crate::publish::Publisher;
use crate::signing_keys;
use crate::store::guests::{self as rows, Terms};
use crate::store::published::testing::insert_list;
use crate::store::testing::on_both_engines;
use crate::store::{StoreError, groups as group_rows};
use crate::testing::{ACCESS, Browser, House, PASSWORD, operator};

/// The browser of a test comes from here.
const HERE: &str = "192.0.2.0/24";
const ELSEWHERE: &str = "198.51.100.7";
const NOT_FROM_HERE: &str = "/sign-in/not-from-here";

/// Gil, a guest, is in a group that keeps them out of this network.
async fn gil(house: &House) -> (MemberId, GroupId) {
    let gil = house.member("gil", "Gil", &[]).await;
    let now = house.state.clock.now();
    let mut tx = house.store.begin().await.unwrap();
    insert_list(&mut tx, "hotel", "applications", &[HERE]).await;
    rows::set_kind_alone(&mut tx, &gil, "guest").await.unwrap();
    let terms = Terms {
        sponsor: None,
        expires_at: now.plus(std::time::Duration::from_hours(24 * 30)),
    };
    rows::insert(&mut tx, &gil, &terms, "olga").await.unwrap();
    tx.commit().await.unwrap();
    let draft = GroupDraft {
        name: "Auditors".into(),
        description: String::new(),
        rule: None,
        for_guests: true,
        ip_lists: vec!["hotel".into()],
    };
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let group = groups::create(edit, &draft).await.unwrap().id;
    let mut tx = house.store.begin().await.unwrap();
    let put = group_rows::add_member(&mut tx, &group, &gil, now).await;
    assert!(put.unwrap());
    tx.commit().await.unwrap();
    publish(house).await;
    (gil, group)
}

/// What is in the store is in force.
async fn publish(house: &House) {
    let (state, now) = (&house.state, house.state.clock.now());
    signing_keys::rotate(&house.store, &state.sealer, now)
        .await
        .unwrap();
    let mut view = house.store.view().await.unwrap();
    let mut publisher = Publisher::default();
    let built = publisher.build(&mut view, &state.sealer, now).await;
    let snapshot = built.unwrap().snapshot;
    house.snapshots.send_replace(Some(Arc::new(snapshot)));
}

fn at<'a>(house: &'a House, address: &str) -> Browser<'a> {
    let mut browser = house.browser();
    browser.address = address.parse().unwrap();
    browser
}

#[tokio::test]
async fn a_guest_signs_in_from_where_their_group_lets_them_and_is_told_elsewhere_that_it_is_the_network()
 {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        gil(&house).await;
        for (language, says) in [("en", "certain networks only"), ("zh-CN", "指定的网络")] {
            let mut here = house.browser();
            here.language = language;
            let step = here.sign_in("gil", PASSWORD).await;
            assert_eq!(step.location(), NOT_FROM_HERE);
            let page = here.get(ACCESS, NOT_FROM_HERE).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN);
            assert!(page.body.contains(says), "{}", page.body);
            assert!(!here.is_signed_in().await);
            let (kind, reason) = house.log().await.remove(0);
            assert_eq!(
                (kind.as_str(), reason.as_deref()),
                ("failed", Some("guest_address"))
            );
        }
        let mut elsewhere = at(&house, ELSEWHERE);
        assert_eq!(elsewhere.sign_in("gil", PASSWORD).await.location(), "/");
        assert!(elsewhere.is_signed_in().await);
        elsewhere.address = "192.0.2.7".parse().unwrap();
        assert!(!elsewhere.is_signed_in().await, "not from here");
    })
    .await;
}

#[tokio::test]
async fn whoever_does_not_know_the_password_is_not_told_of_networks() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        gil(&house).await;
        let wrong = house.browser().sign_in("gil", "not the password").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn members_come_in_from_everywhere_and_so_does_everybody_while_lists_are_off() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        gil(&house).await;
        let alice = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(alice.location(), "/");
        let permit = operator();
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        ip_lists::switch::off(edit).await.unwrap();
        publish(&house).await;
        assert_eq!(
            house.browser().sign_in("gil", PASSWORD).await.location(),
            "/"
        );
    })
    .await;
}

#[tokio::test]
async fn where_the_lists_cannot_be_told_no_guest_of_the_group_comes_in() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (_, group) = gil(&house).await;
        for written in ["[\"gone\"]", "no JSON"] {
            let done: Result<(), StoreError> = async {
                let mut tx = house.store.begin().await?;
                group_rows::write_ip_lists(&mut tx, &group, written).await?;
                tx.commit().await
            }
            .await;
            done.unwrap();
            publish(&house).await;
            let step = at(&house, ELSEWHERE).sign_in("gil", PASSWORD).await;
            assert_eq!(step.location(), NOT_FROM_HERE, "{written}");
        }
    })
    .await;
}
