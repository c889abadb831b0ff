//! The brand over the API, and how the sign-in page looks with it.

use axum::http::StatusCode;
use serde_json::json;

use super::app::{App, With};
use super::changes::announced;
use crate::store::changes::Change;
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

#[tokio::test]
async fn the_brand_begins_as_the_default_and_is_changed_by_version() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let brand = app.get(OP, "/brand").await;
        assert_eq!(brand.tag.as_deref(), Some("\"0\""));
        let mut wanted = brand.json.clone();
        wanted["organisation"]["en"] = json!("Example Ltd");
        let kept = app
            .call_if(OP, "PUT", "/brand", "\"0\"", wanted.clone())
            .await;
        assert_eq!(kept.tag.as_deref(), Some("\"1\""), "{}", kept.json);
        let mut scripted = wanted.clone();
        scripted["help_link"] = json!("javascript:alert(1)");
        let refused = app.call_if(OP, "PUT", "/brand", "\"1\"", scripted).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.json.to_string().contains("help_link"));
        let stale = app.call_if(OP, "PUT", "/brand", "\"0\"", wanted).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        assert!(announced(&app).await.contains(&Change::Snapshot));
    })
    .await;
}

#[tokio::test]
async fn attack_24_a_preview_is_the_page_itself_with_a_brand_that_is_not_saved() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let mut brand = app.get(OP, "/brand").await.json;
        brand["sign_in_title"]["zh-CN"] = json!("<script>alert(1)</script>欢迎");
        brand["colour"] = json!("#aa3300");
        brand["help_link"] = json!("javascript:alert(1)");
        let draft = json!({"brand": brand, "language": "zh-CN"});
        let shown = app.call(OP, "POST", "/brand/preview", draft).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.json);
        let page = shown.text("page");
        assert!(
            page.contains("&#60;script&#62;alert(1)&#60;/script&#62;欢迎</h1>"),
            "{page}"
        );
        assert!(page.contains("brand-aa3300.css") && page.contains("lang=\"zh-CN\""));
        assert!(!page.contains("<script") && !page.contains("javascript:"));
        let kept = app.get(OP, "/brand").await;
        assert_eq!(kept.json["colour"], "#1f5eff");
        assert_eq!(kept.tag.as_deref(), Some("\"0\""));
    })
    .await;
}
