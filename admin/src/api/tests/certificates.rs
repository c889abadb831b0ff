//! Certificates that are uploaded: what is kept of them, who may, and that the key goes nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use config::certificates::{CertificateFacts, ReadCertificate, ServesCertificates};
use config::{Problem, Role, Timestamp};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::app::{App, With};
use crate::certificates;
use crate::health::Health;
use crate::publish::Publisher;
use crate::sealed::Sealer;
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

/// A gateway that reads as the real one does, and says less of what is wrong.
#[derive(Default)]
struct Gateway {
    /// How often files were read again.
    reloads: AtomicUsize,
}

impl ServesCertificates for Gateway {
    fn read(&self, chain: &str, key: &str, _: Timestamp) -> Result<ReadCertificate, Problem> {
        let pair = certs::Pair::of_upload("", chain, key).map_err(|error| Problem {
            source: "certificate".into(),
            key: error.file().unwrap().display().to_string(),
            what: ("wrong", "错误").into(),
            allowed: ("right", "正确").into(),
        })?;
        Ok(ReadCertificate {
            chain: pair.chain_pem(),
            facts: CertificateFacts {
                fingerprint: pair.names.concat(),
                names: pair.names,
                issuer: pair.issuer,
                not_before: Timestamp(pair.not_before * 1000),
                not_after: Timestamp(pair.not_after * 1000),
            },
        })
    }

    fn reload(&self) -> BoxFuture<'_, Result<(), Vec<Problem>>> {
        self.reloads.fetch_add(1, Ordering::Relaxed);
        Box::pin(async {
            Err(vec![Problem {
                source: "certificate".into(),
                key: "/etc/gatehouse/a.pem".into(),
                what: ("there is no certificate in it", "其中没有证书").into(),
                allowed: ("a certificate", "一张证书").into(),
            }])
        })
    }
}

fn upload(name: &str) -> Value {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    json!({"chain": made.cert.pem(), "key": made.signing_key.serialize_pem()})
}

fn with_gateway(app: &App) -> Arc<Gateway> {
    let gateway = Arc::new(Gateway::default());
    let _ = app.state.serves_certificates.set(gateway.clone());
    gateway
}

async fn published(app: &App, sealer: &Sealer) -> crate::publish::Built {
    let mut view = app.state.store.view().await.unwrap();
    let now = app.state.clock.now();
    let mut publisher = Publisher::default();
    publisher.build(&mut view, sealer, now).await.unwrap()
}

#[tokio::test]
async fn an_upload_is_listed_and_goes_to_every_gateway_until_it_is_removed() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        with_gateway(&app);
        let sent = upload("wiki.example.com");
        let made = app.call(OP, "POST", "/certificates", sent.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(made.json["names"], json!(["wiki.example.com"]));
        let newer = app.call(OP, "POST", "/certificates", upload("git.example.com"));
        let newer = newer.await;
        let all = app.get(OP, "/certificates").await;
        assert_eq!(all.json["items"][0]["id"], newer.json["id"]);
        assert_eq!(all.json["items"][1], made.json);
        let one = app.get(OP, &format!("/certificates/{}", made.id())).await;
        assert_eq!(one.json, made.json);

        let snapshot = published(&app, &app.state.sealer).await.snapshot;
        let served: Vec<_> = snapshot.certificates.iter().map(|c| &*c.id).collect();
        assert_eq!(served, [newer.id(), made.id()]);
        assert_eq!(
            *snapshot.certificates[1].key,
            *sent["key"].as_str().unwrap()
        );

        let path = format!("/certificates/{}", made.id());
        let removed = app.call(OP, "DELETE", &path, Value::Null).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
        let again = app.call(OP, "DELETE", &path, Value::Null).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        let snapshot = published(&app, &app.state.sealer).await.snapshot;
        assert_eq!(snapshot.certificates.len(), 1);

        let log = app.get(OP, "/events/audit?target_kind=certificate").await;
        let (deleted, created) = (&log.json["items"][0], &log.json["items"][2]);
        assert_eq!(deleted["action"], "delete");
        assert_eq!(deleted["before"], made.json);
        assert_eq!(created["after"], made.json);
        assert_eq!(created["target_name"], "wiki.example.com");
    })
    .await;
}

