//! Tokens of the application, and people who sign in.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AGENT_ID, APP_SECRET, CORP_ID, Cloud, fine, refused};

/// Two hours, as there.
const TOKEN_SECONDS: u64 = 7200;
/// No `state` is longer, in bytes.
const MOST_STATE: usize = 128;

pub fn routes() -> Router<Cloud> {
    Router::new()
        .route("/cgi-bin/gettoken", get(app_token))
        .route("/wwlogin/sso/login", get(outside))
        .route("/connect/oauth2/authorize", get(inside))
        .route("/cgi-bin/auth/getuserinfo", get(user_info))
}

/// What is wrong with the token of whoever asks.
pub fn refuse(cloud: &Cloud, token: &str) -> Option<Response> {
    let is_known = cloud.0.lock().tokens.contains(token);
    (!is_known).then(|| match token {
        "" => refused(41_001, "access_token missing"),
        _ => refused(40_014, "invalid access_token"),
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Who {
    corpid: String,
    corpsecret: String,
}

async fn app_token(State(cloud): State<Cloud>, Query(who): Query<Who>) -> Response {
    if who.corpid != CORP_ID {
        return refused(40_013, "invalid corpid");
    }
    if who.corpsecret != APP_SECRET {
        return refused(40_001, "invalid credential");
    }
    let token = cloud.next("t");
    cloud.0.lock().tokens.insert(token.clone());
    fine(json!({"access_token": token, "expires_in": TOKEN_SECONDS}))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wanted {
    login_type: String,
    appid: String,
    agentid: String,
    redirect_uri: String,
    response_type: String,
    scope: String,
    state: String,
    /// Whoever was chosen on the page.
    #[serde(rename = "as")]
    chosen: Option<String>,
}

impl Wanted {
    fn is_ours(&self) -> bool {
        let fits = |c: char| c.is_ascii_alphanumeric();
        self.appid == CORP_ID
            && self.agentid == AGENT_ID.to_string()
            && self.state.len() <= MOST_STATE
            && self.state.chars().all(fits)
    }
}

fn wrong() -> Response {
    (StatusCode::BAD_REQUEST, "the request is wrong").into_response()
}

/// A page with a QR code, which whoever sits there scans at once.
async fn outside(State(cloud): State<Cloud>, Query(wanted): Query<Wanted>) -> Response {
    if !wanted.is_ours() || wanted.login_type != "CorpApp" {
        return wrong();
    }
    back(&cloud, &wanted)
}

/// Inside of the client nobody is asked.
async fn inside(State(cloud): State<Cloud>, Query(wanted): Query<Wanted>) -> Response {
    if !wanted.is_ours() || wanted.response_type != "code" || wanted.scope != "snsapi_base" {
        return wrong();
    }
    back(&cloud, &wanted)
}

fn back(cloud: &Cloud, wanted: &Wanted) -> Response {
    let chosen = wanted.chosen.as_ref().map(|id| json!({ "userid": id }));
    let present = chosen.or_else(|| cloud.0.lock().present.clone());
    let Some(person) = present else {
        return page(cloud, wanted).into_response();
    };
    let code = cloud.next("code");
    cloud.0.lock().codes.insert(code.clone(), person);
    let mark = if wanted.redirect_uri.contains('?') {
        '&'
    } else {
        '?'
    };
    let (to, state) = (&wanted.redirect_uri, &wanted.state);
    Redirect::to(&format!("{to}{mark}code={code}&state={state}")).into_response()
}

fn page(cloud: &Cloud, wanted: &Wanted) -> Html<String> {
    let world = cloud.0.lock();
    let fields = [
        ("login_type", &wanted.login_type),
        ("appid", &wanted.appid),
        ("agentid", &wanted.agentid),
        ("redirect_uri", &wanted.redirect_uri),
        ("response_type", &wanted.response_type),
        ("scope", &wanted.scope),
        ("state", &wanted.state),
    ]
    .map(|(name, value)| format!("<input type=hidden name={name} value=\"{value}\">"))
    .concat();
    let people = world.people.iter().map(|one| {
        let (id, name) = (&one["userid"], one["name"].as_str().unwrap_or_default());
        format!("<button name=as value={id}>{name}</button> ")
    });
    let people: String = people.collect();
    Html(format!("<h1>WeCom</h1><form>{fields}{people}</form>"))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Exchange {
    access_token: String,
    code: String,
}

async fn user_info(State(cloud): State<Cloud>, Query(asked): Query<Exchange>) -> Response {
    if let Some(refused) = refuse(&cloud, &asked.access_token) {
        return refused;
    }
    // A code counts once.
    let person: Option<Value> = cloud.0.lock().codes.remove(&asked.code);
    match person {
        Some(person) => fine(person),
        None => refused(40_029, "invalid code"),
    }
}
