//! A certified OpenID provider that a test starts for itself, and one that says whatever a test wants.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use parking_lot::Mutex;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use url::Url;

use super::{ClientAuthentication, OidcSettings};

pub const CLIENT: &str = "gatehouse";
pub const SECRET: &str = "a secret of the client, with: % and +";

fn install_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// What little has to be said of a provider.
pub fn settings(issuer: &str) -> OidcSettings {
    serde_json::from_value(json!({"issuer": issuer, "client_id": CLIENT})).unwrap()
}

/// npm's `oidc-provider`.
pub struct Provider {
    program: Child,
    says: Mutex<BufReader<ChildStdout>>,
    asked: Mutex<ChildStdin>,
    pub issuer: String,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Provider {
    pub fn start() -> Self {
        install_provider();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oidc");
        let mut program = Command::new("node")
            .arg("provider.js")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut provider = Self {
            says: Mutex::new(BufReader::new(program.stdout.take().unwrap())),
            asked: Mutex::new(program.stdin.take().unwrap()),
            program,
            issuer: String::new(),
        };
        provider.issuer = provider.line("AT ");
        provider
    }

    fn line(&self, start: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            let length = self.says.lock().read_line(&mut line).unwrap();
            assert!(length > 0, "the provider did not start: run `npm ci`");
            if let Some(rest) = line.strip_prefix(start) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Knows one client from now on, that comes back to `callback`, and signs by the key of that name.
    pub fn knows(&self, callback: &str, (authentication, algorithm): Client, key: &str) {
        let method = match authentication {
            ClientAuthentication::SecretBasic => "client_secret_basic",
            ClientAuthentication::SecretPost => "client_secret_post",
            ClientAuthentication::None => "none",
        };
        let mut client = json!({
            "client_id": CLIENT, "redirect_uris": [callback],
            "token_endpoint_auth_method": method, "id_token_signed_response_alg": algorithm,
        });
        if authentication != ClientAuthentication::None {
            client["client_secret"] = SECRET.into();
        }
        let known = json!({"clients": [client], "key": key});
        writeln!(self.asked.lock(), "{known}").unwrap();
        self.line("READY");
    }

    /// What a browser does there in which `account` signs in, or nobody: where it is sent back to.
    pub async fn visit(&self, address: &Url, account: Option<&str>) -> Url {
        let client = reqwest::Client::builder().redirect(Policy::none());
        let client = client.build().unwrap();
        let (mut at, mut cookies) = (address.clone(), BTreeMap::new());
        while at.as_str().starts_with(&self.issuer) {
            let jar: Vec<String> = cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
            let mut request = client.get(at.clone()).header("cookie", jar.join("; "));
            if let Some(account) = account {
                request = request.header("x-account", account);
            }
            let answer = request.send().await.unwrap();
            for line in answer.headers().get_all("set-cookie") {
                let pair = line.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let location = answer.headers().get("location").cloned();
            let Some(location) = location else {
                panic!("{at}: {}", answer.text().await.unwrap());
            };
            at = at.join(location.to_str().unwrap()).unwrap();
        }
        at
    }
}

/// How a client proves who it is, and by which algorithm ID tokens are signed for it.
pub type Client = (ClientAuthentication, &'static str);

/// A provider without scruples: each of its answers is what a test wants.
#[derive(Clone)]
pub struct StandIn {
    pub issuer: String,
    said: Arc<Mutex<Said>>,
}

#[derive(Default)]
struct Said {
    keys: Value,
    token: Value,
    userinfo: Value,
    /// How often it was asked for its keys.
    asked: usize,
}

type Shared = State<StandIn>;

impl StandIn {
    pub async fn start(keys: Value) -> Self {
        install_provider();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stand_in = Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            said: Arc::default(),
        };
        stand_in.said.lock().keys = keys;
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stand_in
    }

    /// The ID token for the next code, and what userinfo says.
    pub fn says(&self, id_token: &str, userinfo: Value) {
        let mut said = self.said.lock();
        said.token = json!({"access_token": "a", "token_type": "Bearer", "id_token": id_token});
        said.userinfo = userinfo;
    }

    pub fn signs_by(&self, keys: Value) {
        self.said.lock().keys = keys;
    }

    pub fn asked_for_keys(&self) -> usize {
        self.said.lock().asked
    }
}

async fn metadata(State(own): Shared) -> String {
    let at = &own.issuer;
    json!({
        "issuer": at, "authorization_endpoint": format!("{at}/authorize"),
        "token_endpoint": format!("{at}/token"), "jwks_uri": format!("{at}/jwks"),
        "userinfo_endpoint": format!("{at}/userinfo"),
    })
    .to_string()
}

async fn jwks(State(own): Shared) -> String {
    let mut said = own.said.lock();
    said.asked += 1;
    said.keys.to_string()
}

async fn token(State(own): Shared) -> String {
    own.said.lock().token.to_string()
}

async fn userinfo(State(own): Shared) -> String {
    own.said.lock().userinfo.to_string()
}
