//! A change of an application is tried on past requests before it is made.

use std::sync::Arc;

use axum::http::StatusCode;
use config::access_event::Outcome;
use config::link::{Foreseen, Foresees, Foresight, PastRequest};
use config::snapshot::Application;
use config::{AccessEvent, Problem, Role};
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::events::tests::{access_event, insert};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;
const DAY: i64 = 86_400_000;

/// Rules under which bob is kept out, and everybody below `/secret`; the list that the application
/// names is the rule that does so.
struct Rules(Option<String>);

struct Gateway;

impl Foresees for Gateway {
    fn foresee(&self, application: &Application) -> Result<Box<dyn Foresight>, Vec<Problem>> {
        let list = application.ip_lists.first();
        Ok(Box::new(Rules(list.map(|list| list.name.clone()))))
    }
}

impl Foresight for Rules {
    fn judge(&self, request: &PastRequest) -> Foreseen {
        let is_bob = request
            .principal
            .as_ref()
            .is_some_and(|p| p.username == "bob");
        let denied = if is_bob {
            Some("denied_by_rule")
        } else if request.path == "/secret" {
            Some("address_refused")
        } else {
            None
        };
        Foreseen {
            denial: denied.map(str::to_owned),
            rule: denied.and(self.0.clone()),
        }
    }
}

#[tokio::test]
async fn what_a_change_would_have_done_is_told_by_reason_and_by_example() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let _ = app.state.foresees.set(Arc::new(Gateway));
        let (ann, _) = app.member("ann", &[]).await;
        let (bob, _) = app.member("bob", &[]).await;
        let list = json!({"name": "office", "effect": "allow"});
        let list = app.call(OP, "POST", "/ip-lists", list).await.id();
        let draft = json!({
            "name": {"en": "Wiki"}, "hosts": ["wiki.example.com"], "ip_lists": [list],
            "pool": {"upstreams": [{"address": "10.0.0.5:80"}]}
        });
        let id = app
            .call(OP, "POST", "/applications", draft.clone())
            .await
            .id();
        let now = app.state.clock.now().as_millis();
        let mut number = 0;
        let mut event = |who: Option<&str>, path: &str, outcome: Outcome, at: i64| {
            number += 1;
            AccessEvent {
                application: Some(id.as_str().into()),
                principal: who.map(Into::into),
                path: path.into(),
                outcome,
                ..access_event(&format!("e{number}"), at)
            }
        };
        let denied = |reason: &str| Outcome::Denied(reason.into());
        let events = [
            event(Some(ann.as_str()), "/", Outcome::Granted, now - 1),
            event(Some(ann.as_str()), "/secret", Outcome::Granted, now - 2),
            event(Some(bob.as_str()), "/", Outcome::Granted, now - 3),
            event(Some(bob.as_str()), "/", Outcome::Cut("x".into()), now - 4),
            event(Some(ann.as_str()), "/", denied("no_rule_allows"), now - 5),
            event(None, "/secret", denied("sign_in_required"), now - 6),
            event(None, "/", denied("session_ended"), now - 6),
            event(Some(ann.as_str()), "/", denied("rate_limited"), now - 6),
            event(
                Some(ann.as_str()),
                "/",
                denied("two_step_required"),
                now - 6,
            ),
            event(Some("gone"), "/", Outcome::Granted, now - 7),
            event(Some(bob.as_str()), "/", Outcome::Granted, now - 8 * DAY),
        ];
        insert(&store, &events).await;
        let path = format!("/applications/{id}/trial");
        let told = app.call(OP, "POST", &path, draft.clone()).await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.json);
        let number = |key: &str| told.json[key].as_i64().unwrap();
        let numbers = ["requests", "refused", "let_in", "unknown"].map(number);
        assert_eq!(numbers, [10, 3, 2, 1], "{}", told.json);
        assert_eq!(told.json["more"], false);
        let reasons = json!([
            {"reason": "denied_by_rule", "rule": "office", "requests": 2},
            {"reason": "address_refused", "rule": "office", "requests": 1}
        ]);
        assert_eq!(told.json["reasons"], reasons);
        let examples = told.json["examples"].as_array().unwrap();
        assert_eq!(examples.len(), 5);
        assert_eq!(examples[0]["path"], "/secret");
        assert_eq!(examples[3]["before"], "no_rule_allows");
        assert_eq!(examples[3]["after"], Value::Null);
        // Nothing was changed, and not everybody may ask.
        let kept = app.get(OP, &format!("/applications/{id}")).await.json;
        assert_eq!(kept["version"], 1);
        let (_, auditor) = app.member("auditor", &[Role::Auditor]).await;
        let answer = app.call(&auditor, "POST", &path, draft).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}
