//! Feishu against a cloud that answers as its protocol says, through the whole of the engine.

use std::time::Duration;

use axum::http::StatusCode;
use config::id::DirectoryId;
use examples::feishu::{Delivery, ENCRYPT_KEY, Failure};
use serde_json::json;

use super::testing::{CloudServer, changed, deliver, until};
use crate::directories::probe::{DirectoryProbe, probe};
use crate::directories::{self, Source};
use crate::edit::Edit;
use crate::members::{self, Status};
use crate::refused::{Expected, Refused};
use crate::store::testing::{TestStore, on_both_engines};
use crate::store::{
    department_lists, departments, directory_callbacks, directory_events, directory_units,
};
use crate::sync::follow;
use crate::sync::testing::take_over;
use crate::testing::{House, operator};

/// Two departments, one below the other, and three people.
pub(super) async fn cloud() -> CloudServer {
    let server = CloudServer::start().await;
    let cloud = &server.cloud;
    cloud.department("od-sales", "0", json!({"name": "Sales", "order": "2"}));
    cloud.department("od-east", "od-sales", json!({"name": "East"}));
    cloud.person("on_wang", &["od-sales", "od-east"], json!({
        "name": "Wang", "enterprise_email": "wang@example.com", "mobile": "+8613800000000",
        "employee_no": "7",
        "orders": [{"department_id": "od-east", "is_primary_dept": true, "department_order": 1}],
    }));
    cloud.person(
        "on_li",
        &["od-east"],
        json!({"name": "Li", "email": "li@example.org"}),
    );
    cloud.person(
        "on_frozen",
        &["od-east"],
        json!({"status": {"is_frozen": true}}),
    );
    server
}

