//! The tree: what hangs where, what is refused, and who is told.

use axum::http::StatusCode;
use config::id::MemberId;
use config::session::Revocation;
use config::{PrincipalKind, Timestamp};
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::changes::{self, Change};
use crate::store::department_lists as tree;
use crate::store::members::Fields;
use crate::store::testing::on_both_engines;
use crate::store::{departments, members};

const OP: &With = &With::Operator;

async fn add(app: &App, name: &str, parent: Option<&str>) -> String {
    let draft = json!({"name": name, "parent": parent});
    app.call(OP, "POST", "/departments", draft).await.id()
}

/// The names below a parent, read by pages of two.
async fn below(app: &App, parent: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/departments?parent={parent}&limit=2{after}");
        let page = app.get(OP, &path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.json);
        let items = page.json["items"].as_array().unwrap();
        names.extend(items.iter().map(|i| i["name"].as_str().unwrap().to_owned()));
        let Some(next) = page.json["next"].as_str() else {
            return names;
        };
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        after = format!("&after={next}");
    }
}

#[tokio::test]
async fn a_tree_is_read_level_by_level_and_found_by_name_with_the_way_to_it() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let top = add(&app, "总部", None).await;
        let research = add(&app, "研发", Some(&top)).await;
        for name in ["后端", "前端", "测试"] {
            add(&app, name, Some(&research)).await;
        }
        assert_eq!(below(&app, "top").await, ["总部"]);
        assert_eq!(below(&app, &research).await, ["后端", "前端", "测试"]);
        let (member, _) = app.member("zhang", &[]).await;
        let path = format!("/departments/{research}/members/{}", member.as_str());
        app.call(OP, "PUT", &path, Value::Null).await;
        let found = app.get(OP, "/departments?search=yanfa&totals=true").await;
        let found = &found.json["items"][0];
        assert_eq!(found["path"], json!([{"id": top, "name": "总部"}]));
        assert_eq!(found["children"], 3);
        assert_eq!(found["members"], 1);
        let above = app.get(OP, "/departments?parent=top&totals=true").await;
        assert_eq!(above.json["items"][0]["members"], 0);
        assert_eq!(above.json["items"][0]["members_below"], 1);
        let all = app.get(OP, "/departments?limit=3").await;
        assert_eq!(all.json["items"].as_array().unwrap().len(), 3);
        let next = all.text("next").to_owned();
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let rest = app.get(OP, &format!("/departments?after={next}")).await;
        assert_eq!(rest.json["items"].as_array().unwrap().len(), 2);
        let bad = app.get(OP, "/departments?after=x").await;
        assert_eq!(bad.text("field"), "after");
    })
    .await;
}

#[tokio::test]
async fn a_department_moves_among_its_siblings_and_below_others_but_never_below_itself() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let a = add(&app, "a", None).await;
        let b = add(&app, "b", None).await;
        let c = add(&app, "c", None).await;
        let put = async |id: &str, place: Value| {
            let path = format!("/departments/{id}/move");
            app.call(OP, "POST", &path, place).await
        };
        put(&c, json!({"before": a})).await.id();
        assert_eq!(below(&app, "top").await, ["c", "a", "b"]);
        put(&c, json!({"after": a})).await.id();
        assert_eq!(below(&app, "top").await, ["a", "c", "b"]);
        put(&a, json!({})).await.id();
        assert_eq!(below(&app, "top").await, ["c", "b", "a"]);
        put(&b, json!({"parent": a})).await.id();
        put(&c, json!({"parent": a, "before": b})).await.id();
        assert_eq!(below(&app, &a).await, ["c", "b"]);
        let circle = put(&a, json!({"parent": c})).await;
        assert_eq!(circle.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(circle.text("field"), "parent");
        let stranger = put(&a, json!({"before": b})).await;
        assert_eq!(stranger.text("field"), "before");
        let gone = put(&b, json!({"parent": "gone"})).await;
        assert_eq!(gone.text("field"), "parent");
    })
    .await;
}

#[tokio::test]
async fn a_department_that_holds_something_is_removed_only_with_a_place_for_it() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let old = add(&app, "old", None).await;
        let child = add(&app, "child", Some(&old)).await;
        let heir = add(&app, "heir", None).await;
        let (member, _) = app.member("zhang", &[]).await;
        for id in [&old, &heir] {
            let path = format!("/departments/{id}/members/{}", member.as_str());
            app.call(OP, "PUT", &path, Value::Null).await;
        }
        let remove = async |query: String| {
            let path = format!("/departments/{old}{query}");
            app.call(OP, "DELETE", &path, Value::Null).await.status
        };
        assert_eq!(remove(String::new()).await, StatusCode::CONFLICT);
        let half = remove(format!("?move_members_to={heir}")).await;
        assert_eq!(half, StatusCode::CONFLICT);
        for bad in [&child, &old] {
            let query = format!("?move_members_to={heir}&move_children_to={bad}");
            assert_eq!(remove(query).await, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let done = remove(format!("?move_members_to={heir}&move_children_to=top")).await;
        assert_eq!(done, StatusCode::NO_CONTENT);
        assert_eq!(below(&app, "top").await, ["heir", "child"]);
        let kept = app.get(OP, &format!("/members/{}", member.as_str())).await;
        assert_eq!(
            kept.json["departments"],
            json!([{"id": heir, "name": "heir"}])
        );
        let log = app.get(OP, "/events/audit?action=delete").await;
        assert_eq!(
            log.json["items"][0]["after"]["moved_to"]["members"],
            heir.as_str()
        );
    })
    .await;
}

#[tokio::test]
async fn no_tree_is_deeper_than_policies_look() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let mut parent = None;
        for n in 0..tree::MAX_DEPTH {
            parent = Some(add(&app, &format!("d{n}"), parent.as_deref()).await);
        }
        let draft = json!({"name": "too deep", "parent": parent});
        let refused = app.call(OP, "POST", "/departments", draft).await;
        assert_eq!(refused.text("field"), "parent");
        let loose = add(&app, "loose", None).await;
        let place = json!({"parent": parent});
        let path = format!("/departments/{loose}/move");
        let refused = app.call(OP, "POST", &path, place).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn attack_16_when_a_large_department_changes_everybody_is_asked_anew() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = add(&app, "large", None).await;
        let mut tx = app.state.store.begin().await.unwrap();
        for n in 0..=crate::edit::MOST_FORGOTTEN {
            let member = MemberId::from(format!("m{n}"));
            let fields = Fields {
                kind: PrincipalKind::Member,
                username: format!("m{n}"),
                username_key: format!("m{n}"),
                display_name: "m".into(),
                email: None,
                email_key: None,
                mobile: None,
                employee_number: None,
            };
            let inserted = members::insert(&mut tx, &member, &fields, Timestamp(0)).await;
            inserted.unwrap();
            let id = id.as_str().into();
            departments::add_member(&mut tx, &id, &member)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let path = format!("/departments/{id}");
        app.call(OP, "PUT", &path, json!({"name": "larger"})).await;
        let mut read = app.state.store.read().await.unwrap();
        let told = changes::after(&mut read, app.begun, 5000).await.unwrap();
        let told: Vec<Change> = told.into_iter().map(|(_, change)| change).collect();
        assert_eq!(told, [Change::Revoked(Revocation::All)]);
    })
    .await;
}
