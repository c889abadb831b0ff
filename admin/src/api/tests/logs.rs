//! The logs are searched and taken away over the API.

use axum::body::Body;
use axum::http::{StatusCode, header};
use config::Role;
use http_body_util::BodyExt;
use serde_json::json;

use super::app::{App, With};
use crate::store::events::tests::{access_event, insert};
use crate::store::testing::{TestStore, on_both_engines};

const OP: &With = &With::Operator;
/// 2026-01-01, when the clock of a test stands still.
const NOW: i64 = 1_767_225_600_000;

async fn with_events(store: &TestStore) -> App {
    let app = App::start(store).await;
    let mut bad = access_event("b", NOW - 1000);
    bad.username = Some("=cmd|' /C calc'!A0".into());
    bad.path = "/wiki/页面".into();
    insert(store, &[access_event("a", NOW - 2000), bad]).await;
    app
}

async fn taken(app: &App, path: &str, language: &str) -> Vec<u8> {
    let request = App::request("GET", path, OP)
        .header(header::ACCEPT_LANGUAGE, language)
        .body(Body::empty())
        .unwrap();
    let answer = app.answer(request).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer
        .into_body()
        .collect()
        .await
        .unwrap()
        .to_bytes()
        .to_vec()
}

#[tokio::test]
async fn a_log_is_searched_by_what_its_columns_show() {
    on_both_engines(async |store| {
        let app = with_events(&store).await;
        for (query, found) in [
            ("username=CMD", 1),
            ("username=alice", 1),
            ("path=%E9%A1%B5", 1),
            ("reason=no_rule&host=wiki", 2),
            ("reason=ip_denied", 0),
            ("client_address=192.0.2.0/24", 2),
            ("client_address=192.0.2.8", 0),
            ("status=403&method=get", 2),
            ("member=m1&order=oldest&limit=1", 1),
        ] {
            let answer = app.get(OP, &format!("/events/access?{query}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{query}");
            let items = answer.json["items"].as_array().unwrap();
            assert_eq!(items.len(), found, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_filter_is_told_by_its_name() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    for (path, field) in [
        (
            "/events/access?client_address=10.0.0.0/40",
            "client_address",
        ),
        ("/events/access?status=ok", "status"),
        ("/events/access?order=random", "order"),
        ("/events/access?since=2&until=1", "until"),
        ("/events/sign-ins?kind=lost", "kind"),
        ("/events/audit?result=maybe", "result"),
        ("/events/audit/export?format=pdf", "format"),
        (
            "/events/audit/export?format=csv&time_zone=Mars",
            "time_zone",
        ),
    ] {
        let answer = app.get(OP, path).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(answer.text("field"), field, "{path}");
        assert!(!answer.text("allowed").is_empty());
    }
}

#[tokio::test]
async fn attack_29_a_name_in_a_log_is_no_formula_in_its_table() {
    on_both_engines(async |store| {
        let app = with_events(&store).await;
        let path = "/events/access/export?format=csv&time_zone=Asia/Shanghai";
        let csv = String::from_utf8(taken(&app, path, "zh-CN").await).unwrap();
        let lines: Vec<_> = csv.trim_start_matches('\u{FEFF}').lines().collect();
        assert!(lines[0].starts_with("时间,用户名,IP 地址"), "{csv}");
        assert!(
            lines[1].starts_with("2026-01-01T07:59:59.000+08:00,'=cmd|"),
            "{csv}"
        );
        assert_eq!(lines.len(), 3);
        let book = taken(&app, &path.replace("csv", "xlsx"), "en").await;
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(book)).unwrap();
        let sheet = calamine::Reader::worksheet_range_at(&mut book, 0);
        let sheet = sheet.unwrap().unwrap();
        assert_eq!(
            sheet.get((1, 1)).unwrap().to_string(),
            "'=cmd|' /C calc'!A0"
        );
    })
    .await;
}

#[tokio::test]
async fn a_table_holds_what_the_filter_shows_and_is_told_of() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let all: Vec<_> = (0..2500)
            .map(|n| access_event(&format!("e{n:04}"), NOW - 3000 + n))
            .collect();
        insert(&store, &all).await;
        let (id, with) = app.member("auditor", &[Role::Auditor]).await;
        let path = "/events/access/export?format=csv&reason=no_rule&order=oldest";
        let request = App::request("GET", path, &with)
            .body(Body::empty())
            .unwrap();
        let answer = app.answer(request).await;
        let file = &answer.headers()[header::CONTENT_DISPOSITION];
        assert_eq!(file, "attachment; filename=\"access-log.csv\"");
        let csv = answer.into_body().collect().await.unwrap().to_bytes();
        let mut lines = csv::Reader::from_reader(&csv[..]);
        let rows: Vec<_> = lines.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), all.len());
        assert!(rows.is_sorted_by(|a, b| a[0] <= b[0]));
        let told = app.get(OP, "/events/audit?action=export").await;
        let told = &told.json["items"][0];
        assert_eq!(told["actor"], json!(id));
        assert_eq!(told["target_kind"], "access_log");
        assert_eq!(
            told["after"],
            json!({"reason": "no_rule", "order": "oldest"})
        );
    })
    .await;
}

#[tokio::test]
async fn the_other_logs_are_taken_away_too() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    app.call(OP, "POST", "/groups", json!({"name": "+运维"}))
        .await
        .id();
    let audit = taken(
        &app,
        "/events/audit/export?format=csv&target_kind=group",
        "en",
    )
    .await;
    let audit = String::from_utf8(audit).unwrap();
    assert_eq!(audit.lines().count(), 2, "{audit}");
    assert!(audit.contains("create,group,'+运维,Done"), "{audit}");
    let sign_ins = taken(&app, "/events/sign-ins/export?format=csv", "zh").await;
    let sign_ins = String::from_utf8(sign_ins).unwrap();
    assert!(sign_ins.contains("时间,用户名,事件,验证方式"), "{sign_ins}");
}
