//! What administrators are told, and how often.

use serde_json::json;

use config::Timestamp;
use config::id::RunId;

use super::*;
use crate::api::tests::app::{App, With};
use crate::store::messages::{self, MessageFilter};
use crate::store::sync_runs::{self as runs, Counts};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;
const NEW_YEAR_2040: i64 = 2_208_988_800_000;

/// An app with a sender, a directory, an administrator who can be reached, and others who are none or cannot.
async fn scene(app: &App, ca: &str) -> DirectoryId {
    let sender = json!({
        "host": "127.0.0.1", "port": 2525, "security": "none", "from": "gate@example.com",
        "ceilings": {"per_recipient": 50, "per_day": 100}
    });
    app.call(OP, "PUT", "/senders/mail", json!({"sender": sender}))
        .await;
    for (username, role, is_verified) in [
        ("ann", Some("administrator"), true),
        ("bob", Some("administrator"), false),
        ("cid", Some("auditor"), true),
        ("dan", None, true),
    ] {
        let draft = json!({
            "username": username, "display_name": username,
            "email": format!("{username}@example.com"), "email_verified": is_verified,
        });
        let id = app.call(OP, "POST", "/members", draft).await.id();
        if let Some(role) = role {
            let mut tx = app.state.store.begin().await.unwrap();
            role_holdings::set(&mut tx, &id.as_str().into(), &[(role, None)], Timestamp(1))
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
    }
    let draft = json!({
        "name": "Staff", "used_for": "organisation", "enabled": true,
        "source": { "kind": "ldap", "servers": ["ldaps://127.0.0.1:1"], "base": "dc=example", "ca": ca },
    });
    app.call(OP, "POST", "/directories", draft)
        .await
        .id()
        .as_str()
        .into()
}

/// A run that the schedule began, and that stands at `phase` now.
async fn run(app: &App, directory: &DirectoryId, phase: &str, actor: &str) {
    run_of(app, directory, ("full", phase), actor).await;
}

async fn run_of(app: &App, directory: &DirectoryId, (mode, phase): (&str, &str), actor: &str) {
    // Nobody is sent two messages at once.
    app.state.clock.advance(Duration::from_mins(1));
    let now = app.state.clock.now();
    let row = RunRow {
        id: RunId::generate(),
        directory: directory.clone(),
        directory_name: "Staff".into(),
        mode: mode.into(),
        is_trial: false,
        phase: phase.into(),
        actor_kind: actor.into(),
        actor_id: None,
        actor_name: actor.into(),
        started_at: now,
        finished_at: None,
        counts: Counts::default(),
        reason: None,
        undoes: None,
    };
    let mut tx = app.state.store.begin().await.unwrap();
    runs::insert(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
}

async fn told(app: &App) -> Vec<String> {
    sweep(&app.state, app.state.clock.now()).await.unwrap();
    let mut read = app.state.store.read().await.unwrap();
    let found = messages::list(&mut read, &MessageFilter::default(), None, 100).await;
    let kept = found
        .unwrap()
        .into_iter()
        .filter(|row| row.kind == "directory_trouble");
    kept.map(|row| row.recipient).collect()
}

#[tokio::test]
async fn administrators_are_told_once_that_scheduled_runs_fail_and_anew_after_one_that_did_not() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let staff = scene(&app, "").await;
        assert!(told(&app).await.is_empty());
        run(&app, &staff, "failed", "member").await;
        assert!(told(&app).await.is_empty(), "whoever began it looks at it");
        run(&app, &staff, "failed", "system").await;
        assert_eq!(told(&app).await, ["ann@example.com"]);
        run(&app, &staff, "failed", "system").await;
        assert_eq!(told(&app).await.len(), 1, "it still fails");
        run(&app, &staff, "done", "system").await;
        run(&app, &staff, "failed", "system").await;
        assert_eq!(told(&app).await.len(), 2);
        run(&app, &staff, "waiting", "system").await;
        for _ in 0..2 {
            assert_eq!(told(&app).await.len(), 3, "each that waits");
        }
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_told_and_shown_although_a_directory_goes_on_telling() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let staff = scene(&app, "").await;
        run_of(&app, &staff, ("push", "waiting"), "system").await;
        run_of(&app, &staff, ("push", "done"), "system").await;
        assert_eq!(told(&app).await, ["ann@example.com"]);
        let path = format!("/sync-runs?directory={staff}&latest=true");
        let latest = app.get(OP, &path).await;
        assert_eq!(latest.json["items"][0]["phase"], "waiting");
        run_of(&app, &staff, ("full", "failed"), "system").await;
        let latest = app.get(OP, &path).await;
        assert_eq!(
            latest.json["items"][0]["phase"], "waiting",
            "it is not over"
        );
        let refused = app.get(OP, "/sync-runs?latest=true").await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.body);
        let mut tx = app.state.store.begin().await.unwrap();
        runs::forget(&mut tx, Timestamp(i64::MAX), 100)
            .await
            .unwrap();
        rows::forget_runs(&mut tx).await.unwrap();
        let runs = runs::list(&mut tx, Some(&staff), None, 10).await.unwrap();
        for run in runs {
            let subject = format!("run:{}", run.id);
            assert_eq!(
                rows::is_told(&mut tx, &staff, &subject).await.unwrap(),
                run.mode == "push" && run.phase == "waiting"
            );
        }
        rows::note(&mut tx, &staff, "run:gone", Timestamp(1))
            .await
            .unwrap();
        rows::forget_runs(&mut tx).await.unwrap();
        assert!(!rows::is_told(&mut tx, &staff, "run:gone").await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn the_end_of_an_authority_is_told_two_weeks_before() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let mut ends = rcgen::CertificateParams::new(Vec::new()).unwrap();
        ends.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        ends.not_after = rcgen::date_time_ymd(2040, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let ca = ends.self_signed(&key).unwrap().pem();
        scene(&app, &ca).await;
        let twenty_days_before = NEW_YEAR_2040 - 20 * 24 * 3_600_000;
        let ahead = twenty_days_before - app.state.clock.now().as_millis();
        app.state
            .clock
            .advance(Duration::from_millis(ahead.unsigned_abs()));
        assert!(told(&app).await.is_empty());
        app.state.clock.advance(Duration::from_hours(24 * 7));
        for _ in 0..2 {
            assert_eq!(told(&app).await, ["ann@example.com"]);
        }
    })
    .await;
}
