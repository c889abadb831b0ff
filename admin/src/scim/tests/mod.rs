//! Providers as they push, through the whole router.

mod attacks;
mod compliance;
mod groups;
mod providers;
mod resources;
mod safety;

use std::net::IpAddr;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use config::Role;
use config::id::DirectoryId;
use config::link::Visitor;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::directories::scim::{ScimSettings, tokens};
use crate::directories::sign_in::SignInTerms;
use crate::directories::{self, DirectoryDraft, Organisation, Source, UsedFor};
use crate::edit::Edit;
use crate::members::{self, Member};
use crate::store::sync_changes::{self, ChangeRow};
use crate::store::sync_runs::{self, RunRow};
use crate::store::testing::TestStore;
use crate::sync::testing::taken;
use crate::testing::{ACCESS, House, operator};

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }
}

/// A provider that pushes to a house with an owner.
pub struct Provider {
    pub house: House,
    pub directory: DirectoryId,
    pub token: String,
    pub address: IpAddr,
}

impl Provider {
    pub async fn new(store: TestStore, organisation: Organisation) -> Self {
        let house = House::empty(store);
        house.member("olga", "Olga", &[Role::Owner]).await;
        let directory = connect(&house, "Okta", organisation, ScimSettings::default()).await;
        let token = token(&house, &directory).await;
        Self {
            house,
            directory,
            token,
            address: "203.0.113.9".parse().unwrap(),
        }
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let authorization = format!("Bearer {}", self.token);
        let with = [("authorization", authorization.as_str())];
        self.send_with(method, path, body, &with).await
    }

    pub async fn send_with(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        with: &[(&str, &str)],
    ) -> Answer {
        let uri = format!(
            "/.gatehouse/scim/v2/directories/{}{path}",
            self.directory.as_str()
        );
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in with {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/scim+json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(Visitor {
            client_address: self.address,
            host: ACCESS.to_owned(),
            request_id: "r1".to_owned(),
            application: None,
        });
        let answer = self.house.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned().into())
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    /// Tells of somebody.
    pub async fn user(&self, name: &str) -> Answer {
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name,
            "externalId": format!("ext-{name}"), "displayName": name.to_uppercase(), "active": true,
        });
        self.send("POST", "/Users", Some(user)).await
    }

    pub async fn patch(&self, path: &str, operations: Value) -> Answer {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations,
        });
        self.send("PATCH", path, Some(body)).await
    }

    pub async fn set_active(&self, id: &str, is_active: bool) -> Answer {
        let operation = json!([{"op": "replace", "value": {"active": is_active}}]);
        self.patch(&format!("/Users/{id}"), operation).await
    }

    pub async fn member(&self, username: &str) -> Option<Member> {
        let mut read = self.house.state.store.read().await.unwrap();
        members::find_by_any(&mut read, username).await.ok()
    }

    pub async fn runs(&self) -> Vec<RunRow> {
        let mut read = self.house.state.store.read().await.unwrap();
        sync_runs::list(&mut read, Some(&self.directory), None, 100)
            .await
            .unwrap()
    }

    pub async fn changes(&self, run: &RunRow) -> Vec<ChangeRow> {
        let mut read = self.house.state.store.read().await.unwrap();
        let wanted = sync_changes::Wanted::default();
        sync_changes::list(&mut read, &run.id, wanted, 0, 1000)
            .await
            .unwrap()
    }

    /// Lets whichever run is not over go as far as it goes by itself.
    pub async fn work(&self) {
        let state = &self.house.state;
        for _ in 0..3 {
            let mut read = state.store.read().await.unwrap();
            let open = sync_runs::unfinished(&mut read, Some(&self.directory)).await;
            drop(read);
            for run in open.unwrap().iter().filter(|run| run.phase != "waiting") {
                let lease = taken(&self.house, &self.directory).await;
                crate::sync::run::drive(state, run, &lease).await.unwrap();
            }
        }
    }
}

pub async fn connect(
    house: &House,
    name: &str,
    organisation: Organisation,
    settings: ScimSettings,
) -> DirectoryId {
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let draft = DirectoryDraft {
        name: name.to_owned(),
        used_for: UsedFor::Organisation,
        enabled: true,
        source: Source::Scim(settings),
        organisation,
        sign_in: SignInTerms::default(),
        secret: None,
        secrets: std::collections::BTreeMap::default(),
    };
    directories::create(edit, draft).await.unwrap().id
}

pub async fn token(house: &House, directory: &DirectoryId) -> String {
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    tokens::create(edit, directory).await.unwrap().secret
}