#[tokio::test]
async fn attack_30_the_key_of_an_upload_is_in_no_answer_no_log_and_not_in_the_store() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        with_gateway(&app);
        let sent = upload("wiki.example.com");
        let key = sent["key"].as_str().unwrap();
        let secret = key.lines().nth(1).unwrap();
        // Somebody pastes all that they have into both places.
        let both = format!("{}{key}", sent["chain"].as_str().unwrap());
        let sent = json!({"chain": both, "key": both});
        let made = app.call(OP, "POST", "/certificates", sent).await;
        let mut said = made.body.clone();
        for path in [
            "/certificates".to_owned(),
            format!("/certificates/{}", made.id()),
            "/events/audit".to_owned(),
            "/configuration".to_owned(),
        ] {
            said += &app.get(OP, &path).await.body;
        }
        let mut read = app.state.store.read().await.unwrap();
        for row in crate::store::certificates::sealed(&mut read).await.unwrap() {
            said += &row.chain;
            said += &String::from_utf8_lossy(&row.private_key);
        }
        assert!(said.contains("BEGIN CERTIFICATE"));
        assert!(!said.contains(secret) && !said.contains("PRIVATE KEY"));
    })
    .await;
}

#[tokio::test]
async fn a_key_that_cannot_be_opened_is_set_aside_and_told_and_holds_up_no_other() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        with_gateway(&app);
        let made = app.call(OP, "POST", "/certificates", upload("a.example.com"));
        let made = made.await.id();
        let mut view = app.state.store.view().await.unwrap();
        let stranger = Sealer::new(&[Zeroizing::new([9; 32])]).unwrap();
        let (good, bad) = certificates::publish(&mut view, &stranger).await.unwrap();
        assert!(good.is_empty());
        let health = Health::default();
        assert_eq!(health.unread_certificates(bad.clone()), bad);
        assert_eq!(health.unread_certificates(bad), [""; 0], "told once");
        let (part, why) = &health.report().concerns[0];
        assert_eq!(*part, "certificates");
        assert!(why.contains(&made), "{why}");
        assert!(health.report().problems.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_an_upload_is_told_by_its_part() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let good = upload("a.example.com");
        let alone = app.call(OP, "POST", "/certificates", good.clone()).await;
        assert_eq!(alone.status, StatusCode::CONFLICT, "no gateway is here");
        with_gateway(&app);
        let other = upload("b.example.com");
        let long = "-".repeat(64 * 1024 + 1);
        for (chain, key, field) in [
            (&good["chain"], &other["key"], "key"),
            (&json!("nothing"), &good["key"], "chain"),
            (&json!(long), &good["key"], "chain"),
            (&good["chain"], &json!(long), "key"),
        ] {
            let sent = json!({"chain": chain, "key": key});
            let answer = app.call(OP, "POST", "/certificates", sent).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(answer.text("field"), field);
        }
        app.call(OP, "POST", "/certificates", good.clone())
            .await
            .id();
        let twice = app.call(OP, "POST", "/certificates", good.clone()).await;
        assert_eq!(twice.text("field"), "chain");
        assert!(twice.text("detail").contains("has been uploaded"));
        // With a chain below it that it did not have.
        let chain = [&good["chain"], &other["chain"]].map(|pem| pem.as_str().unwrap());
        let mended = json!({"chain": chain.concat(), "key": good["key"]});
        let mended = app.call(OP, "POST", "/certificates", mended).await;
        assert_eq!(mended.status, StatusCode::CREATED, "{}", mended.body);
    })
    .await;
}

#[tokio::test]
async fn attack_18_an_auditor_reads_certificates_and_changes_none() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        with_gateway(&app);
        let (_, auditor) = app.member("auditor", &[Role::Auditor]).await;
        let (_, security) = app.member("security", &[Role::SecurityAdministrator]).await;
        let (_, desk) = app.member("desk", &[Role::HelpDesk]).await;
        let sent = upload("a.example.com");
        for with in [&auditor, &desk] {
            let answer = app.call(with, "POST", "/certificates", sent.clone()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            let answer = app.call(with, "POST", "/node/certificates/reload", Value::Null);
            assert_eq!(answer.await.status, StatusCode::FORBIDDEN);
        }
        let made = app
            .call(&security, "POST", "/certificates", sent)
            .await
            .id();
        let path = format!("/certificates/{made}");
        assert_eq!(app.get(&auditor, &path).await.status, StatusCode::OK);
        assert_eq!(app.get(&desk, &path).await.status, StatusCode::FORBIDDEN);
        let answer = app.call(&auditor, "DELETE", &path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_again_is_named_and_the_attempt_is_noted() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        with_gateway(&app);
        let answer = app.call(OP, "POST", "/node/certificates/reload", Value::Null);
        let answer = answer.await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.text("field"), "/etc/gatehouse/a.pem");
        let log = app.get(OP, "/events/audit?action=reload").await.json;
        assert_eq!(log["items"][0]["target_kind"], "certificate");
        assert_eq!(log["items"][0]["result"], "failed");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_read_again_that_cannot_be_recorded() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let gateway = with_gateway(&app);
        store.close().await;
        let answer = app.call(OP, "POST", "/node/certificates/reload", Value::Null);
        let answer = answer.await;
        assert!(answer.status.is_server_error(), "{}", answer.status);
        assert_eq!(gateway.reloads.load(Ordering::Relaxed), 0);
    })
    .await;
}
