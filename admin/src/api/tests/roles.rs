//! Roles that the organisation makes: out of what, by whom, and what becomes of their holders.

use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::roles::{self as rows, Fields};
use crate::store::testing::on_both_engines;

async fn make(app: &App, with: &With, name: &str, permissions: Value) -> String {
    let draft = json!({"name": name, "permissions": permissions});
    app.call(with, "POST", "/roles", draft).await.id()
}

async fn give(app: &App, member: &impl std::fmt::Display, role: &str) {
    let path = format!("/members/{member}/roles");
    let body = json!({"roles": [{"role": role}]});
    let answer = app.call(&With::Operator, "PUT", &path, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
}

#[tokio::test]
async fn roles_that_were_given_meanwhile_are_not_taken_away_unknowingly() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, _) = app.member("ann", &[]).await;
        let read = app.get(&With::Operator, &format!("/members/{id}")).await;
        give(&app, &id, "auditor").await;
        let path = format!("/members/{id}/roles");
        let body = json!({"roles": [{"role": "help_desk"}]});
        let tag = read.tag.unwrap();
        let stale = app
            .call_if(&With::Operator, "PUT", &path, &tag, body.clone())
            .await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        let blind = app
            .call_if(&With::Operator, "PUT", &path, "", body.clone())
            .await;
        assert_eq!(blind.status, StatusCode::PRECONDITION_REQUIRED);
        let read = app.get(&With::Operator, &format!("/members/{id}")).await;
        assert_eq!(read.json["roles"][0]["role"], "auditor");
        let tag = read.tag.unwrap();
        let given = app.call_if(&With::Operator, "PUT", &path, &tag, body).await;
        assert_eq!(given.json["roles"][0]["role"], "help_desk");
    })
    .await;
}

#[tokio::test]
async fn a_role_that_may_add_external_members_does_that_and_nothing_else() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, with) = app.member("partner.manager", &[]).await;
        let permissions = json!(["guests:create"]);
        let role = make(&app, &With::Operator, "Partner managers", permissions).await;
        give(&app, &id, &role).await;
        let me = app.get(&with, "/me").await.json;
        assert_eq!(me["permissions"], json!(["guests:create", "caller:read"]));
        assert_eq!(me["roles"][0]["name"], "Partner managers");

        let guest = json!({"username": "visitor", "display_name": "V"});
        let made = app.call(&with, "POST", "/guests", guest).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
        assert_eq!(made.json["kind"], "guest");
        let member = json!({"kind": "member", "username": "insider", "display_name": "I"});
        let refused = app.call(&with, "POST", "/guests", member.clone()).await;
        assert_eq!(refused.text("field"), "kind");
        for (method, path) in [("POST", "/members"), ("POST", "/groups")] {
            let answer = app.call(&with, method, path, member.clone()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        let answer = app.get(&with, "/members").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn attack_18_whoever_may_only_add_people_puts_nobody_into_a_group_or_department() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, with) = app.member("partner.manager", &[]).await;
        let permissions = json!(["guests:create", "members:read", "members:create"]);
        let role = make(&app, &With::Operator, "Adders", permissions).await;
        give(&app, &id, &role).await;
        let named = json!({"name": "x"});
        for (key, listing) in [("groups", "/groups"), ("departments", "/departments")] {
            let thing = app.call(&With::Operator, "POST", listing, named.clone());
            let thing = thing.await.id();
            for path in ["/guests", "/members"] {
                let mut person = json!({"kind": "guest", "username": "v", "display_name": "V"});
                person[key] = json!([thing]);
                let answer = app.call(&with, "POST", path, person).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {key}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn attack_18_nothing_tells_of_people_to_whom_may_not_read_members() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, with) = app.member("curious", &[]).await;
        let permissions = json!(["explanations:read", "groups:read"]);
        let role = make(&app, &With::Operator, "Curious", permissions).await;
        give(&app, &id, &role).await;
        let explain = "/explain?from=192.0.2.1&url=https://wiki.example.com/";
        let answer = app.get(&with, &format!("{explain}&as=nobody")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.json);
        let fits = json!({"employee_number_prefixes": ["E10"]});
        let answer = app.call(&with, "POST", "/group-rule-count", fits).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.json);
        // Of nobody in particular: this node only has no gateway to ask.
        assert_eq!(app.get(&with, explain).await.status, StatusCode::CONFLICT);
        let permissions = ["groups:read", "groups:create", "groups:change"];
        let role = make(&app, &With::Operator, "Keepers", json!(permissions)).await;
        give(&app, &id, &role).await;
        let ruled = json!({"name": "e10", "rule": {"employee_number_prefixes": ["E10"]}});
        let answer = app.call(&with, "POST", "/groups", ruled.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.json);
        let plain = app.call(&with, "POST", "/groups", json!({"name": "e10"}));
        let path = format!("/groups/{}", plain.await.id());
        let answer = app.call(&with, "PUT", &path, ruled.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.json);
        // A rule that stays tells nothing.
        app.call(&With::Operator, "PUT", &path, ruled.clone())
            .await
            .id();
        app.call(&with, "PUT", &path, ruled).await.id();
    })
    .await;
}

