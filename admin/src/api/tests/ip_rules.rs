//! Nobody locks themselves out by a slip: the guard, the trial, the switch.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use config::Role;
use config::link::Visitor;
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use crate::ip_lists::trial;
use crate::publish::Publisher;
use crate::state::State;
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;
const HOME: &str = "192.0.2.7";
const OUTSIDE: &str = "198.51.100.7";

/// Sends it from an address, as the gateway passes it on.
async fn from(app: &App, with: &With, address: &str, ask: (&str, &str), body: String) -> Answer {
    let (method, path) = ask;
    let visitor = Visitor {
        client_address: address.parse().unwrap(),
        host: "access.example.com".into(),
        request_id: "r".into(),
        application: None,
    };
    let kind = if path.contains("/entries") {
        "text/plain"
    } else {
        "application/json"
    };
    let request = App::request(method, path, with)
        .header("if-match", "*")
        .header("content-type", kind)
        .extension(visitor)
        .body(Body::from(body))
        .unwrap();
    app.send(request).await
}

/// An allow list everywhere that lets in the address of the office alone.
async fn office(app: &App) -> String {
    let draft = json!({"name": "office", "effect": "allow"});
    let id = app.call(OP, "POST", "/ip-lists", draft).await.id();
    let entries = format!("/ip-lists/{id}/entries");
    let put = from(app, OP, HOME, ("PUT", &entries), "192.0.2.0/24".into()).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.json);
    let path = format!("/ip-lists/{id}");
    let draft = json!({"name": "office", "effect": "allow", "everywhere": true});
    let answer = app.call(OP, "PUT", &path, draft).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
    id
}

/// Puts entries in as whoever is at the machine, whom nothing keeps out.
async fn upload(app: &App, path: &str, text: &str) {
    let request = App::request("PUT", path, OP)
        .header("if-match", "*")
        .header("content-type", "text/plain")
        .body(Body::from(text.to_owned()))
        .unwrap();
    assert_eq!(app.send(request).await.status, StatusCode::OK);
}

/// What the gateways would be told: the names of the lists that guard everything, with their sizes.
async fn in_force(state: &State) -> Vec<(String, usize)> {
    let mut view = state.store.view().await.unwrap();
    let now = state.clock.now();
    let mut publisher = Publisher::default();
    let built = publisher
        .build(&mut view, &state.sealer, now)
        .await
        .unwrap();
    let lists = built.snapshot.ip_lists.iter();
    lists
        .map(|list| (list.name.clone(), list.entries.len()))
        .collect()
}

#[tokio::test]
async fn a_change_that_would_lock_its_maker_out_is_refused_with_the_reason() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = office(&app).await;
        let (_, with) = app.member("security", &[Role::SecurityAdministrator]).await;
        let entries = format!("/ip-lists/{id}/entries");
        let put = ("PUT", entries.as_str());
        let answer = from(&app, &with, HOME, put, "10.0.0.0/8".into()).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.json);
        assert_eq!(answer.text("code"), "would_lock_out");
        assert!(answer.text("detail").contains(HOME));
        let deny = json!({"name": "bad", "effect": "deny"});
        let bad = app.call(OP, "POST", "/ip-lists", deny).await.id();
        let put = format!("/ip-lists/{bad}/entries");
        from(&app, &with, HOME, ("PUT", &put), format!("{HOME}\n203.0.113.0/24")).await;
        let draft = json!({"name": "bad", "effect": "deny", "everywhere": true});
        let path = format!("/ip-lists/{bad}");
        let answer = from(&app, &with, HOME, ("PUT", &path), draft.to_string()).await;
        assert_eq!(answer.text("code"), "would_lock_out");
        assert!(answer.text("detail").contains("bad"));
        // Nothing of it was kept, and what leaves the caller in is done.
        assert_eq!(in_force(&app.state).await, [("office".to_owned(), 1)]);
        let both = format!("{HOME}\n10.0.0.0/8");
        let answer = from(&app, &with, HOME, ("PUT", &entries), both).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
        // Files are judged alike; whoever is at the machine is not judged.
        let file = "kind: ip_list\nname: office\neffect: allow\neverywhere: true\nentries:\n  - 10.0.0.0/8\n";
        let files = json!({"files": [{"name": "a.yaml", "text": file}], "prune": false});
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let ask = ("POST", "/configuration/apply");
        let answer = from(&app, &owner, HOME, ask, files.to_string()).await;
        assert_eq!(answer.text("code"), "would_lock_out", "{}", answer.json);
        let answer = app.call(OP, "POST", "/configuration/apply", files).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
    })
    .await;
}

