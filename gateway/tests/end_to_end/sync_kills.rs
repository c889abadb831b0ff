//! The program is killed while it takes a directory over, again and again: it ends where it would have ended.

use std::time::Duration;

use config::clock::Stopwatch;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::harness::{Browser, Gatehouse};

const PEOPLE: usize = 240;
const DEPARTMENTS: usize = 12;

/// Who speaks with the program as an administrator.
struct Admin {
    token: String,
}

impl Admin {
    async fn of(gate: &Gatehouse) -> Self {
        let made = ["tokens", "create", "sync", "--role", "owner", "--json"];
        let token: Value = serde_json::from_str(&gate.command(&made).await).unwrap();
        Self {
            token: token["secret"].as_str().unwrap().to_owned(),
        }
    }

    fn ask(&self, gate: &Gatehouse, method: Method, path: &str) -> RequestBuilder {
        let url = gate.url("access", &format!("/api/v1{path}"));
        Browser::new(gate)
            .fetch(method, &url)
            .bearer_auth(&self.token)
    }

    async fn send(&self, gate: &Gatehouse, path: &str, body: Value) -> Value {
        told(self.ask(gate, Method::POST, path).json(&body)).await
    }

    async fn get(&self, gate: &Gatehouse, path: &str) -> Value {
        told(self.ask(gate, Method::GET, path)).await
    }
}

async fn told(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let (status, said) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{status} {said}");
    serde_json::from_str(&said).unwrap()
}

fn draft(enabled: bool) -> Value {
    json!({
        "name": "HR", "used_for": "organisation", "enabled": enabled,
        "source": {"kind": "scim", "departments": true},
        "organisation": {"threshold": {"people": 1_000_000, "percent": 100}}
    })
}

/// Has people told of who are only kept until the directory is used; its id.
async fn kept(gate: &Gatehouse, admin: &Admin) -> String {
    let directory = admin.send(gate, "/directories", draft(false)).await;
    let id = directory["id"].as_str().unwrap().to_owned();
    let token = admin
        .send(gate, &format!("/directories/{id}/tokens"), json!({}))
        .await;
    let browser = Browser::new(gate);
    let users = gate.url(
        "access",
        &format!("/.gatehouse/scim/v2/directories/{id}/Users"),
    );
    for number in 0..PEOPLE {
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "active": true,
            "userName": format!("person{number}"), "displayName": format!("Person {number}"),
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
                "department": format!("Department {}", number % DEPARTMENTS)
            }
        });
        let request = browser.fetch(Method::POST, &users);
        told(
            request
                .bearer_auth(token["secret"].as_str().unwrap())
                .json(&user),
        )
        .await;
    }
    id
}

/// Kills the program ever later after the run has begun, until it gets through; how often that was.
async fn killed_until_done(gate: &mut Gatehouse, admin: &Admin, run: &str) -> u64 {
    for kills in 1_u64.. {
        let watch = Stopwatch::start();
        let moment = Duration::from_millis(25 * kills);
        while watch.elapsed() < moment {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        gate.kill();
        gate.restart().await;
        let now = admin.get(gate, &format!("/sync-runs/{run}")).await;
        if now["phase"] == "done" {
            return kills;
        }
    }
    unreachable!()
}

#[tokio::test]
async fn a_run_is_taken_up_by_the_program_that_comes_after_the_one_that_was_killed() {
    let mut gate = Gatehouse::start().await;
    let admin = Admin::of(&gate).await;
    let id = kept(&gate, &admin).await;
    let path = format!("/directories/{id}");
    let update = admin
        .ask(&gate, Method::PUT, &path)
        .header("If-Match", "\"1\"");
    told(update.json(&draft(true))).await;
    let order = json!({"directory": id});
    let run = admin.send(&gate, "/sync-runs", order.clone()).await;
    let run = run["id"].as_str().unwrap();
    let kills = killed_until_done(&mut gate, &admin, run).await;
    assert!(kills > 1, "it was never killed on the way");
    let run = admin.get(&gate, &format!("/sync-runs/{run}")).await;
    assert_eq!(run["done"], PEOPLE + DEPARTMENTS, "{run}");
    assert_eq!(run["failed"], 0, "{run}");
    let listed = admin.get(&gate, "/members?limit=1000").await;
    let ours = listed["items"].as_array().unwrap().iter();
    assert_eq!(ours.filter(|one| one["source"] == "HR").count(), PEOPLE);
    let departments = admin.get(&gate, "/departments?limit=1000").await;
    let departments = departments["items"].as_array().unwrap();
    assert_eq!(departments.len(), DEPARTMENTS);
    for one in departments {
        assert_eq!(one["members"], PEOPLE / DEPARTMENTS, "{one}");
    }
    // A second run finds nothing to do.
    let again = admin.send(&gate, "/sync-runs", order).await;
    let path = format!("/sync-runs/{}", again["id"].as_str().unwrap());
    let watch = Stopwatch::start();
    loop {
        let again = admin.get(&gate, &path).await;
        if again["phase"] == "done" {
            assert_eq!(again["planned"], 0, "{again}");
            break;
        }
        assert!(watch.elapsed() < Duration::from_mins(2), "{again}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