#[tokio::test]
async fn a_role_to_which_a_later_version_gave_more_gives_what_is_known_and_is_an_owners_alone() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, with) = app.member("reader", &[]).await;
        let role = make(&app, &With::Operator, "Readers", json!(["groups:read"])).await;
        give(&app, &id, &role).await;
        let fields = Fields {
            name: "Readers".into(),
            name_key: "readers".into(),
            description: String::new(),
            permissions: vec!["groups:read".into(), "moon:land".into()],
        };
        let mut tx = app.state.store.begin().await.unwrap();
        let now = app.state.clock.now();
        assert!(rows::update(&mut tx, &role, 1, &fields, now).await.unwrap());
        tx.commit().await.unwrap();
        let path = format!("/roles/{role}");
        let shown = app.get(&With::Operator, &path).await.json;
        assert_eq!(shown["permissions"], json!(["groups:read"]));
        assert_eq!(app.get(&with, "/groups").await.status, StatusCode::OK);
        assert_eq!(
            app.get(&with, "/members").await.status,
            StatusCode::FORBIDDEN
        );
        // Nobody gives, or makes their own, what they cannot see the whole of.
        let (_, admin) = app.member("admin", &[Role::Administrator]).await;
        let (other, _) = app.member("other", &[]).await;
        let draft = json!({"name": "Readers", "permissions": ["groups:read"]});
        let given = json!({"roles": [{"role": role}]});
        let give_to = format!("/members/{other}/roles");
        for (method, path, body) in [
            ("PUT", path.clone(), draft),
            ("PUT", give_to, given),
            ("POST", format!("/members/{id}/disable"), Value::Null),
        ] {
            let answer = app.call(&admin, method, &path, body).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{path} {}",
                answer.json
            );
        }
        give(&app, &other, &role).await;
    })
    .await;
}

#[tokio::test]
async fn a_change_of_a_role_counts_with_the_next_request_of_its_holders() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, with) = app.member("li.si", &[]).await;
        let role = make(&app, &With::Operator, "Readers", json!(["members:read"])).await;
        give(&app, &id, &role).await;
        assert_eq!(app.get(&with, "/members").await.status, StatusCode::OK);
        let path = format!("/roles/{role}");
        let read = app.get(&With::Operator, &path).await;
        assert_eq!(read.json["holders"], 1);
        let draft = json!({"name": "Readers", "permissions": ["groups:read"]});
        let tag = read.tag.unwrap();
        let changed = app.call_if(&With::Operator, "PUT", &path, &tag, draft.clone());
        assert_eq!(changed.await.status, StatusCode::OK);
        let stale = app.call_if(&With::Operator, "PUT", &path, &tag, draft);
        assert_eq!(stale.await.status, StatusCode::PRECONDITION_FAILED);
        let answer = app.get(&with, "/members").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        // It is not removed under its holders.
        let remove = app
            .call(&With::Operator, "DELETE", &path, Value::Null)
            .await;
        assert_eq!(remove.status, StatusCode::CONFLICT);
        assert!(remove.text("detail").contains("1 people hold this role"));
        let roles = format!("/members/{id}/roles");
        let none = json!({"roles": []});
        app.call(&With::Operator, "PUT", &roles, none).await;
        let remove = app
            .call(&With::Operator, "DELETE", &path, Value::Null)
            .await;
        assert_eq!(remove.status, StatusCode::NO_CONTENT);
        let log = app
            .get(&With::Operator, "/events/audit?target_kind=role")
            .await;
        let actions = log.json["items"].as_array().unwrap().iter();
        let actions: Vec<_> = actions.map(|e| e["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["delete", "update", "create"]);
        assert_eq!(
            log.json["items"][1]["after"]["permissions"],
            json!(["groups:read"])
        );
    })
    .await;
}

