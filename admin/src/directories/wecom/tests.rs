//! WeCom against a cloud that answers as its protocol says, through the whole of the engine.

use std::time::Duration;

use axum::http::StatusCode;
use config::id::DirectoryId;
use examples::wecom::{AES_KEY, CALLBACK_TOKEN, CORP_ID, Delivery, Failure, message};
use serde_json::json;

use super::testing::{CloudServer, changed, deliver, seconds};
use crate::directories::feishu::testing::until;
use crate::directories::probe::{DirectoryProbe, probe};
use crate::directories::{self, Source};
use crate::members::{self, Status};
use crate::refused::Refused;
use crate::store::testing::{TestStore, on_both_engines};
use crate::store::{
    department_lists, departments, directory_callbacks, directory_events, directory_units,
};
use crate::sync::follow;
use crate::sync::testing::take_over;
use crate::testing::House;

/// Two departments, one below the other, and three people.
async fn cloud() -> CloudServer {
    let server = CloudServer::start().await;
    let cloud = &server.cloud;
    cloud.department(1, 0, json!({"name": "Example"}));
    cloud.department(2, 1, json!({"name": "Sales", "order": 2}));
    cloud.department(3, 2, json!({"name": "East"}));
    let wang = json!({"name": "Wang", "biz_mail": "wang@example.com", "main_department": 3});
    cloud.person("WangWei", &[2, 3], wang);
    cloud.person("Li", &[3], json!({"status": 4}));
    cloud.person("Off", &[1], json!({"status": 2}));
    cloud.person("Gone", &[3], json!({"status": 5}));
    server
}

async fn house(store: TestStore, server: &CloudServer) -> (House, DirectoryId) {
    let house = House::empty(store);
    let id = server.connect(&house).await;
    take_over(&house, &id).await;
    // Whoever has done that works on it no more.
    house.state.clock.advance(Duration::from_mins(2));
    (house, id)
}

async fn status(house: &House, name: &str) -> Option<Status> {
    let mut read = house.state.store.read().await.unwrap();
    let found = members::find_by_any(&mut read, name).await;
    found.ok().map(|member| member.status)
}

async fn refusals(house: &House, id: &DirectoryId) -> Vec<String> {
    let mut read = house.state.store.read().await.unwrap();
    let rows = directory_callbacks::refusals(&mut read, id, 100).await;
    rows.unwrap().into_iter().map(|row| row.reason).collect()
}

async fn told(house: &House) -> i64 {
    let mut read = house.state.store.read().await.unwrap();
    directory_events::position(&mut read).await.unwrap()
}

#[tokio::test]
async fn people_and_departments_are_taken_over_without_mobile_and_mail() {
    let server = cloud().await;
    on_both_engines(async |store| {
        let (house, id) = house(store, &server).await;
        let mut read = house.state.store.read().await.unwrap();
        let wang = members::find_by_any(&mut read, "wangwei").await.unwrap();
        assert_eq!(wang.display_name, "Wang");
        let of_theirs = directory_units::departments(&mut read, &id).await.unwrap();
        let mut keys: Vec<_> = of_theirs.iter().map(|one| one.key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["2", "3"], "the company itself is no department");
        let east = of_theirs.iter().find(|one| one.key == "3").unwrap();
        let ids = [east.id.clone()];
        let above = department_lists::paths(&mut read, &ids).await.unwrap();
        assert_eq!(above[&east.id].len(), 1, "East is below Sales");
        let named = departments::find(&mut read, &east.id).await.unwrap();
        assert_eq!(named.unwrap().name, "East");
        drop(read);
        assert_eq!(status(&house, "li").await, Some(Status::Active));
        assert_eq!(status(&house, "gone").await, None);
        server.cloud.forget_tokens();
        take_over(&house, &id).await;
    })
    .await;
}

#[tokio::test]
async fn only_what_the_application_may_see_is_listed_and_people_shown_by_themselves_are() {
    let server = cloud().await;
    server.cloud.person("Boss", &[1], json!({}));
    server.cloud.person("Hidden", &[2], json!({}));
    server.cloud.scope(Some(vec![3]), vec!["Boss".to_owned()]);
    let (house, id) = house(TestStore::sqlite().await, &server).await;
    assert_eq!(status(&house, "wangwei").await, Some(Status::Active));
    assert_eq!(status(&house, "boss").await, Some(Status::Active));
    assert_eq!(status(&house, "hidden").await, None);
    let mut read = house.state.store.read().await.unwrap();
    let of_theirs = directory_units::departments(&mut read, &id).await.unwrap();
    assert_eq!(of_theirs.len(), 1);
}

