//! Trying upstreams: who may, what is refused, what is told and noted.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use config::link::{Stage, Step, TriedUpstream, TriesUpstreams};
use config::snapshot::Pool;
use config::surroundings::{CertificateSeen, Surroundings, UpstreamHealth, UpstreamSeen};
use config::{Problem, Role};
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

/// A gateway that finds the first step good and the second bad.
struct Gateway;

impl TriesUpstreams for Gateway {
    fn try_pool<'a>(
        &'a self,
        pool: &'a Pool,
        host: &'a str,
    ) -> BoxFuture<'a, Result<Vec<TriedUpstream>, Problem>> {
        let took = Duration::from_millis(7);
        let good = Step::good(Stage::Resolve, (host, host), took);
        let bad = Step::bad(Stage::Connect, ("refused", "被拒绝").into(), took);
        let tried = pool.upstreams.iter().map(|upstream| TriedUpstream {
            address: upstream.address.clone(),
            steps: vec![good.clone(), bad.clone()],
        });
        let tried = tried.collect();
        Box::pin(async move { Ok(tried) })
    }
}

fn asked(addresses: &[&str]) -> Value {
    let upstreams: Vec<Value> = addresses.iter().map(|a| json!({"address": a})).collect();
    json!({"pool": {"upstreams": upstreams}, "host": "wiki.example.com"})
}

#[tokio::test]
async fn what_came_of_each_step_is_told_and_who_asked_is_noted() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let ask = asked(&["10.0.0.5:8080"]);
        let alone = app.call(OP, "POST", "/upstream-tests", ask.clone()).await;
        assert_eq!(alone.status, StatusCode::CONFLICT, "no gateway is here");
        let _ = app.state.tries_upstreams.set(Arc::new(Gateway));
        let (_, admin) = app.member("admin", &[Role::Administrator]).await;
        let answer = app
            .call(&admin, "POST", "/upstream-tests", ask.clone())
            .await;
        let told = &answer.json["upstreams"][0];
        assert_eq!(told["address"], "10.0.0.5:8080");
        assert_eq!(told["reached"], false);
        assert_eq!(told["steps"][0]["finding"], "wiki.example.com");
        assert_eq!(told["steps"][1]["took_ms"], 7);
        let log = app.get(OP, "/events/audit?action=test").await.json;
        assert_eq!(log["items"][0]["actor_name"], "admin");
        assert_eq!(log["items"][0]["target_name"], "10.0.0.5:8080");
        let (_, auditor) = app.member("auditor", &[Role::Auditor]).await;
        let answer = app.call(&auditor, "POST", "/upstream-tests", ask).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}

/// A gateway that sees two upstreams of two applications.
struct Sight;

impl Surroundings for Sight {
    fn upstreams(&self) -> Vec<UpstreamSeen> {
        let seen = [("a", UpstreamHealth::Well), ("b", UpstreamHealth::Ejected)];
        let seen = seen.map(|(application, health)| UpstreamSeen {
            application: application.into(),
            address: "10.0.0.5:80".into(),
            health,
        });
        seen.into()
    }

    fn certificates(&self) -> Vec<CertificateSeen> {
        Vec::new()
    }
}

#[tokio::test]
async fn how_the_upstreams_of_an_application_are_is_told() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let none = app.get(OP, "/upstreams").await.json;
        assert_eq!(none["items"], json!([]));
        let _ = app.state.surroundings.set(Arc::new(Sight));
        let all = app.get(OP, "/upstreams").await.json;
        assert_eq!(all["items"].as_array().unwrap().len(), 2);
        let of_b = app.get(OP, "/upstreams?application=b").await.json;
        assert_eq!(of_b["items"][0]["health"], "ejected");
    })
    .await;
}

#[tokio::test]
async fn attack_27_an_address_of_cloud_metadata_is_neither_tried_nor_kept() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let _ = app.state.tries_upstreams.set(Arc::new(Gateway));
        for address in [
            "169.254.169.254:80",
            "[::ffff:169.254.169.254]:80",
            "[fe80::1]:80",
            "0.0.0.0:80",
            "100.100.100.200:80",
        ] {
            let answer = app
                .call(OP, "POST", "/upstream-tests", asked(&[address]))
                .await;
            assert_eq!(
                answer.text("field"),
                "pool.upstreams.0.address",
                "{address}"
            );
            let draft = json!({
                "name": {"en": "x"}, "hosts": ["x.example.com"],
                "pool": {"upstreams": [{"address": address}]}
            });
            let answer = app.call(OP, "POST", "/applications", draft).await;
            assert_eq!(
                answer.text("field"),
                "pool.upstreams.0.address",
                "{address}"
            );
            assert!(answer.text("detail").contains("no application can be"));
        }
        let many: Vec<String> = (1..=17).map(|n| format!("10.0.0.{n}:80")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let answer = app.call(OP, "POST", "/upstream-tests", asked(&many)).await;
        assert_eq!(answer.text("field"), "pool.upstreams");
    })
    .await;
}
