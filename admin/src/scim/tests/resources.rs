//! What every client may count on.

use serde_json::json;

use super::Provider;
use crate::store::testing::on_both_engines;
use crate::sync::testing::unlimited;

#[tokio::test]
async fn a_second_user_of_a_name_is_refused_and_nobody_found_is_no_error() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let made = provider.user("ada").await.is(201);
        let twice = provider.user("ADA").await.is(409);
        assert_eq!(twice.body["scimType"], "uniqueness");
        assert_eq!(twice.body["status"], "409");
        let none = provider
            .get("/Users?filter=externalId%20eq%20%22nobody%22")
            .await
            .is(200);
        assert_eq!(
            (&none.body["totalResults"], &none.body["Resources"]),
            (&json!(0), &json!([]))
        );
        let one = provider
            .get("/Users?filter=externalId%20eq%20%22ext-ada%22")
            .await
            .is(200);
        assert_eq!(one.body["Resources"][0]["id"], made.id());
        let wrong = provider
            .get("/Users?filter=userName%20is%20ada")
            .await
            .is(400);
        assert_eq!(wrong.body["scimType"], "invalidFilter");
        let unfit = provider.user("ada lovelace").await.is(400);
        assert_eq!(unfit.body["scimType"], "invalidValue");
        provider.get("/Users/none").await.is(404);
        provider.get("/Nothing").await.is(404);
        provider
            .send("POST", "/Bulk", Some(json!({})))
            .await
            .is(501);
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        for name in ["a1", "a2", "a3", "b1"] {
            provider.user(name).await.is(201);
        }
        let page = provider
            .get("/Users?startIndex=2&count=2&attributes=userName")
            .await
            .is(200);
        assert_eq!(page.body["totalResults"], 4);
        assert_eq!(
            (&page.body["startIndex"], &page.body["itemsPerPage"]),
            (&json!(2), &json!(2))
        );
        assert_eq!(page.body["Resources"][0]["userName"], "a2");
        assert_eq!(page.body["Resources"][0].get("displayName"), None);
        let filtered = "/Users?filter=userName%20sw%20%22a%22&startIndex=3&count=5";
        let page = provider.get(filtered).await.is(200);
        assert_eq!(page.body["totalResults"], 3);
        assert_eq!(page.body["Resources"][0]["userName"], "a3");
        let none = provider.get("/Users?count=0").await.is(200);
        assert_eq!(
            (&none.body["totalResults"], &none.body["itemsPerPage"]),
            (&json!(4), &json!(0))
        );
    })
    .await;
}

#[tokio::test]
async fn what_has_changed_since_is_not_overwritten() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let made = provider.user("ada").await.is(201);
        let (path, etag) = (
            format!("/Users/{}", made.id()),
            made.headers["etag"].clone(),
        );
        let bearer = format!("Bearer {}", provider.token);
        let etag = etag.to_str().unwrap();
        let conditional = async |method: &str, name: &str| {
            let with = [("authorization", bearer.as_str()), (name, etag)];
            let body = (method == "PUT").then(|| json!({"userName": "ada", "title": "x"}));
            provider
                .send_with(method, &path, body, &with)
                .await
                .status
                .as_u16()
        };
        assert_eq!(conditional("GET", "if-none-match").await, 304);
        assert_eq!(conditional("PUT", "if-match").await, 200);
        assert_eq!(conditional("PUT", "if-match").await, 412);
        assert_eq!(conditional("GET", "if-none-match").await, 200);
    })
    .await;
}

#[tokio::test]
async fn what_is_told_twice_changes_nothing_and_leaves_one_record() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let made = provider.user("ada").await.is(201);
        let path = format!("/Users/{}", made.id());
        let before = provider.get(&path).await.body;
        provider
            .send("PUT", &path, Some(before.clone()))
            .await
            .is(200);
        provider.set_active(made.id(), true).await.is(200);
        assert_eq!(provider.get(&path).await.body, before);
        let runs = provider.runs().await;
        assert_eq!(runs.len(), 1);
        assert_eq!(
            (runs[0].mode.as_str(), runs[0].phase.as_str()),
            ("push", "done")
        );
        let changes = provider.changes(&runs[0]).await;
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].kind, "create");
        assert!(changes[0].after.as_deref().unwrap().contains("ADA"));
    })
    .await;
}

#[tokio::test]
async fn an_error_is_told_in_the_language_that_is_asked_for() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let bearer = format!("Bearer {}", provider.token);
        let with = [
            ("authorization", bearer.as_str()),
            ("accept-language", "zh-CN"),
        ];
        let answer = provider
            .send_with("GET", "/Users/none", None, &with)
            .await
            .is(404);
        assert_eq!(answer.body["detail"], "该资源不存在");
    })
    .await;
}
