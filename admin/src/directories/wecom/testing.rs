//! A cloud that answers as WeCom's does, and a house that is connected to it.

use axum::body::Body;
use axum::http::Request;
use config::id::DirectoryId;
use examples::wecom::{
    AES_KEY, AGENT_ID, APP_SECRET, CALLBACK_TOKEN, CORP_ID, Cloud, Delivery, message,
};
use serde_json::json;
use tokio::net::TcpListener;

use super::WeComSettings;
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

    pub fn settings(&self) -> WeComSettings {
        serde_json::from_value(json!({
            "url": self.at, "sign_in_url": self.at, "inside_url": self.at,
            "corp_id": CORP_ID, "agent_id": AGENT_ID,
        }))
        .unwrap()
    }

    pub fn draft(&self) -> DirectoryDraft {
        let secrets = [
            (super::APP_SECRET, APP_SECRET),
            (super::CALLBACK_TOKEN, CALLBACK_TOKEN),
            (super::AES_KEY, AES_KEY),
        ];
        let owned = secrets.map(|(name, value)| (name.to_owned(), value.to_owned()));
        DirectoryDraft {
            name: "WeCom".to_owned(),
            used_for: UsedFor::Both,
            enabled: true,
            source: Source::WeCom(self.settings()),
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

pub fn seconds(house: &House) -> u64 {
    u64::try_from(house.state.clock.now().as_seconds()).unwrap()
}

/// A change as it would be delivered now.
pub fn changed(house: &House, kind: &str, fields: &[(&str, &str)]) -> Delivery {
    let now = seconds(house);
    Delivery::event(&message(kind, fields, now), now)
}

/// Brings something to the callback.
pub async fn deliver(house: &House, directory: &DirectoryId, made: &Delivery) -> Answered {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&made.query);
    let at = format!("{}/{directory}?{}", door::PATH, query.finish());
    let request = if made.body.is_empty() {
        Request::get(at)
    } else {
        Request::post(at).header("content-type", "text/xml")
    };
    let mut browser = house.browser();
    let body = Body::from(made.body.clone());
    browser.send(ACCESS, request, body).await
}
