//! A `django-cas-server` that a test starts for itself.

use parking_lot::Mutex;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use super::CasSettings;
use crate::directories::testing::{Seen, Server, Visitor, hidden_fields};

/// The only user.
pub const USER: &str = "wang";
const PASSWORD: &str = "their password";

pub struct CasServer {
    server: Server,
    _folder: TempDir,
    visitor: tokio::sync::Mutex<Visitor>,
    /// What it told of sessions that are over.
    logouts: std::sync::Arc<Mutex<Vec<String>>>,
}

impl CasServer {
    /// One that serves every address below that of our sign-in pages.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start("cas", folder.path());
        let logouts = std::sync::Arc::<Mutex<Vec<String>>>::default();
        let told = logouts.clone();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let logout_to = format!("http://{}/", listener.local_addr().unwrap());
        let take = async move |body: String| told.lock().push(body);
        let router = axum::Router::new().route("/", axum::routing::post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let own = Self {
            visitor: tokio::sync::Mutex::new(Visitor::at(&server.at)),
            server,
            _folder: folder,
            logouts,
        };
        own.server.obey(&json!({
            "pattern": "^https://access.example.com/sign-in/directories/", "logout_to": logout_to,
        }));
        own
    }

    /// The server's user has these attributes beside the usual ones from now on.
    pub fn knows(&self, attributes: &Value) {
        self.server.obey(&json!({
            "pattern": "^https://access.example.com/sign-in/directories/", "attributes": attributes,
        }));
    }

    pub fn settings(&self) -> CasSettings {
        let settings = json!({"url": self.server.at, "attributes": {"key": "uid"}});
        serde_json::from_value(settings).unwrap()
    }

    /// What the browser does there in which the user signs in, if that is needed: where it is sent back to.
    pub async fn visit(&self, address: &Url) -> Url {
        let mut visitor = self.visitor.lock().await;
        match visitor.get(address).await {
            Seen::Away(back) => back,
            Seen::Page(at, page) => {
                let mut fields = hidden_fields(&page);
                fields.push(("username".to_owned(), USER.to_owned()));
                fields.push(("password".to_owned(), PASSWORD.to_owned()));
                visitor.post(&at, &fields).await.away()
            }
        }
    }

    /// The user signs out there; gives the requests that the server sent to the services.
    pub async fn sign_out(&self) -> Vec<String> {
        let address = Url::parse(&format!("{}/logout", self.server.at)).unwrap();
        self.visitor.lock().await.get(&address).await.page();
        std::mem::take(&mut *self.logouts.lock())
    }

    /// A ticket for `service`, of the user who is signed in.
    pub async fn ticket_for(&self, service: &str) -> String {
        let mut address = Url::parse(&format!("{}/login", self.server.at)).unwrap();
        address.query_pairs_mut().append_pair("service", service);
        let back = self.visit(&address).await;
        let ticket = back.query_pairs().find(|(name, _)| name == "ticket");
        ticket.unwrap().1.into_owned()
    }
}
