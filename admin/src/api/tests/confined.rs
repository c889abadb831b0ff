//! Whose role is confined to departments stays there, whatever they call.

use axum::body::Body;
use axum::http::StatusCode;
use config::Role;
use config::id::MemberId;
use serde_json::{Value, json};

use super::app::{App, With};
use super::coverage::{operations, permission};
use crate::api::routes::described;
use crate::store::testing::{TestStore, on_both_engines};

/// 总部 with 研发 (with 后端 below it) and 销售, one person in each, and an administrator of 研发.
struct Company {
    app: App,
    head: String,
    research: String,
    backend: String,
    sales: String,
    /// In 后端.
    inside: MemberId,
    /// In 销售.
    outside: MemberId,
    with: With,
}

async fn department(app: &App, name: &str, parent: Option<&str>) -> String {
    let draft = json!({"name": name, "parent": parent});
    app.call(&With::Operator, "POST", "/departments", draft)
        .await
        .id()
}

async fn confine(app: &App, member: &MemberId, role: &str, within: &[&str]) {
    let path = format!("/members/{member}/roles");
    let body = json!({"roles": [{"role": role, "within": within}]});
    let answer = app.call(&With::Operator, "PUT", &path, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
}

async fn company(store: &TestStore) -> Company {
    let app = App::start(store).await;
    let head = department(&app, "总部", None).await;
    let research = department(&app, "研发", Some(&head)).await;
    let backend = department(&app, "后端", Some(&research)).await;
    let sales = department(&app, "销售", Some(&head)).await;
    let (inside, _) = app.member("inside", &[]).await;
    let (outside, _) = app.member("outside", &[]).await;
    for (place, id) in [(&backend, &inside), (&sales, &outside)] {
        let path = format!("/departments/{place}/members/{id}");
        app.call(&With::Operator, "PUT", &path, Value::Null).await;
    }
    let (chief, with) = app.member("chief", &[]).await;
    confine(&app, &chief, "administrator", &[&research]).await;
    Company {
        app,
        head,
        research,
        backend,
        sales,
        inside,
        outside,
        with,
    }
}

fn usernames(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|m| m["username"].as_str().unwrap()).collect()
}

/// Puts a person by their profile into exactly these departments.
async fn place(house: &Company, with: &With, id: &MemberId, departments: &[&str]) -> StatusCode {
    let member = house
        .app
        .get(&With::Operator, &format!("/members/{id}"))
        .await;
    let profile = json!({
        "username": member.text("username"),
        "display_name": member.text("display_name"),
        "departments": departments,
    });
    let path = format!("/members/{id}");
    house.app.call(with, "PUT", &path, profile).await.status
}