async fn try_out(app: &App, with: &With, id: &str) {
    let path = format!("/ip-lists/{id}/entries?on_trial=true");
    let answer = from(app, with, HOME, ("PUT", &path), "198.51.100.0/24".into()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
    assert_eq!(answer.json["entries"], 1);
}

async fn addresses(app: &App, id: &str) -> Vec<String> {
    let page = app.get(OP, &format!("/ip-lists/{id}/entries")).await.json;
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["range"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn what_nobody_confirms_from_outside_is_put_back_after_a_minute_and_once() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = office(&app).await;
        let (_, with) = app.member("security", &[Role::SecurityAdministrator]).await;
        try_out(&app, &with, &id).await;
        assert_eq!(addresses(&app, &id).await, ["198.51.100.0/24"]);
        let told = app.get(OP, "/ip-rules").await.json;
        assert_eq!(told["trial"]["list_name"], "office");
        assert_eq!(told["trial"]["made_by"], "security");
        // Whoever is kept out confirms nothing, even where a gateway has not heard of it yet.
        let ask = ("POST", "/ip-rules/trial/confirm");
        let answer = from(&app, &with, HOME, ask, String::new()).await;
        assert_eq!(answer.text("code"), "would_lock_out");
        // What comes on top of it could not be put back.
        let draft = json!({"name": "more", "effect": "deny"});
        let answer = app.call(OP, "POST", "/ip-lists", draft).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        // Not swept away meanwhile: the entries that were in force before are still there.
        app.state.clock.advance(Duration::from_secs(59));
        trial::end_overdue(&app.state).await.unwrap();
        crate::periodic::work(&app.state, app.state.clock.now())
            .await
            .unwrap();
        assert_eq!(addresses(&app, &id).await, ["198.51.100.0/24"]);
        app.state.clock.advance(Duration::from_secs(1));
        for _ in 0..2 {
            trial::end_overdue(&app.state).await.unwrap();
        }
        crate::periodic::work(&app.state, app.state.clock.now())
            .await
            .unwrap();
        assert_eq!(addresses(&app, &id).await, ["192.0.2.0/24"]);
        assert_eq!(in_force(&app.state).await, [("office".to_owned(), 1)]);
        let log = app.get(OP, "/events/audit?target_kind=ip_list").await.json;
        let ended = log["items"].as_array().unwrap().iter();
        let ended: Vec<_> = ended.filter(|e| e["action"] == "end_trial").collect();
        assert_eq!(ended.len(), 1);
        assert_eq!(ended[0]["actor_kind"], "system");
        let none = app
            .call(OP, "POST", "/ip-rules/trial/confirm", Value::Null)
            .await;
        assert_eq!(none.status, StatusCode::CONFLICT);
    })
    .await;
}

#[tokio::test]
async fn nobody_takes_the_entry_off_a_list_that_lets_them_in_but_on_trial() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = office(&app).await;
        let entries = format!("/ip-lists/{id}/entries");
        let entry = format!("{entries}?range=192.0.2.0%2F24");
        let last = from(&app, OP, HOME, ("DELETE", &entry), String::new()).await;
        assert_eq!(last.text("field"), "everywhere", "{}", last.json);
        upload(&app, &entries, "192.0.2.0/24\n198.51.100.0/24").await;
        let (_, with) = app.member("security", &[Role::SecurityAdministrator]).await;
        let refused = from(&app, &with, HOME, ("DELETE", &entry), String::new()).await;
        assert_eq!(refused.text("code"), "would_lock_out");
        let on_trial = format!("{entry}&on_trial=true");
        let gone = from(&app, &with, HOME, ("DELETE", &on_trial), String::new()).await;
        assert_eq!(gone.json["entries"], 1, "{}", gone.json);
        app.state.clock.advance(Duration::from_mins(1));
        trial::end_overdue(&app.state).await.unwrap();
        assert_eq!(
            addresses(&app, &id).await,
            ["192.0.2.0/24", "198.51.100.0/24"]
        );
    })
    .await;
}

