//! The overview tells what the logs hold and what this node sees.

use std::sync::Arc;

use axum::http::StatusCode;
use config::Role;
use config::access_event::Outcome;
use config::surroundings::{CertificateSeen, Surroundings, UpstreamHealth, UpstreamSeen};
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::events::tests::{access_event, insert};
use crate::store::testing::{TestStore, on_both_engines};

const OP: &With = &With::Operator;
/// 2026-01-01, when the clock of a test stands still.
const NOW: i64 = 1_767_225_600_000;
const HOUR: i64 = 3_600_000;

struct Seen;

impl Surroundings for Seen {
    fn upstreams(&self) -> Vec<UpstreamSeen> {
        vec![UpstreamSeen {
            application: "wiki".into(),
            address: "10.0.0.5:8080".into(),
            health: UpstreamHealth::FailsChecks,
        }]
    }

    fn certificates(&self) -> Vec<CertificateSeen> {
        Vec::new()
    }
}

fn sum(series: &Value) -> i64 {
    let numbers = series.as_array().unwrap().iter();
    numbers.map(|n| n.as_i64().unwrap()).sum()
}

#[tokio::test]
async fn the_last_hours_are_told_one_by_one() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let granted = config::AccessEvent {
            outcome: Outcome::Granted,
            ..access_event("a", NOW)
        };
        let events = [
            granted,
            access_event("b", NOW + 5),
            access_event("c", NOW - 30 * HOUR),
        ];
        insert(&store, &events).await;
        let day = app.get(OP, "/overview").await.json;
        let requests = &day["requests"];
        assert_eq!(requests["refused"].as_array().unwrap().len(), 24);
        assert_eq!(requests["from"], NOW - 23 * HOUR);
        assert_eq!(requests["granted"][23], 1);
        assert_eq!(sum(&requests["refused"]), 1);
        assert_eq!(
            requests["refusals"],
            json!([{"name": "no_rule", "count": 1}])
        );
        assert_eq!(requests["counted_since"], NOW - 30 * HOUR);
        assert_eq!(day["busiest"][0]["requests"], 2);
        assert_eq!(day["most_refusing"][0]["refused"], 1);
        let week = app.get(OP, "/overview?hours=168").await.json;
        assert_eq!(sum(&week["requests"]["refused"]), 2);
        assert_eq!(
            week["refused_addresses"],
            json!([{"name": "192.0.2.7", "count": 2}])
        );
    })
    .await;
}

#[tokio::test]
async fn who_is_there_and_what_is_seen_is_told_as_of_now() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let _ = app.state.surroundings.set(Arc::new(Seen));
        let (_, with) = app.member("auditor", &[Role::Auditor]).await;
        let now = app.get(&with, "/overview").await.json;
        let signed_in = &now["signed_in"];
        assert_eq!(signed_in["people"], 1);
        assert_eq!(signed_in["active_people"], 1);
        let people = json!([{"kind": "member", "status": "active", "count": 1}]);
        assert_eq!(now["organisation"]["people"], people);
        assert_eq!(now["node"]["upstreams"][0]["health"], "fails_checks");
        assert_eq!(now["store"]["engine"], store.engine().name());
        assert!(now["store"]["bytes"].as_i64().unwrap() > 0);
    })
    .await;
}

#[tokio::test]
async fn a_span_that_is_not_counted_is_refused() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let answer = app.get(OP, "/overview?hours=7").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.text("field"), "hours");
}
