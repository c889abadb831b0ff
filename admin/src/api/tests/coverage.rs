//! Every endpoint × every role: the table is asked everywhere, and nothing answers without it.

use axum::body::Body;
use axum::http::StatusCode;
use config::Role;
use utoipa::openapi::{OpenApi, path::Operation};

use super::app::{App, With};
use crate::api::guard::PERMISSION;
use crate::api::routes::described;
use crate::authz::table::{Action, Resource, allows};
use crate::store::events::AuditFilter;
use crate::store::testing::{TestStore, on_both_engines};

pub fn operations(document: &OpenApi) -> Vec<(&'static str, String, &Operation)> {
    let mut found = Vec::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in [
            ("GET", &item.get),
            ("PUT", &item.put),
            ("POST", &item.post),
            ("DELETE", &item.delete),
            ("PATCH", &item.patch),
        ] {
            if let Some(operation) = operation {
                found.push((method, path.clone(), operation));
            }
        }
    }
    found
}

/// What the operation says that it takes.
pub fn permission(operation: &Operation) -> (Resource, Action) {
    let extensions = operation.extensions.as_ref().expect("a guard");
    let text = extensions[PERMISSION].as_str().unwrap();
    let (resource, action) = text.split_once(':').unwrap();
    let resource = Resource::ALL
        .into_iter()
        .find(|r| r.as_str() == resource)
        .expect("a row of the table");
    let action = Action::ALL
        .into_iter()
        .find(|a| a.as_str() == action)
        .unwrap();
    (resource, action)
}

fn filled(path: &str) -> String {
    path.replace("{id}", "none")
        .replace("{member}", "none")
        .replace("{sign_in}", "none")
        .replace("{token}", "none")
        .replace("{kind}", "logo")
}

async fn try_out(app: &App, with: &With, method: &str, path: &str) -> StatusCode {
    let request = App::request(method, &filled(path), with)
        .header("if-match", "*")
        .body(Body::empty())
        .unwrap();
    app.send(request).await.status
}

#[tokio::test]
async fn attack_18_every_endpoint_obeys_the_table_for_every_role() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let document = described(&app.state);
    let operations = operations(&document);
    assert!(operations.len() > 40);
    for role in Role::ALL {
        let (_, with) = app.member(role.as_str(), &[role]).await;
        for (method, path, operation) in &operations {
            let (resource, action) = permission(operation);
            let status = try_out(&app, &with, method, path).await;
            let refused = status == StatusCode::FORBIDDEN;
            let allowed = allows(role, resource, action);
            assert_eq!(!refused, allowed, "{role:?} {method} {path}: {status}");
        }
    }
}

/// Some of what each role is for, and is kept from, apart from the table.
const TELLING: [(Role, &str, &str, bool); 22] = [
    (Role::Owner, "GET", "/node/backup", true),
    (Role::Owner, "POST", "/set-up-link", true),
    (Role::Administrator, "GET", "/node/backup", false),
    (Role::Administrator, "POST", "/set-up-link", false),
    (Role::Administrator, "POST", "/members", true),
    (Role::Administrator, "PUT", "/members/{id}/roles", true),
    (Role::Administrator, "PUT", "/ip-lists/{id}/entries", false),
    (Role::Administrator, "GET", "/events/audit", false),
    (Role::SecurityAdministrator, "POST", "/members", false),
    (
        Role::SecurityAdministrator,
        "PUT",
        "/ip-lists/{id}/entries",
        true,
    ),
    (
        Role::SecurityAdministrator,
        "DELETE",
        "/ip-lists/{id}/entries",
        true,
    ),
    (Role::SecurityAdministrator, "POST", "/certificates", true),
    (Role::SecurityAdministrator, "PUT", "/brand", false),
    (
        Role::SecurityAdministrator,
        "PUT",
        "/members/{id}/roles",
        false,
    ),
    (Role::Auditor, "GET", "/events/audit", true),
    (Role::Auditor, "POST", "/configuration/apply", false),
    (Role::Auditor, "POST", "/members/{id}/one-time-link", false),
    (Role::HelpDesk, "POST", "/members/{id}/one-time-link", true),
    (Role::HelpDesk, "DELETE", "/members/{id}/sign-ins", true),
    (Role::HelpDesk, "PUT", "/members/{id}", false),
    (Role::HelpDesk, "GET", "/events/audit", false),
    (Role::HelpDesk, "GET", "/tokens", false),
];