#[tokio::test]
async fn what_somebody_confirms_from_outside_stays() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = office(&app).await;
        let (_, with) = app.member("security", &[Role::SecurityAdministrator]).await;
        try_out(&app, &with, &id).await;
        let ask = ("POST", "/ip-rules/trial/confirm");
        let answer = from(&app, &with, OUTSIDE, ask, String::new()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.json);
        app.state.clock.advance(Duration::from_mins(2));
        trial::end_overdue(&app.state).await.unwrap();
        crate::periodic::work(&app.state, app.state.clock.now())
            .await
            .unwrap();
        assert_eq!(addresses(&app, &id).await, ["198.51.100.0/24"]);
    })
    .await;
}

#[tokio::test]
async fn a_trial_of_what_a_list_is_puts_that_back_too() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = office(&app).await;
        let (_, with) = app.member("security", &[Role::SecurityAdministrator]).await;
        let path = format!("/ip-lists/{id}?on_trial=true");
        // With another name it is not put on trial: the name would not be put back.
        let renamed = json!({"name": "home", "effect": "deny", "everywhere": true});
        let answer = from(&app, &with, HOME, ("PUT", &path), renamed.to_string()).await;
        assert_eq!(answer.text("code"), "would_lock_out");
        let draft = json!({"name": "office", "effect": "deny", "everywhere": true});
        let answer = from(&app, &with, HOME, ("PUT", &path), draft.to_string()).await;
        assert_eq!(answer.json["effect"], "deny", "{}", answer.json);
        let ask = ("POST", "/ip-rules/trial/put-back");
        let answer = from(&app, &with, OUTSIDE, ask, String::new()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.json);
        let list = app.get(OP, &format!("/ip-lists/{id}")).await.json;
        assert_eq!(list["effect"], "allow");
        assert_eq!(addresses(&app, &id).await, ["192.0.2.0/24"]);
    })
    .await;
}

#[tokio::test]
async fn the_switch_takes_every_list_out_of_force_and_only_the_machine_does_so() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        office(&app).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let off = app.call(&owner, "POST", "/ip-rules/off", Value::Null).await;
        assert_eq!(off.status, StatusCode::CONFLICT);
        assert!(off.text("detail").contains("gatehouse ip-rules off"));
        let off = app.call(OP, "POST", "/ip-rules/off", Value::Null).await;
        assert_eq!(off.status, StatusCode::NO_CONTENT, "{}", off.json);
        assert_eq!(in_force(&app.state).await, []);
        let told = from(&app, &owner, OUTSIDE, ("GET", "/ip-rules"), String::new()).await;
        assert!(told.json["off_since"].is_i64());
        assert_eq!(told.json["your_address"], OUTSIDE);
        // Nobody switches them on who would be kept out thereby.
        let on = ("POST", "/ip-rules/on");
        let answer = from(&app, &owner, OUTSIDE, on, String::new()).await;
        assert_eq!(answer.text("code"), "would_lock_out");
        let answer = from(&app, &owner, HOME, on, String::new()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.json);
        assert_eq!(in_force(&app.state).await, [("office".to_owned(), 1)]);
    })
    .await;
}

