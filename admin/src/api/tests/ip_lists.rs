//! Large IP lists: nobody waits for them, and they are in force whole or not at all.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use crate::store::testing::{TestStore, on_both_engines};
use crate::store::{Store, leases};
use crate::{ip_lists, periodic};

const OP: &With = &With::Operator;

async fn list(app: &App) -> String {
    let draft = json!({"name": "blocked", "effect": "deny", "everywhere": true});
    app.call(OP, "POST", "/ip-lists", draft).await.id()
}

async fn upload(app: &App, method: &str, id: &str, tag: &str, text: String) -> Answer {
    let request = App::request(method, &format!("/ip-lists/{id}/entries"), OP)
        .header("if-match", tag)
        .body(Body::from(text))
        .unwrap();
    app.send(request).await
}

async fn ranges(app: &App, id: &str) -> Vec<String> {
    let page = app.get(OP, &format!("/ip-lists/{id}/entries")).await;
    let items = page.json["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["range"].as_str().unwrap().to_owned())
        .collect()
}

/// How many rows there are of entries, in force or not.
async fn rows(store: &Store) -> i64 {
    let mut read = store.read().await.unwrap();
    crate::store::ip_entries::testing::count_all(&mut read).await
}

#[tokio::test]
async fn a_writer_gets_its_turns_while_300_000_addresses_are_uploaded() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let id = list(&app).await;
    upload(&app, "PUT", &id, "*", "192.0.2.1".into()).await;
    let many: Vec<String> = (0..300_000)
        .map(|n| format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255))
        .collect();
    let uploading = upload(&app, "PUT", &id, "*", many.join("\n"));
    let mut turns = 0;
    let writing = async {
        loop {
            let now = app.state.clock.now();
            let mut tx = app.state.store.begin().await.unwrap();
            leases::take(
                &mut tx,
                "test",
                "node",
                now,
                std::time::Duration::from_secs(1),
            )
            .await
            .unwrap();
            tx.commit().await.unwrap();
            // The old entries are in force until all of the new ones are.
            if turns % 20 == 0 {
                assert_eq!(ranges(&app, &id).await, ["192.0.2.1"]);
            }
            turns += 1;
        }
    };
    let kept = tokio::select! {
        kept = uploading => kept,
        () = writing => unreachable!(),
    };
    assert_eq!(kept.json["entries"], 300_000, "{}", kept.json);
    // One in each pause between chunks of the upload.
    assert!(turns >= 50, "{turns}");
}

#[tokio::test]
async fn what_is_appended_joins_what_was_there_and_what_is_over_is_swept_away() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = list(&app).await;
        let lines: Vec<String> = (0..9_000)
            .map(|n| format!("10.0.{}.{}", n >> 8, n & 255))
            .collect();
        upload(&app, "PUT", &id, "*", lines.join("\n")).await;
        let more = "10.0.0.1 # known\n192.0.2.7".to_owned();
        let kept = upload(&app, "POST", &id, "*", more).await;
        assert_eq!(kept.json["entries"], 9_001, "{}", kept.json);
        let stale = upload(&app, "PUT", &id, "\"1\"", "192.0.2.9".into()).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        let path = format!("/ip-lists/{id}/entries");
        let last = app.get(OP, &format!("{path}?after=9000")).await;
        assert_eq!(last.json["items"][0]["range"], "192.0.2.7");
        let second = app.get(OP, &format!("{path}?after=1&limit=1")).await;
        assert_eq!(second.json["items"][0]["note"], "known");
        let odd = app.get(OP, &format!("{path}?after=x")).await;
        assert_eq!(odd.text("field"), "after");

        assert_eq!(rows(&store).await, 18_001);
        ip_lists::sweep(&store, app.state.clock.now())
            .await
            .unwrap();
        assert_eq!(rows(&store).await, 9_001);
        let one = upload(&app, "PUT", &id, "*", "192.0.2.9".into()).await;
        assert_eq!(one.status, StatusCode::OK);
        app.call(OP, "DELETE", &format!("/ip-lists/{id}"), Value::Null)
            .await;
        periodic::work(&app.state, app.state.clock.now())
            .await
            .unwrap();
        assert_eq!(rows(&store).await, 0);
    })
    .await;
}

async fn take_off(app: &App, id: &str, tag: &str, range: &str) -> Answer {
    let range: String = url::form_urlencoded::byte_serialize(range.as_bytes()).collect();
    let path = format!("/ip-lists/{id}/entries?range={range}");
    app.call_if(OP, "DELETE", &path, tag, Value::Null).await
}

#[tokio::test]
async fn one_entry_is_taken_off_a_list_and_the_others_stay_as_they_were() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = list(&app).await;
        let text = "192.0.2.0/24 # here\n10.0.0.1-10.0.0.9 # there\n2001:db8::/32\n".to_owned();
        let read = upload(&app, "PUT", &id, "*", text).await.tag.unwrap();
        let gone = take_off(&app, &id, &read, "10.0.0.1 - 10.0.0.9").await;
        assert_eq!(gone.json["entries"], 2, "{}", gone.json);
        assert_eq!(ranges(&app, &id).await, ["192.0.2.0/24", "2001:db8::/32"]);
        let log = app.get(OP, "/events/audit?limit=1").await.json;
        let told = &log["items"][0];
        assert_eq!(told["action"], "remove_entry");
        assert_eq!(told["before"]["entry"]["range"], "10.0.0.1-10.0.0.9");
        assert_eq!(told["before"]["entry"]["note"], "there");
        assert_eq!(
            (&told["before"]["entries"], &told["after"]["entries"]),
            (&json!(3), &json!(2))
        );

        let stale = take_off(&app, &id, &read, "192.0.2.0/24").await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        // What has an address of it in it is another entry.
        for absent in ["192.0.2.7", "10.0.0.1-10.0.0.9"] {
            let refused = take_off(&app, &id, "*", absent).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{absent}");
        }
        let odd = take_off(&app, &id, "*", "office").await;
        assert_eq!(odd.text("field"), "range");
        assert!(odd.text("allowed").contains("192.0.2.0/24"));
        // What is appended comes last, and what was in force before is swept away.
        upload(
            &app,
            "POST",
            &id,
            "*",
            "192.0.2.0/24 # home\n198.51.100.1".into(),
        )
        .await;
        let all = ["192.0.2.0/24", "2001:db8::/32", "198.51.100.1"];
        assert_eq!(ranges(&app, &id).await, all);
        ip_lists::sweep(&store, app.state.clock.now())
            .await
            .unwrap();
        assert_eq!(rows(&store).await, 3);
    })
    .await;
}