#[tokio::test]
async fn attack_18_each_role_may_do_what_it_is_for_and_not_what_is_others() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let document = described(&app.state);
    let known: Vec<_> = operations(&document)
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    for role in Role::ALL {
        let (_, with) = app.member(role.as_str(), &[role]).await;
        for (_, method, path, allowed) in TELLING.iter().filter(|(of, ..)| *of == role) {
            assert!(known.contains(&(*method, (*path).to_owned())), "{path}");
            let status = try_out(&app, &with, method, path).await;
            let refused = status == StatusCode::FORBIDDEN;
            assert_eq!(!refused, *allowed, "{role:?} {method} {path}: {status}");
        }
    }
}

#[tokio::test]
async fn attack_18_whoever_may_only_read_asks_for_no_change_in_another_way() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let document = described(&app.state);
    let asked: Vec<String> = operations(&document)
        .into_iter()
        .filter(|(method, _, operation)| {
            *method != "GET" && permission(operation).1 == Action::Read
        })
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    // Each of them looks at what is sent, and keeps nothing of it.
    let looks = [
        "POST /brand/preview",
        "POST /configuration/diff",
        "POST /group-rule-count",
        "POST /ip-lists/{id}/entries/preview",
        "POST /sign-in-policy/preview",
    ];
    assert_eq!(asked, looks);
}

#[tokio::test]
async fn attack_18_nothing_answers_without_a_credential() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let (_, cookie) = app.member("nobody", &[]).await;
    let document = described(&app.state);
    let mut paths: Vec<(&str, String)> = operations(&document)
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    paths.push(("GET", "/openapi.json".into()));
    for (method, path) in &paths {
        let bad = With::Bearer("gh_nonsense".into());
        let foreign = With::Cookie("A".repeat(43));
        for with in [&With::Nothing, &bad, &foreign] {
            let status = try_out(&app, with, method, path).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{with:?} {method} {path}");
        }
        // Somebody who has signed in and holds no role is no administrator.
        let status = try_out(&app, &cookie, method, path).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}");
    }
}

#[tokio::test]
async fn attack_18_a_cookie_alone_changes_nothing() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let (_, with) = app.member("owner", &[Role::Owner]).await;
    let With::Cookie(cookie) = with else {
        unreachable!()
    };
    let bare = With::BareCookie(cookie);
    for (method, path, _) in operations(&described(&app.state)) {
        if method == "GET" {
            continue;
        }
        let status = try_out(&app, &bare, method, &path).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}");
    }
    let mut tx = app.state.store.read().await.unwrap();
    let page = crate::store::events::Page {
        limit: 10,
        ..Default::default()
    };
    let entries = crate::store::events::audit_events(&mut tx, &AuditFilter::default(), &page)
        .await
        .unwrap();
    assert!(entries.items.is_empty());
}

#[tokio::test]
async fn the_description_names_each_operation_once_and_refers_to_nothing_missing() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let answer = app.get(&With::Operator, "/openapi.json").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text("openapi").starts_with("3.1"));
    let document = described(&app.state);
    let mut ids: Vec<_> = operations(&document)
        .iter()
        .map(|(_, _, operation)| operation.operation_id.clone().unwrap())
        .collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are repeated");
    let schemas = &answer.json["components"]["schemas"];
    let text = answer.json.to_string();
    for part in text.split("\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(schemas.get(name).is_some(), "there is no schema {name}");
    }
}

#[tokio::test]
async fn what_is_not_there_says_so_as_a_problem_in_the_callers_language() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        for (language, title) in [
            ("en", "There is no such thing"),
            ("zh-CN,en;q=0.5", "找不到所请求的内容"),
        ] {
            for path in ["/nothing", "/members/nobody", "/groups/none"] {
                let request = App::request("GET", path, &With::Operator)
                    .header("accept-language", language)
                    .body(Body::empty())
                    .unwrap();
                let answer = app.send(request).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
                assert_eq!(answer.text("title"), title);
                assert_eq!(answer.text("code"), "not_found");
            }
        }
    })
    .await;
}
