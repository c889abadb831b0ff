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
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use url::Url;

use super::{ClientAuthentication, OidcSettings};
use crate::testing::between;

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
    pub fn knows(&self, callback: &str, (authentication, algorithm): Registered, key: &str) {
        let method = match authentication {
            ClientAuthentication::SecretBasic => "client_secret_basic",
            ClientAuthentication::SecretPost => "client_secret_post",
            ClientAuthentication::None => "none",
        };
        let beside = |what: &str| callback.replace("/callback", what);
        let mut client = json!({
            "client_id": CLIENT, "redirect_uris": [callback],
            "grant_types": ["authorization_code", "refresh_token"],
            "post_logout_redirect_uris": [beside("/signed-out")],
            "backchannel_logout_uri": beside("/backchannel-logout"),
            "backchannel_logout_session_required": true,
            "token_endpoint_auth_method": method, "id_token_signed_response_alg": algorithm,
        });
        if authentication != ClientAuthentication::None {
            client["client_secret"] = SECRET.into();
        }
        let known = json!({"clients": [client], "key": key});
        writeln!(self.asked.lock(), "{known}").unwrap();
        self.line("READY");
    }

    /// These people are there no more.
    pub fn forgets(&self, gone: &[&str]) {
        writeln!(self.asked.lock(), "{}", json!({"gone": gone})).unwrap();
        self.line("READY");
    }

    /// What a browser does there in which `account` signs in, or nobody: where it is sent back to.
    pub async fn visit(&self, address: &Url, account: Option<&str>) -> Url {
        self.visit_with(&mut Jar::new(), address, account).await
    }

    /// As that, by a browser that keeps its cookies.
    pub async fn visit_with(&self, jar: &mut Jar, address: &Url, account: Option<&str>) -> Url {
        let headers = account.map(|account| ("x-account", account));
        let request = |client: &Client, at: &Url| {
            let request = client.get(at.clone());
            match headers {
                Some((name, value)) => request.header(name, value),
                None => request,
            }
        };
        self.follow(jar, address, request)
            .await
            .unwrap_or_else(|page| panic!("{page}"))
    }

    /// What a browser does there that is sent to sign out, and does: where it is sent back to, and what the provider
    /// tells of it.
    pub async fn sign_out(&self, jar: &mut Jar, address: &Url) -> (Url, String) {
        let page = self.follow(jar, address, |client, at| client.get(at.clone()));
        let page = page.await.unwrap_err();
        let xsrf = between(&page, "name=\"xsrf\" value=\"", "\"").to_owned();
        let confirm = Url::parse(&format!("{}/session/end/confirm", self.issuer)).unwrap();
        let form = format!("xsrf={xsrf}&logout=yes");
        let back = self.follow(jar, &confirm, |client, at| {
            let is_form = *at == confirm;
            let request = if is_form {
                client.post(at.clone())
            } else {
                client.get(at.clone())
            };
            let kind = ("content-type", "application/x-www-form-urlencoded");
            if is_form {
                request.header(kind.0, kind.1).body(form.clone())
            } else {
                request
            }
        });
        (back.await.unwrap(), self.line("TOLD "))
    }

    /// Follows redirects while they stay there; a page is given as the error.
    async fn follow(
        &self,
        jar: &mut Jar,
        address: &Url,
        request: impl Fn(&Client, &Url) -> RequestBuilder,
    ) -> Result<Url, String> {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let mut at = address.clone();
        while at.as_str().starts_with(&self.issuer) {
            let cookies: Vec<String> = jar.iter().map(|(k, v)| format!("{k}={v}")).collect();
            let request = request(&client, &at).header("cookie", cookies.join("; "));
            let answer = request.send().await.unwrap();
            for line in answer.headers().get_all("set-cookie") {
                let pair = line.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                jar.insert(name.to_owned(), value.to_owned());
            }
            let location = answer.headers().get("location").cloned();
            let Some(location) = location else {
                return Err(format!("{at}: {}", answer.text().await.unwrap()));
            };
            at = at.join(location.to_str().unwrap()).unwrap();
        }
        Ok(at)
    }
}

/// The cookies of a browser there.
pub type Jar = BTreeMap<String, String>;

/// How a client proves who it is, and by which algorithm ID tokens are signed for it.
pub type Registered = (ClientAuthentication, &'static str);

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
