//! What the API takes comes through the gate whole, and from nobody who is not known.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{Browser, Gatehouse, Wire};

#[tokio::test]
async fn a_list_of_two_mebibytes_is_uploaded_through_the_gate() {
    let gate = Gatehouse::start().await;
    let made = ["tokens", "create", "lists", "--role", "owner", "--json"];
    let token: Value = serde_json::from_str(&gate.command(&made).await).unwrap();
    let token = token["secret"].as_str().unwrap().to_owned();
    let browser = Browser::new(&gate);
    let ask = |method, path: &str| {
        let url = gate.url("access", &format!("/api/v1/ip-lists{path}"));
        browser.fetch(method, &url).bearer_auth(&token)
    };
    let list = json!({ "name": "many", "effect": "deny", "everywhere": false });
    let list = ask(Method::POST, "").json(&list).send().await.unwrap();
    let etag = list.headers()["etag"].clone();
    let list: Value = list.json().await.unwrap();
    let id = list["id"].as_str().unwrap();

    let note = "x".repeat(100);
    let lines = (0..20_000).map(|n| format!("10.0.{}.{} # {note}\n", n / 256, n % 256));
    let lines: String = lines.collect();
    assert!(lines.len() > 2 << 20);
    let upload = ask(Method::PUT, &format!("/{id}/entries"))
        .header("If-Match", etag)
        .header("Content-Type", "text/plain")
        .body(lines);
    let answer = upload.send().await.unwrap();
    let (status, said) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 200, "{said}");
    assert!(said.contains("20000"), "{said}");
}

#[tokio::test]
async fn attack_20_a_stranger_is_refused_before_what_it_uploads_has_come() {
    let gate = Gatehouse::start().await;
    let before = gate.resident();
    let mut wire = Wire::plain(&gate).await;
    let head = "PUT /api/v1/ip-lists/any/entries HTTP/1.1\r\nHost: access.corp.test\r\n\
        Content-Type: text/plain\r\nContent-Length: 62914560\r\n\r\n";
    wire.send(head).await.unwrap();
    wire.send(vec![b'1'; 1 << 20]).await.unwrap();
    let reply = wire.reply_within(Duration::from_mins(1)).await.unwrap();
    assert_eq!(reply.status(), 401, "{}", reply.text());
    // What is left of it may be read away, and is not kept.
    for _ in 0..59 {
        if wire.send(vec![b'1'; 1 << 20]).await.is_err() {
            break;
        }
    }
    let grown = gate.resident().saturating_sub(before);
    assert!(grown < 32 << 20, "it grew by {grown} bytes");
}
