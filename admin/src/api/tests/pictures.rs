//! Pictures of the brand over the API.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use config::Role;
use config::snapshot::PictureKind;
use http_body_util::BodyExt;
use image::{DynamicImage, ImageFormat, RgbaImage};
use serde_json::json;

use super::app::{Answer, App, With};
use crate::pictures;
use crate::publish::Publisher;
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = DynamicImage::ImageRgba8(RgbaImage::new(width, height));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

async fn put(app: &App, with: &With, kind: &str, bytes: Vec<u8>) -> Answer {
    let path = format!("/brand/pictures/{kind}");
    let request = App::request("PUT", &path, with)
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .body(Body::from(bytes))
        .unwrap();
    app.send(request).await
}

/// The picture of that name, for a browser that has what bears the tag.
async fn serve(app: &App, name: &str, has: Option<&str>) -> Response {
    let state = axum::extract::State(app.state.clone());
    let mut sent = HeaderMap::new();
    if let Some(tag) = has {
        sent.insert(header::IF_NONE_MATCH, tag.parse().unwrap());
    }
    pictures::serve(state, axum::extract::Path(name.to_owned()), sent).await
}

#[tokio::test]
async fn a_picture_is_put_in_its_place_published_served_and_taken_away() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, admin) = app.member("admin", &[Role::Administrator]).await;
        let answer = put(&app, &admin, "logo", png(1280, 320)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
        assert_eq!(
            (&answer.json["width"], &answer.json["height"]),
            (&json!(640), &json!(160))
        );
        let path = answer.text("path").to_owned();
        let mut view = app.state.store.view().await.unwrap();
        let now = app.state.clock.now();
        let built = Publisher::default()
            .build(&mut view, &app.state.sealer, now)
            .await;
        drop(view);
        let published = built.unwrap().snapshot.pictures;
        assert_eq!(published.find(PictureKind::Logo).unwrap().path, path);
        let name = path.rsplit('/').next().unwrap().to_owned();
        let served = serve(&app, &name, None).await;
        assert_eq!(served.headers()[header::CONTENT_TYPE], "image/png");
        assert_eq!(served.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let tag = served.headers()[header::ETAG].to_str().unwrap().to_owned();
        let again = serve(&app, &name, Some(&format!("\"x\", W/{tag}"))).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], tag);
        assert!(again.headers().contains_key(header::CACHE_CONTROL));
        let bytes = served.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(image::guess_format(&bytes).unwrap(), ImageFormat::Png);
        let removed = app
            .call(&admin, "DELETE", "/brand/pictures/logo", json!({}))
            .await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
        let list = app.get(OP, "/brand/pictures").await.json;
        assert_eq!(list["items"], json!([]));
        let log = app.get(OP, "/events/audit?target_kind=picture").await.json;
        assert_eq!(log["items"][0]["action"], "delete");
        assert_eq!(log["items"][1]["after"]["path"], path);
    })
    .await;
}

#[tokio::test]
async fn attack_24_a_picture_that_is_none_is_refused_and_not_everybody_uploads() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, admin) = app.member("admin", &[Role::Administrator]).await;
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        let answer = put(&app, &admin, "logo", svg.to_vec()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.text("field"), "picture");
        assert!(answer.text("allowed").contains("not SVG"));
        let answer = put(&app, &admin, "banner", png(1, 1)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let large = put(&app, &admin, "logo", vec![0; 3 << 20]).await;
        assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
        let (_, auditor) = app.member("auditor", &[Role::Auditor]).await;
        let answer = put(&app, &auditor, "logo", png(10, 10)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        for name in ["x", "x.png", &format!("{}.png", "0".repeat(64)), "../style"] {
            let answer = serve(&app, name, None).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_application_has_an_icon_until_it_goes_back_to_a_letter_or_is_gone() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({
            "name": {"en": "Wiki"}, "hosts": ["wiki.example.com"],
            "pool": {"upstreams": [{"address": "10.0.0.5:80"}]}
        });
        let id = app.call(OP, "POST", "/applications", draft).await.id();
        let path = format!("/applications/{id}/icon");
        let send = async |bytes: Vec<u8>| {
            let request = App::request("PUT", &path, OP)
                .header(header::CONTENT_TYPE, "application/octet-stream");
            app.send(request.body(Body::from(bytes)).unwrap()).await
        };
        let wide = send(png(300, 100)).await;
        assert_eq!(wide.text("detail"), "an icon is square");
        let put = send(png(300, 300)).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.json);
        let listed = app.get(OP, "/application-icons").await.json;
        assert_eq!(listed["items"][0]["path"], put.json["path"]);
        let log = app.get(OP, "/events/audit?action=set_icon").await.json;
        assert_eq!(log["items"][0]["target_name"], "Wiki");
        let gone = app.call(OP, "DELETE", &path, json!({})).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        send(png(64, 64)).await;
        let path = format!("/applications/{id}");
        app.call(OP, "DELETE", &path, json!({})).await;
        let listed = app.get(OP, "/application-icons").await.json;
        assert_eq!(listed["items"], json!([]));
    })
    .await;
}