#[tokio::test]
async fn attack_18_a_confined_administrator_makes_no_department_of_others_the_main_one() {
    on_both_engines(async |store| {
        let house = company(&store).await;
        let (own, other) = (house.backend.as_str(), house.sales.as_str());
        let (op, id) = (&With::Operator, &house.inside);
        assert_eq!(place(&house, op, id, &[own, other]).await, StatusCode::OK);
        let refused = place(&house, &house.with, id, &[other, own]).await;
        assert_eq!(refused, StatusCode::FORBIDDEN);
        let path = format!("/departments/{own}/members/{id}");
        let left = house.app.call(&house.with, "DELETE", &path, Value::Null);
        assert_eq!(left.await.status, StatusCode::FORBIDDEN);
        assert_eq!(place(&house, op, id, &[other, own]).await, StatusCode::OK);
        let within = place(&house, &house.with, id, &[own, other]).await;
        assert_eq!(within, StatusCode::OK);
        let heir = house.research.as_str();
        let swapped = place(&house, &house.with, id, &[heir, own, other]).await;
        assert_eq!(swapped, StatusCode::OK);
        let left = house.app.call(&house.with, "DELETE", &path, Value::Null);
        assert_eq!(left.await.status, StatusCode::NO_CONTENT);
        let all = [own, other, heir];
        assert_eq!(place(&house, op, id, &all).await, StatusCode::OK);
        let path = format!("/departments/{own}?move_members_to={heir}");
        let gone = house.app.call(&house.with, "DELETE", &path, Value::Null);
        assert_eq!(gone.await.status, StatusCode::NO_CONTENT);
        let member = house.app.get(op, &format!("/members/{id}")).await.json;
        assert_eq!(member["departments"][0]["id"], heir);
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_confined_administrator_draws_nobody_in_by_their_profile() {
    on_both_engines(async |store| {
        let house = company(&store).await;
        for departments in [
            &[house.backend.as_str()][..],
            &[house.sales.as_str(), house.backend.as_str()],
        ] {
            let drawn = place(&house, &house.with, &house.outside, departments).await;
            assert!(drawn.is_client_error(), "{drawn}");
        }
        let path = format!("/members/{}", house.outside);
        let stays = house.app.get(&With::Operator, &path).await.json;
        assert_eq!(stays["departments"][0]["id"], house.sales);
        assert_eq!(stays["departments"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_confined_administrator_sees_their_own_people_only() {
    on_both_engines(async |store| {
        let house = company(&store).await;
        let (app, with) = (&house.app, &house.with);
        for path in ["/members", "/members?search=side", "/members?status=active"] {
            let list = app.get(with, path).await;
            assert_eq!(usernames(&list.json), ["inside"], "{path}");
        }
        assert_eq!(app.get(with, "/member-count").await.json["count"], 1);
        let table = app.get(with, "/member-export?format=csv").await;
        assert!(table.body.contains("inside") && !table.body.contains("outside"));
        for (who, status) in [
            (house.inside.as_str(), StatusCode::OK),
            (house.outside.as_str(), StatusCode::NOT_FOUND),
            ("outside", StatusCode::NOT_FOUND),
        ] {
            let answer = app.get(with, &format!("/members/{who}")).await;
            assert_eq!(answer.status, status, "{who}");
        }
        let path = format!("/members/{}/sign-ins", house.outside);
        assert_eq!(app.get(with, &path).await.status, StatusCode::NOT_FOUND);
        let names = |list: &Value| -> Vec<String> {
            let items = list["items"].as_array().unwrap().iter();
            items
                .map(|d| d["name"].as_str().unwrap().to_owned())
                .collect()
        };
        let top = app.get(with, "/departments?parent=top").await.json;
        assert_eq!(names(&top), ["研发"]);
        let all = app.get(with, "/departments").await.json;
        assert_eq!(names(&all), ["后端", "研发"]);
        let other = format!("/departments?parent={}", house.head);
        assert_eq!(names(&app.get(with, &other).await.json), [""; 0]);
        let sales = format!("/departments/{}", house.sales);
        assert_eq!(app.get(with, &sales).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_confined_administrator_changes_nobody_outside() {
    on_both_engines(async |store| {
        let house = company(&store).await;
        let (app, with) = (&house.app, &house.with);
        let profile = |id: &MemberId| {
            let name = if *id == house.inside {
                "inside"
            } else {
                "outside"
            };
            let place = if *id == house.inside {
                &house.backend
            } else {
                &house.sales
            };
            json!({"username": name, "display_name": "X", "departments": [place]})
        };
        for (id, done) in [(&house.outside, false), (&house.inside, true)] {
            for (method, what, body) in [
                ("PUT", "", profile(id)),
                ("POST", "/one-time-link", Value::Null),
                ("DELETE", "/second-factor", Value::Null),
                ("POST", "/unlock", Value::Null),
                ("DELETE", "/sign-ins", Value::Null),
                ("POST", "/disable", Value::Null),
                ("POST", "/enable", Value::Null),
                ("POST", "/leave", Value::Null),
                ("DELETE", "", Value::Null),
            ] {
                let path = format!("/members/{id}{what}");
                let answer = app.call(with, method, &path, body).await;
                let refused = answer.status == StatusCode::FORBIDDEN;
                assert_eq!(
                    answer.status.is_success(),
                    done,
                    "{method} {path}: {}",
                    answer.json
                );
                assert_eq!(refused, !done, "{method} {path}: {}", answer.json);
            }
        }
        let batch = json!({"action": {"kind": "disable"}, "members": [house.outside]});
        let answer = app.call(with, "POST", "/member-batch", batch).await;
        assert_eq!(answer.json["results"][0]["problem"]["code"], "forbidden");
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_confined_administrator_draws_nobody_in_and_puts_nobody_elsewhere() {
    on_both_engines(async |store| {
        let house = company(&store).await;
        let (app, with) = (&house.app, &house.with);
        let drawn = format!("/departments/{}/members/{}", house.backend, house.outside);
        let pushed = format!("/departments/{}/members/{}", house.sales, house.inside);
        for path in [&drawn, &pushed] {
            let answer = app.call(with, "PUT", path, Value::Null).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        for departments in [
            json!([]),
            json!([house.sales]),
            json!([house.backend, house.sales]),
        ] {
            let person = json!({
                "username": "new", "display_name": "N", "departments": departments
            });
            let answer = app.call(with, "POST", "/members", person).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{departments}");
        }
        let person = json!({
            "username": "new", "display_name": "N", "departments": [house.research]
        });
        let made = app.call(with, "POST", "/members", person).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
        let elsewhere = json!({
            "username": "inside", "display_name": "I", "departments": [house.sales]
        });
        let path = format!("/members/{}", house.inside);
        let answer = app.call(with, "PUT", &path, elsewhere).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn attack_18_the_departments_of_a_role_stay_where_they_are_and_those_below_move() {
    on_both_engines(async |store| {
        let house = company(&store).await;
        let (app, with) = (&house.app, &house.with);
        let below = json!({"name": "前端", "parent": house.research});
        let made = app.call(with, "POST", "/departments", below).await.id();
        for parent in [None, Some(&house.sales), Some(&house.head)] {
            let draft = json!({"name": "elsewhere", "parent": parent});
            let answer = app.call(with, "POST", "/departments", draft).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            let path = format!("/departments/{made}/move");
            let answer = app
                .call(with, "POST", &path, json!({"parent": parent}))
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
        }
        let own = format!("/departments/{}", house.research);
        let answer = app.call(with, "DELETE", &own, Value::Null).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let place = format!("{own}/move");
        let moved = json!({"parent": house.backend});
        let answer = app.call(with, "POST", &place, moved).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let renamed = json!({"name": "研发中心", "parent": house.head});
        let answer = app.call(with, "PUT", &own, renamed).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
        let place = format!("/departments/{made}/move");
        let moved = json!({"parent": house.backend});
        let answer = app.call(with, "POST", &place, moved).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
        let heirs = format!(
            "/departments/{}?move_members_to={}",
            house.backend, house.sales
        );
        let answer = app.call(with, "DELETE", &heirs, Value::Null).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let gone = format!("/departments/{made}");
        let answer = app.call(with, "DELETE", &gone, Value::Null).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_role_whose_departments_are_gone_is_good_for_nothing() {
    on_both_engines(async |store| {
        let house = company(&store).await;
        let app = &house.app;
        let (desk, with) = app.member("desk", &[]).await;
        let small = department(app, "小组", Some(&house.head)).await;
        confine(app, &desk, "help_desk", &[&small]).await;
        assert_eq!(app.get(&with, "/members").await.status, StatusCode::OK);
        let path = format!("/departments/{small}");
        let gone = app
            .call(&With::Operator, "DELETE", &path, Value::Null)
            .await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let answer = app.get(&with, "/members").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn a_role_is_confined_only_where_that_makes_sense() {
    on_both_engines(async |store| {
        let house = company(&store).await;
        let app = &house.app;
        let path = format!("/members/{}/roles", house.inside);
        let draft = json!({"name": "lists", "permissions": ["ip_lists:read"]});
        let lists = app
            .call(&With::Operator, "POST", "/roles", draft)
            .await
            .id();
        for (role, within, field) in [
            ("owner", json!([house.research]), "roles[0].within"),
            (&lists, json!([house.research]), "roles[0].within"),
            ("help_desk", json!([]), "roles[0].within"),
            ("help_desk", json!(["none"]), "roles[0].within"),
            ("nobody", json!(null), "roles[0].role"),
        ] {
            let body = json!({"roles": [{"role": role, "within": within}]});
            let answer = app.call(&With::Operator, "PUT", &path, body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{role}");
            assert_eq!(answer.text("field"), field, "{role}");
        }
        let body = json!({"roles": [{"role": "auditor"}, {"role": "auditor"}]});
        let answer = app.call(&With::Operator, "PUT", &path, body).await;
        assert_eq!(answer.text("field"), "roles[1].role");
    })
    .await;
}

#[tokio::test]
async fn attack_18_nothing_but_people_and_departments_answers_a_role_that_is_confined() {
    let store = TestStore::sqlite().await;
    let house = company(&store).await;
    let (chief, with) = house.app.member("all", &[]).await;
    let all: Vec<String> = crate::authz::Permissions::grantable().names();
    let draft = json!({"name": "everything", "permissions": all});
    let role = house
        .app
        .call(&With::Operator, "POST", "/roles", draft)
        .await
        .id();
    confine(&house.app, &chief, &role, &[&house.research]).await;
    let mut answered = 0;
    for (method, path, operation) in operations(&described(&house.app.state)) {
        let (resource, _) = permission(operation);
        let path = path
            .replace("{id}", house.outside.as_str())
            .replace("{member}", house.outside.as_str())
            .replace("{sign_in}", "none")
            .replace("{kind}", "logo");
        let request = App::request(method, &path, &with).header("if-match", "*");
        let answer = house.app.send(request.body(Body::empty()).unwrap()).await;
        if !resource.is_of_departments() && path != "/me" {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
        } else {
            // Nothing is told or done of somebody outside.
            let told = answer.body.contains("outside");
            assert!(!told, "{method} {path}: {}", answer.body);
            answered += 1;
        }
    }
    assert!(answered > 20);
    let still = format!("/members/{}", house.outside);
    let still = house.app.get(&With::Operator, &still).await;
    assert_eq!(still.json["status"], "active");
    // Somebody who may do everything everywhere may.
    let (_, owner) = house.app.member("owner", &[Role::Owner]).await;
    let seen = house.app.get(&owner, "/members/outside").await;
    assert_eq!(seen.status, StatusCode::OK);
}