#[tokio::test]
async fn while_lists_are_switched_off_two_that_keep_the_caller_out_are_mended() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let allow = office(&app).await;
        let draft = json!({"name": "bad", "effect": "deny", "everywhere": true});
        let deny = app.call(OP, "POST", "/ip-lists", draft).await.id();
        let [allow, deny] = [allow, deny].map(|id| format!("/ip-lists/{id}/entries"));
        for (path, text) in [(&allow, "10.0.0.0/8"), (&deny, HOME)] {
            upload(&app, path, text).await;
        }
        let (_, with) = app.member("security", &[Role::SecurityAdministrator]).await;
        let put = async |path: &str, text: &str| {
            from(&app, &with, HOME, ("PUT", path), text.into()).await
        };
        let on = async || from(&app, &with, HOME, ("POST", "/ip-rules/on"), String::new()).await;
        let kept_out = put(&allow, HOME).await;
        assert_eq!(kept_out.text("code"), "would_lock_out");
        app.call(OP, "POST", "/ip-rules/off", Value::Null).await;
        for (path, text) in [(&allow, HOME), (&deny, "203.0.113.1")] {
            assert_eq!(on().await.text("code"), "would_lock_out");
            let mended = put(path, text).await;
            assert_eq!(mended.status, StatusCode::OK, "{}", mended.json);
        }
        assert_eq!(on().await.status, StatusCode::NO_CONTENT);
        assert_eq!(put(&deny, HOME).await.text("code"), "would_lock_out");
    })
    .await;
}

#[tokio::test]
async fn an_entry_counts_until_it_ends() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({"name": "bad", "effect": "deny", "everywhere": true});
        let id = app.call(OP, "POST", "/ip-lists", draft).await.id();
        let entries = format!("/ip-lists/{id}/entries");
        let end = app.state.clock.now().plus(Duration::from_hours(1));
        let text = format!(
            "203.0.113.1 until={} # for an hour\n203.0.113.2",
            jiff::Timestamp::from_millisecond(end.0).unwrap()
        );
        from(&app, OP, HOME, ("PUT", &entries), text).await;
        let listed = app.get(OP, &entries).await.json;
        assert_eq!(listed["items"][0]["expires_at"], end.0);
        let look = format!("/ip-lists/{id}/lookup?address=203.0.113.1");
        assert_eq!(
            app.get(OP, &look).await.json["entry"]["note"],
            "for an hour"
        );
        let mut publisher = Publisher::default();
        let (state, sealer) = (&app.state, &app.state.sealer);
        let mut sizes = Vec::new();
        for wait in [Duration::ZERO, Duration::from_hours(1)] {
            state.clock.advance(wait);
            let mut view = state.store.view().await.unwrap();
            let now = state.clock.now();
            let built = publisher.build(&mut view, sealer, now).await.unwrap();
            sizes.push((built.snapshot.ip_lists[0].entries.len(), publisher.until()));
        }
        assert_eq!(sizes, [(2, Some(end)), (1, None)]);
        assert_eq!(app.get(OP, &look).await.json["entry"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_pasted_text_is_looked_through_before_anything_is_written() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = office(&app).await;
        let path = format!("/ip-lists/{id}/entries/preview");
        let text = "192.0.2.0/24\n10.0.0.1\n10.0.0.1 # twice\n10.0.0.0/40\nnonsense until=x\n";
        let seen = from(&app, OP, HOME, ("POST", &path), text.into())
            .await
            .json;
        assert_eq!((&seen["entries"], &seen["new"]), (&json!(2), &json!(1)));
        assert_eq!(seen["repeated"], 1);
        assert_eq!(seen["wrong"][0]["line"], 4);
        assert_eq!(seen["wrong"][1]["text"], "nonsense until=x");
        assert_eq!(addresses(&app, &id).await, ["192.0.2.0/24"]);
        let many = "x\n".repeat(150);
        let seen = from(&app, OP, HOME, ("POST", &path), many).await.json;
        assert_eq!(seen["wrong"].as_array().unwrap().len(), 100);
        assert_eq!(seen["more_wrong"], 50);
        let vast = from(&app, OP, HOME, ("POST", &path), "x\n".repeat(600_000)).await;
        assert_eq!(vast.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(vast.text("field"), "body");
        assert_eq!(vast.text("allowed"), "at most 1 MiB");
    })
    .await;
}
