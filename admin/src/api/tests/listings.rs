//! Applications and IP lists are listed a page at a time, and found by their names.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::app::{App, With};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

fn application(chinese: &str, english: &str, host: &str) -> Value {
    json!({"name": {"zh-CN": chinese, "en": english}, "hosts": [host],
           "pool": {"upstreams": [{"address": "10.0.0.1:80"}]}})
}

/// What a page shows by the pointer, and where the next one begins.
async fn page(app: &App, path: &str, name: &str) -> (Vec<String>, Option<String>) {
    let answer = app.get(OP, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.json);
    let items = answer.json["items"].as_array().unwrap();
    let names = items.iter().map(|item| item.pointer(name).unwrap());
    let names = names.map(|name| name.as_str().unwrap().to_owned());
    let next = answer.json["next"].as_str().map(str::to_owned);
    (names.collect(), next)
}

/// All of a listing by pages of two.
async fn walked(app: &App, listing: &str, name: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let (names, next) = page(app, &format!("{listing}&limit=2{after}"), name).await;
        assert!(names.len() <= 2, "{names:?}");
        all.extend(names);
        match next {
            Some(next) => {
                let next: String = byte_serialize(next.as_bytes()).collect();
                after = format!("&after={next}");
            }
            None => return all,
        }
    }
}

#[tokio::test]
async fn applications_are_listed_by_pages_in_the_order_in_which_they_were_made() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let made = ["Wiki", "Echo", "Vault", "Chat", "Board"];
        for name in made {
            let host = format!("{name}.example.com");
            let draft = application("", name, &host);
            app.call(OP, "POST", "/applications", draft).await.id();
        }
        let walk = async |query| walked(&app, &format!("/applications?{query}"), "/name/en").await;
        assert_eq!(walk("").await, made);
        let refused = app.get(OP, "/applications?limit=0").await;
        assert_eq!(refused.text("field"), "limit");
    })
    .await;
}

#[tokio::test]
async fn an_application_is_found_by_its_names_as_they_are_now_and_by_its_hosts() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let wiki = application("知识库", "Handbook", "wiki.example.com");
        let id = app.call(OP, "POST", "/applications", wiki).await.id();
        let echo = application("回声", "Echo", "echo.example.com");
        app.call(OP, "POST", "/applications", echo).await.id();
        for typed in ["zhishiku", "zsk", "handb", "wiki.exa"] {
            let path = format!("/applications?search={typed}");
            let (found, _) = page(&app, &path, "/name/en").await;
            assert_eq!(found, ["Handbook"], "{typed}");
        }
        let renamed = application("文档", "Papers", "papers.example.com");
        let path = format!("/applications/{id}");
        app.call_if(OP, "PUT", &path, "*", renamed).await;
        let found = async |typed| page(&app, &format!("/applications?search={typed}"), "/id").await;
        assert_eq!(found("wendang").await.0, [id]);
        assert_eq!(found("handb").await.0, Vec::<String>::new());
        assert_eq!(found("100%25").await.0, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn ip_lists_are_listed_by_pages_in_the_order_of_their_names_and_found_by_them() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        for (name, everywhere) in [("b", true), ("A", false), ("办公室", false), ("c", true)] {
            let draft = json!({"name": name, "effect": "deny", "everywhere": everywhere});
            app.call(OP, "POST", "/ip-lists", draft).await.id();
        }
        assert_eq!(
            walked(&app, "/ip-lists?", "/name").await,
            ["A", "b", "办公室", "c"]
        );
        let found = async |query| page(&app, &format!("/ip-lists?{query}"), "/name").await.0;
        assert_eq!(found("search=bgs").await, ["办公室"]);
        assert_eq!(found("everywhere=true").await, ["b", "c"]);
        assert_eq!(found("everywhere=false&search=a").await, ["A", "办公室"]);
    })
    .await;
}

#[tokio::test]
async fn things_are_put_in_order_by_name_and_by_when_they_were_made_and_changed() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        for listing in ["/groups", "/ip-lists"] {
            let mut first = String::new();
            for name in ["张江", "Beta", "安全", "beta 2", "A"] {
                app.state.clock.advance(std::time::Duration::from_secs(1));
                let draft = match listing {
                    "/groups" => json!({"name": name}),
                    _ => json!({"name": name, "effect": "deny"}),
                };
                let id = app.call(OP, "POST", listing, draft).await.id();
                first = if first.is_empty() { id } else { first };
            }
            app.state.clock.advance(std::time::Duration::from_secs(1));
            let changed = match listing {
                "/groups" => json!({"name": "张江"}),
                _ => json!({"name": "张江", "effect": "allow"}),
            };
            let path = format!("{listing}/{first}");
            app.call(OP, "PUT", &path, changed).await.id();
            let walk = async |query| walked(&app, &format!("{listing}?{query}"), "/name").await;
            let by_name = ["A", "安全", "Beta", "beta 2", "张江"];
            assert_eq!(walk("").await, by_name);
            let mut backwards = walk("sort=name&order=descending").await;
            backwards.reverse();
            assert_eq!(backwards, by_name);
            let made = ["张江", "Beta", "安全", "beta 2", "A"];
            assert_eq!(walk("sort=created_at").await, made);
            let changed = ["Beta", "安全", "beta 2", "A", "张江"];
            assert_eq!(walk("sort=updated_at").await, changed);
            let path = format!("{listing}?sort=created_at&after=x_y");
            assert_eq!(app.get(OP, &path).await.text("field"), "after");
        }
    })
    .await;
}

#[tokio::test]
async fn applications_are_put_in_order_by_their_names_in_the_callers_language() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        for (chinese, english) in [("知识库", "Handbook"), ("办公", "Office"), ("", "Chat")] {
            let host = format!("{english}.example.com");
            let draft = application(chinese, english, &host);
            app.call(OP, "POST", "/applications", draft).await.id();
        }
        for (language, order) in [
            ("en", ["Chat", "Handbook", "Office"]),
            ("zh-CN", ["Office", "Chat", "Handbook"]),
        ] {
            let request = App::request("GET", "/applications?sort=name", OP)
                .header("accept-language", language)
                .body(Body::empty())
                .unwrap();
            let items = app.send(request).await.json["items"].clone();
            let names = items.as_array().unwrap().iter();
            let names: Vec<_> = names.map(|item| item["name"]["en"].clone()).collect();
            assert_eq!(names, order, "{language}");
        }
    })
    .await;
}