pub(super) async fn house(store: TestStore, server: &CloudServer) -> (House, DirectoryId) {
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

pub(super) async fn refusals(house: &House, id: &DirectoryId) -> Vec<String> {
    let mut read = house.state.store.read().await.unwrap();
    let rows = directory_callbacks::refusals(&mut read, id, 100).await;
    rows.unwrap().into_iter().map(|row| row.reason).collect()
}

async fn told(house: &House) -> i64 {
    let mut read = house.state.store.read().await.unwrap();
    directory_events::position(&mut read).await.unwrap()
}

#[tokio::test]
async fn people_and_departments_are_taken_over_as_they_are_there() {
    let server = cloud().await;
    on_both_engines(async |store| {
        let (house, id) = house(store, &server).await;
        let mut read = house.state.store.read().await.unwrap();
        let wang = members::find_by_any(&mut read, "wang").await.unwrap();
        assert_eq!(wang.display_name, "Wang");
        assert_eq!(wang.email.as_deref(), Some("wang@example.com"));
        assert_eq!(wang.employee_number.as_deref(), Some("7"));
        let of_theirs = directory_units::departments(&mut read, &id).await.unwrap();
        let east = of_theirs.iter().find(|one| one.key == "od-east").unwrap();
        let ids = [east.id.clone()];
        let above = department_lists::paths(&mut read, &ids).await.unwrap();
        assert_eq!(above[&east.id].len(), 1, "East is below Sales");
        let named = departments::find(&mut read, &east.id).await.unwrap();
        assert_eq!(named.unwrap().name, "East");
        drop(read);
        assert_eq!(status(&house, "li").await, Some(Status::Active));
        assert_eq!(
            server.cloud.times_asked("tenant_access_token") % 2,
            1,
            "one token is enough"
        );
        server.cloud.forget_tokens();
        take_over(&house, &id).await;
    })
    .await;
}

#[tokio::test]
async fn a_company_of_more_than_a_page_is_listed_whole_and_only_what_may_be_seen() {
    let server = CloudServer::start().await;
    for number in 0..120 {
        let name = format!("od-{number}");
        server.cloud.department(&name, "0", json!({}));
        let person = format!("on_{number}");
        let mail = json!({"enterprise_email": format!("p{number}@example.com")});
        server.cloud.person(&person, &["od-1", &name], mail);
    }
    let (house, id) = house(TestStore::sqlite().await, &server).await;
    for number in [0, 49, 50, 99, 119] {
        let there = status(&house, &format!("p{number}")).await;
        assert_eq!(there, Some(Status::Active), "{number}");
    }
    server
        .cloud
        .scope(Some((vec!["od-1".into()], vec!["on_0".into()])));
    let less = server.draft();
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    directories::update(edit, &id, Expected::Any, less)
        .await
        .unwrap();
    take_over(&house, &id).await;
    let mut read = house.state.store.read().await.unwrap();
    let left = directory_units::departments(&mut read, &id).await.unwrap();
    assert_eq!(left.iter().filter(|one| one.key == "od-1").count(), 1);
    drop(read);
    assert_eq!(status(&house, "p0").await, Some(Status::Active));
}

#[tokio::test]
async fn whoever_leaves_is_cut_off_as_it_is_told() {
    let server = cloud().await;
    on_both_engines(async |store| {
        server
            .cloud
            .person("on_li", &["od-east"], json!({"email": "li@example.org"}));
        let (house, id) = house(store, &server).await;
        let state = house.state.clone();
        let following = tokio::spawn(async move { follow::run(&state, "this node").await });
        server.cloud.remove_person("on_li");
        let left = changed(&house, "e1", "contact.user.deleted_v3", "on_li");
        let answer = deliver(&house, &id, &left).await;
        assert_eq!(answer.status, StatusCode::OK);
        let shut = async || status(&house, "li").await != Some(Status::Active);
        until("whoever left can still sign in", shut).await;
        // And whoever comes is there.
        server
            .cloud
            .person("on_new", &["od-east"], json!({"email": "new@example.org"}));
        let come = changed(&house, "e2", "contact.user.created_v3", "on_new");
        deliver(&house, &id, &come).await;
        let there = async || status(&house, "new").await == Some(Status::Active);
        until("whoever came is not there", there).await;
        following.abort();
    })
    .await;
}

#[tokio::test]
async fn the_callback_answers_the_challenge_and_shows_when_it_was_tried() {
    let server = cloud().await;
    on_both_engines(async |store| {
        let (house, id) = house(store, &server).await;
        let answer = deliver(&house, &id, &server.cloud.challenge("are you there")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.body, r#"{"challenge":"are you there"}"#);
        let mut read = house.state.store.read().await.unwrap();
        let callback = directory_callbacks::find(&mut read, &id).await.unwrap();
        assert_eq!(callback.verified_at, Some(house.state.clock.now()));
    })
    .await;
}

#[tokio::test]
async fn attack_28_what_does_not_prove_to_come_from_the_suite_changes_nothing_and_is_recorded() {
    let server = cloud().await;
    on_both_engines(async |store| {
        let (house, id) = house(store, &server).await;
        let now = u64::try_from(house.state.clock.now().as_seconds()).unwrap();
        let object = json!({"union_id": "on_li"});
        let good = |id: &str| {
            server
                .cloud
                .event(id, "contact.user.deleted_v3", &object, now)
        };
        let mut unsigned = good("e1");
        unsigned.headers.clear();
        let mut forged = good("e2");
        forged.headers[2].1 = "0".repeat(64);
        let old = now - 9 * 3600;
        let old = server
            .cloud
            .event("e3", "contact.user.deleted_v3", &object, old);
        let ahead = server
            .cloud
            .event("e4", "contact.user.deleted_v3", &object, now + 3600);
        let mut changed = good("e5");
        changed.body = good("e6").body;
        let wrong = |field: &str, value: &str| {
            let mut told = examples::feishu::told(("e7", "contact.user.deleted_v3"), &object, now);
            told["header"][field] = value.into();
            Delivery::of(&told, ENCRYPT_KEY, now)
        };
        let other_key = {
            let told = examples::feishu::told(("e8", "contact.user.deleted_v3"), &object, now);
            Delivery::of(&told, "another key", now)
        };
        for (made, reason) in [
            (unsigned, "wrong_signature"),
            (forged, "wrong_signature"),
            (old, "wrong_time"),
            (ahead, "wrong_time"),
            (changed, "wrong_signature"),
            (wrong("token", "x"), "wrong_token"),
            (wrong("app_id", "cli_other"), "another_application"),
            (wrong("tenant_key", "other"), "another_tenant"),
            (other_key, "malformed"),
        ] {
            let answer = deliver(&house, &id, &made).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{reason}");
            assert!(
                refusals(&house, &id).await.contains(&reason.to_owned()),
                "{reason}"
            );
        }
        assert_eq!(told(&house).await, 0, "nothing was taken for told");
        let nowhere = DirectoryId::generate();
        let answer = deliver(&house, &nowhere, &good("e9")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn attack_28_an_event_that_is_sent_again_is_answered_and_looked_at_once() {
    let server = cloud().await;
    let (house, id) = house(TestStore::sqlite().await, &server).await;
    let made = changed(&house, "e1", "contact.user.updated_v3", "on_li");
    for _ in 0..3 {
        assert_eq!(deliver(&house, &id, &made).await.status, StatusCode::OK);
    }
    let mut read = house.state.store.read().await.unwrap();
    let events = directory_events::after(&mut read, &id, 0, 10)
        .await
        .unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(refusals(&house, &id).await, Vec::<String>::new());
}

fn raw(body: &str) -> Delivery {
    Delivery {
        headers: Vec::new(),
        body: body.to_owned(),
    }
}

#[tokio::test]
async fn attack_28_odd_bodies_are_refused_and_break_nothing() {
    let server = cloud().await;
    let (house, id) = house(TestStore::sqlite().await, &server).await;
    let deep = "[".repeat(10_000);
    for body in [
        "",
        "{}",
        "null",
        r#"{"encrypt":""}"#,
        r#"{"encrypt":7}"#,
        "\u{0}",
        &deep,
    ] {
        let made = raw(body);
        let answer = deliver(&house, &id, &made).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{body:.20}");
    }
    let large = raw(&"x".repeat(100_000));
    let answer = deliver(&house, &id, &large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_cloud_that_asks_for_patience_gets_it_and_nobody_is_taken_for_gone() {
    let server = cloud().await;
    let slow = Failure {
        path: "find_by_department".to_owned(),
        status: 429,
        code: 99_991_400,
        reset: Some(1),
        times: 2,
    };
    server.cloud.fail(slow.clone());
    let (house, id) = house(TestStore::sqlite().await, &server).await;
    assert_eq!(status(&house, "li").await, Some(Status::Active));
    // A listing that breaks off in the middle changes nothing.
    server.cloud.fail(Failure {
        status: 200,
        code: 40_003,
        reset: None,
        times: 1,
        ..slow
    });
    let whole = {
        let mut read = house.state.store.read().await.unwrap();
        directories::whole(&mut read, &id).await.unwrap()
    };
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
async fn what_was_told_while_no_node_listened_is_looked_at_by_the_next() {
    let server = cloud().await;
    on_both_engines(async |store| {
        server
            .cloud
            .person("on_li", &["od-east"], json!({"email": "li@example.org"}));
        let (house, id) = house(store, &server).await;
        let state = house.state.clone();
        let first = tokio::spawn(async move { follow::run(&state, "first").await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        first.abort();
        server.cloud.remove_person("on_li");
        let left = changed(&house, "e1", "contact.user.deleted_v3", "on_li");
        deliver(&house, &id, &left).await;
        // The lease of the one that was killed comes to its end.
        house.state.clock.advance(Duration::from_mins(2));
        let state = house.state.clone();
        let second = tokio::spawn(async move { follow::run(&state, "second").await });
        let shut = async || status(&house, "li").await != Some(Status::Active);
        until("whoever left can still sign in", shut).await;
        second.abort();
    })
    .await;
}

#[tokio::test]
async fn trying_out_shows_the_company_its_permissions_and_what_is_wrong() {
    let server = cloud().await;
    let house = House::empty(TestStore::sqlite().await);
    let asked = |secret: &str| DirectoryProbe {
        source: Source::Feishu(server.settings()),
        secret: None,
        secrets: [(super::APP_SECRET.to_owned(), secret.to_owned())].into(),
        directory: None,
    };
    let found = probe(&house.state, asked(examples::feishu::APP_SECRET))
        .await
        .unwrap();
    assert_eq!(found.problem, None);
    assert_eq!(found.tenant.unwrap().key, examples::feishu::TENANT_KEY);
    assert_eq!((found.department_count, found.people.len()), (2, 3));
    assert!(
        found
            .permissions
            .iter()
            .all(|one| one.is_granted == Some(true))
    );
    server.cloud.lacks("contact:user.base:readonly");
    let found = probe(&house.state, asked(examples::feishu::APP_SECRET))
        .await
        .unwrap();
    assert_eq!(found.failed_at.as_deref(), Some("people"));
    assert!(found.problem.unwrap().zh_cn.contains("权限"));
    let missing = found
        .permissions
        .iter()
        .filter(|one| one.is_granted == Some(false));
    let missing: Vec<_> = missing.map(|one| one.name.as_str()).collect();
    assert_eq!(missing, ["contact:user.base:readonly"]);
    let found = probe(&house.state, asked("wrong")).await.unwrap();
    assert_eq!(found.failed_at.as_deref(), Some("connect"));
    assert!(found.problem.unwrap().en.contains("App Secret"));
    let refused = probe(&house.state, asked("")).await.unwrap_err();
    assert!(matches!(refused, Refused::Invalid(wrong) if wrong[0].field == "secrets.app_secret"));
}