#[tokio::test]
async fn whoever_leaves_or_is_disabled_is_cut_off_as_it_is_told() {
    let server = cloud().await;
    on_both_engines(async |store| {
        server.cloud.person("Li", &[3], json!({}));
        server.cloud.person("WangWei", &[3], json!({}));
        let (house, id) = house(store, &server).await;
        let state = house.state.clone();
        let following = tokio::spawn(async move { follow::run(&state, "this node").await });
        server.cloud.remove_person("Li");
        let left = changed(&house, "delete_user", &[("UserID", "Li")]);
        let answer = deliver(&house, &id, &left).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
        let shut = async || status(&house, "li").await != Some(Status::Active);
        until("whoever left can still sign in", shut).await;
        server.cloud.person("WangWei", &[3], json!({"status": 2}));
        let off = changed(&house, "update_user", &[("UserID", "wangwei")]);
        deliver(&house, &id, &off).await;
        let shut = async || status(&house, "wangwei").await != Some(Status::Active);
        until("whoever is disabled can still sign in", shut).await;
        server.cloud.person("New", &[3], json!({}));
        let come = changed(&house, "create_user", &[("UserID", "New")]);
        deliver(&house, &id, &come).await;
        let there = async || status(&house, "new").await == Some(Status::Active);
        until("whoever came is not there", there).await;
        following.abort();
        server.cloud.remove_person("New");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_called_otherwise_is_looked_at_under_both_names() {
    let server = cloud().await;
    let (house, id) = house(TestStore::sqlite().await, &server).await;
    let both = [("UserID", "Li"), ("NewUserID", "LiNa")];
    deliver(&house, &id, &changed(&house, "update_user", &both)).await;
    let mut read = house.state.store.read().await.unwrap();
    let events = directory_events::after(&mut read, &id, 0, 10).await;
    assert_eq!(events.unwrap()[0].keys, ["li", "lina"]);
}

#[tokio::test]
async fn the_callback_answers_the_echo_bare_and_shows_when_it_was_tried() {
    let server = cloud().await;
    on_both_engines(async |store| {
        let (house, id) = house(store, &server).await;
        let echo = Delivery::echo("1616140317555161061", seconds(&house));
        let answer = deliver(&house, &id, &echo).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.body, "1616140317555161061");
        let mut read = house.state.store.read().await.unwrap();
        let callback = directory_callbacks::find(&mut read, &id).await.unwrap();
        assert_eq!(callback.verified_at, Some(house.state.clock.now()));
    })
    .await;
}

#[tokio::test]
async fn attack_28_what_does_not_prove_to_come_from_wecom_changes_nothing_and_is_recorded() {
    let server = cloud().await;
    on_both_engines(async |store| {
        let (house, id) = house(store, &server).await;
        let now = seconds(&house);
        let text = message("delete_user", &[("UserID", "Li")], now);
        let good = (CALLBACK_TOKEN, AES_KEY, CORP_ID);
        let made = |with, at| Delivery::of(&text, with, at);
        let mut unsigned = made(good, now);
        unsigned.query.clear();
        let mut forged = made(good, now);
        forged.query[0].1 = "0".repeat(40);
        let mut changed = made(good, now);
        changed.body = Delivery::event("<xml/>", now).body;
        let other_key = "1234567890123456789012345678901234567890123";
        let mut echo = Delivery::echo("x", now);
        echo.query[0].1 = "0".repeat(40);
        let doctype = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><xml>&x;</xml>";
        for (made, reason) in [
            (unsigned, "wrong_signature"),
            (forged, "wrong_signature"),
            (changed, "wrong_signature"),
            (echo, "wrong_signature"),
            (
                made(("another token", AES_KEY, CORP_ID), now),
                "wrong_signature",
            ),
            (made(good, now - 2 * 3600), "wrong_time"),
            (made(good, now + 3600), "wrong_time"),
            (
                made((CALLBACK_TOKEN, AES_KEY, "ww-another"), now),
                "another_tenant",
            ),
            (made((CALLBACK_TOKEN, other_key, CORP_ID), now), "malformed"),
            (Delivery::event(doctype, now), "malformed"),
        ] {
            let answer = deliver(&house, &id, &made).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{reason}");
            let all = refusals(&house, &id).await;
            assert!(all.contains(&reason.to_owned()), "{reason}");
        }
        assert_eq!(told(&house).await, 0, "nothing was taken for told");
    })
    .await;
}

#[tokio::test]
async fn attack_28_an_event_that_is_sent_again_is_answered_and_looked_at_once() {
    let server = cloud().await;
    let (house, id) = house(TestStore::sqlite().await, &server).await;
    let made = changed(&house, "update_party", &[("Id", "3")]);
    for _ in 0..3 {
        assert_eq!(deliver(&house, &id, &made).await.status, StatusCode::OK);
    }
    let mut read = house.state.store.read().await.unwrap();
    let events = directory_events::after(&mut read, &id, 0, 10).await;
    assert_eq!(events.unwrap().len(), 1);
    assert_eq!(refusals(&house, &id).await, Vec::<String>::new());
}

#[tokio::test]
async fn attack_28_odd_bodies_are_refused_and_break_nothing() {
    let server = cloud().await;
    let (house, id) = house(TestStore::sqlite().await, &server).await;
    let deep = "<a>".repeat(10_000);
    for body in [
        "{}",
        "<xml/>",
        "<xml><Encrypt/></xml>",
        "<xml><Encrypt>x</Encrypt><Encrypt>y</Encrypt></xml>",
        "\u{0}",
        &deep,
    ] {
        let query = Vec::new();
        let body = body.to_owned();
        let answer = deliver(&house, &id, &Delivery { query, body }).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_cloud_that_asks_for_patience_gets_it_and_a_listing_that_breaks_off_changes_nothing() {
    let server = cloud().await;
    let busy = Failure {
        path: "user/list".to_owned(),
        code: -1,
        times: 2,
    };
    server.cloud.fail(busy.clone());
    let (house, id) = house(TestStore::sqlite().await, &server).await;
    assert_eq!(status(&house, "li").await, Some(Status::Active));
    server.cloud.fail(Failure {
        code: 48_002,
        times: 1,
        ..busy
    });
    let mut read = house.state.store.read().await.unwrap();
    let whole = directories::whole(&mut read, &id).await.unwrap();
    drop(read);
    let mut source = directories::open(&house.state, &whole).await.unwrap();
    source.departments().await.unwrap();
    let mut broke = false;
    while let Some(found) = source.people().await.transpose() {
        broke |= found.is_err();
        if broke {
            break;
        }
    }
    assert!(broke, "a part that fails is an error");
}

#[tokio::test]
async fn trying_out_shows_what_is_permitted_and_what_is_wrong() {
    let server = cloud().await;
    let house = House::empty(TestStore::sqlite().await);
    let asked = |secret: &str, agent_id: u32| DirectoryProbe {
        source: Source::WeCom(super::WeComSettings {
            agent_id,
            ..server.settings()
        }),
        secret: None,
        secrets: [(super::APP_SECRET.to_owned(), secret.to_owned())].into(),
        directory: None,
    };
    let (secret, agent) = (examples::wecom::APP_SECRET, examples::wecom::AGENT_ID);
    let found = probe(&house.state, asked(secret, agent)).await.unwrap();
    assert_eq!(found.problem, None);
    assert_eq!((found.department_count, found.people.len()), (2, 3));
    assert_eq!(found.tenant.unwrap().name, "Example");
    let granted = found.permissions.iter();
    let granted: Vec<_> = granted.map(|one| (&*one.name, one.is_granted)).collect();
    assert_eq!(
        granted,
        [
            ("agent/get", Some(true)),
            ("department/list", Some(true)),
            ("user/list", Some(true)),
            ("mobile", Some(false)),
            ("email", Some(true)),
        ]
    );
    let found = probe(&house.state, asked(secret, 7)).await.unwrap();
    assert_eq!(found.permissions[0].is_granted, Some(false));
    assert!(found.problem.unwrap().zh_cn.contains("AgentId"));
    let found = probe(&house.state, asked("wrong", agent)).await.unwrap();
    assert_eq!(found.failed_at.as_deref(), Some("connect"));
    assert!(found.problem.unwrap().en.contains("Secret"));
    let refused = probe(&house.state, asked("", agent)).await.unwrap_err();
    assert!(matches!(refused, Refused::Invalid(wrong) if wrong[0].field == "secrets.app_secret"));
}