#[tokio::test]
async fn attack_18_nobody_makes_a_role_of_what_they_may_not_do_themselves() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, admin) = app.member("admin", &[Role::Administrator]).await;
        let (mate, _) = app.member("mate", &[]).await;
        make(
            &app,
            &admin,
            "Desk",
            json!(["members:read", "sessions:read"]),
        )
        .await;
        let above = json!(["ip_lists:read", "ip_lists:change"]);
        let stronger = make(&app, &With::Operator, "Stronger", above.clone()).await;
        let gives = json!(["role_assignments:read", "role_assignments:change"]);
        for permissions in [&above, &gives, &json!(["audit_log:read"])] {
            let draft = json!({"name": "Mine", "permissions": permissions});
            let answer = app.call(&admin, "POST", "/roles", draft).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{permissions}");
        }
        // Nor by changing one that is above theirs, nor by giving it.
        let path = format!("/roles/{stronger}");
        let draft = json!({"name": "Less", "permissions": ["members:read"]});
        let answer = app.call(&admin, "PUT", &path, draft).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let answer = app.call(&admin, "DELETE", &path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let roles = format!("/members/{mate}/roles");
        let body = json!({"roles": [{"role": stronger}]});
        let answer = app.call(&admin, "PUT", &roles, body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        // And its holder is out of their reach.
        give(&app, &mate, &stronger).await;
        let path = format!("/members/{mate}/disable");
        let answer = app.call(&admin, "POST", &path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text("detail").contains("Stronger"));
    })
    .await;
}

#[tokio::test]
async fn a_role_of_nothing_or_of_what_there_is_not_is_refused_by_its_field() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        for (permissions, told) in [
            (json!([]), "at least one"),
            (json!(["members:fly"]), "members:fly"),
            (json!(["set_up:create"]), "cannot be given"),
            (json!(["groups:change"]), "needs groups:read"),
        ] {
            let draft = json!({"name": "r", "permissions": permissions});
            let answer = app.call(&With::Operator, "POST", "/roles", draft).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(answer.text("field"), "permissions");
            assert!(answer.text("detail").contains(told), "{}", answer.json);
        }
        let draft = json!({"name": "owner", "permissions": ["groups:read"]});
        for (method, path) in [("PUT", "/roles/owner"), ("DELETE", "/roles/auditor")] {
            let answer = app.call(&With::Operator, method, path, draft.clone()).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
        }
        make(&app, &With::Operator, "Readers", json!(["groups:read"])).await;
        let draft = json!({"name": "READERS", "permissions": ["groups:read"]});
        let taken = app.call(&With::Operator, "POST", "/roles", draft).await;
        assert_eq!(taken.text("code"), "taken");
        assert_eq!(taken.text("field"), "name");
        let list = app.get(&With::Operator, "/roles").await;
        let ids = list.json["items"].as_array().unwrap().iter();
        let built_in = ids.filter(|role| role["built_in"] == true);
        assert_eq!(built_in.count(), Role::ALL.len());
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_token_may_do_single_things_as_long_as_its_maker_may() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        app.member("owner", &[Role::Owner]).await;
        let (admin, with) = app.member("admin", &[Role::Administrator]).await;
        let beyond = json!({"name": "t", "permissions": ["audit_log:read"]});
        let answer = app.call(&with, "POST", "/tokens", beyond).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let nothing = json!({"name": "t"});
        let answer = app.call(&with, "POST", "/tokens", nothing).await;
        assert_eq!(answer.text("field"), "roles");
        let draft = json!({"name": "t", "permissions": ["groups:read"]});
        let made = app.call(&with, "POST", "/tokens", draft).await;
        assert_eq!(made.json["permissions"], json!(["groups:read"]));
        let token = With::Bearer(made.text("secret").to_owned());
        assert_eq!(app.get(&token, "/groups").await.status, StatusCode::OK);
        let answer = app.get(&token, "/members").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        // Another name changes nothing of that.
        let path = format!("/tokens/{}", made.text("id"));
        let renamed = app.call(&with, "PUT", &path, json!({"name": "u"})).await;
        assert_eq!(renamed.text("name"), "u");
        let page = app.get(&with, "/tokens?limit=1").await;
        assert_eq!(page.json["items"][0]["name"], "u");
        let roles = format!("/members/{admin}/roles");
        let none = json!({"roles": []});
        app.call(&With::Operator, "PUT", &roles, none).await;
        let answer = app.get(&token, "/groups").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}
