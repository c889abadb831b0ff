//! A cloud that answers as Feishu's does, and a house that is connected to it.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use config::id::DirectoryId;
use examples::feishu::{
    APP_ID, APP_SECRET, Cloud, Delivery, ENCRYPT_KEY, TENANT_KEY, VERIFICATION_TOKEN,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::FeishuSettings;
use crate::directories::sign_in::SignInTerms;
use crate::directories::suite::door;
use crate::directories::{self, DirectoryDraft, Organisation, Source, UsedFor};
use crate::edit::Edit;
use crate::sync::testing::unlimited;
use crate::testing::{ACCESS, Answered, House, operator};

pub struct CloudServer {
    pub cloud: Cloud,
    pub at: String,
}

impl CloudServer {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let cloud = Cloud::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}", listener.local_addr().unwrap());
        let router = cloud.clone().router();
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { cloud, at }
    }

    pub fn settings(&self) -> FeishuSettings {
        serde_json::from_value(json!({
            "url": self.at, "accounts_url": self.at, "app_id": APP_ID, "tenant_key": TENANT_KEY,
        }))
        .unwrap()
    }

    pub fn draft(&self) -> DirectoryDraft {
        let secrets = [
            (super::APP_SECRET, APP_SECRET),
            (super::ENCRYPT_KEY, ENCRYPT_KEY),
            (super::VERIFICATION_TOKEN, VERIFICATION_TOKEN),
        ];
        let owned = secrets.map(|(name, value)| (name.to_owned(), value.to_owned()));
        DirectoryDraft {
            name: "Feishu".to_owned(),
            used_for: UsedFor::Both,
            enabled: true,
            source: Source::Feishu(self.settings()),
            organisation: Organisation {
                every_minutes: Some(10_080),
                ..unlimited()
            },
            sign_in: SignInTerms::default(),
            secret: None,
            secrets: owned.into(),
        }
    }

    pub async fn connect(&self, house: &House) -> DirectoryId {
        let permit = operator();
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        directories::create(edit, self.draft()).await.unwrap().id
    }
}

/// A change as it would be delivered now.
pub fn changed(house: &House, id: &str, kind: &str, person: &str) -> Delivery {
    let seconds = u64::try_from(house.state.clock.now().as_seconds()).unwrap();
    let object = if person.is_empty() {
        Value::Null
    } else {
        json!({ "union_id": person })
    };
    Cloud::default().event(id, kind, &object, seconds)
}

/// Brings something to the callback.
pub async fn deliver(house: &House, directory: &DirectoryId, made: &Delivery) -> Answered {
    let mut request = Request::post(format!("{}/{directory}", door::PATH));
    for (name, value) in &made.headers {
        request = request.header(*name, value);
    }
    let mut browser = house.browser();
    let body = Body::from(made.body.clone());
    browser.send(ACCESS, request, body).await
}

/// Waits until it is so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}");
}
