//! Tokens of the application, and people who sign in.

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::clock::Stopwatch;
use openssl::sha::sha256;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{APP_ID, APP_SECRET, CODE_LIFE, Cloud, Code, TENANT_KEY, bearer, fine, refused};

/// Two hours, as there.
const TOKEN_SECONDS: u64 = 7200;

pub fn routes() -> Router<Cloud> {
    Router::new()
        .route(
            "/open-apis/auth/v3/tenant_access_token/internal",
            post(app_token),
        )
        .route("/open-apis/tenant/v2/tenant/query", get(tenant))
        .route("/open-apis/authen/v1/authorize", get(authorize))
        .route("/oauth/v3/token", post(user_token))
        .route("/open-apis/authen/v1/user_info", get(user_info))
}

/// The body is JSON whatever its type says, as there.
async fn app_token(State(cloud): State<Cloud>, body: String) -> Response {
    let asked: Value = serde_json::from_str(&body).unwrap_or_default();
    if asked["app_id"] != APP_ID {
        return refused(StatusCode::OK, 10003, "invalid param");
    }
    if asked["app_secret"] != APP_SECRET {
        return refused(StatusCode::OK, 10014, "app secret invalid");
    }
    let token = cloud.next("t");
    cloud.0.lock().app_tokens.insert(token.clone());
    let given =
        json!({"code": 0, "msg": "ok", "tenant_access_token": token, "expire": TOKEN_SECONDS});
    Json(given).into_response()
}

/// What is wrong with the token of whoever asks, or with what it may.
pub fn refuse(cloud: &Cloud, headers: &HeaderMap, permission: &str) -> Option<Response> {
    let world = cloud.0.lock();
    if !world.app_tokens.contains(bearer(headers)) {
        let said = "Invalid access token for authorization";
        return Some(refused(StatusCode::BAD_REQUEST, 99_991_663, said));
    }
    world.missing_permissions.contains(permission).then(|| {
        let said =
            format!("Access denied. One of the following scopes is required: [{permission}]");
        refused(StatusCode::BAD_REQUEST, 99_991_672, &said)
    })
}

async fn tenant(State(cloud): State<Cloud>, headers: HeaderMap) -> Response {
    if let Some(refused) = refuse(&cloud, &headers, "tenant:tenant:readonly") {
        return refused;
    }
    fine(&json!({"tenant": {"name": "Example Ltd", "tenant_key": TENANT_KEY}}))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    response_type: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    code_challenge: Option<String>,
    /// Whoever was chosen on the page.
    #[serde(default, rename = "as")]
    chosen: Option<String>,
}

/// Whoever is known at the browser comes back at once, as inside of the client; else there is a page to choose on.
async fn authorize(State(cloud): State<Cloud>, Query(wanted): Query<Wanted>) -> Response {
    if wanted.client_id != APP_ID || wanted.response_type != "code" {
        return (
            StatusCode::BAD_REQUEST,
            "20028 or 20024: the request is wrong",
        )
            .into_response();
    }
    let present = cloud.0.lock().present.clone();
    let Some(person) = wanted.chosen.clone().or(present) else {
        return page(&cloud, &wanted).into_response();
    };
    let code = cloud.next("code");
    let kept = Code {
        union_id: person,
        redirect_uri: wanted.redirect_uri.clone(),
        challenge: wanted.code_challenge,
        since: Stopwatch::start(),
    };
    cloud.0.lock().codes.insert(code.clone(), kept);
    let mark = if wanted.redirect_uri.contains('?') {
        '&'
    } else {
        '?'
    };
    let (back, state) = (&wanted.redirect_uri, &wanted.state);
    Redirect::to(&format!("{back}{mark}code={code}&state={state}")).into_response()
}

fn page(cloud: &Cloud, wanted: &Wanted) -> Html<String> {
    let world = cloud.0.lock();
    let fields = [
        ("client_id", wanted.client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", &wanted.redirect_uri),
        ("state", &wanted.state),
        (
            "code_challenge",
            wanted.code_challenge.as_deref().unwrap_or(""),
        ),
    ];
    let fields = fields.map(|(name, value)| {
        let value = value.replace('&', "&amp;").replace('"', "&quot;");
        format!("<input type=hidden name={name} value=\"{value}\">")
    });
    let people = world.people.iter().map(|one| {
        let (id, name) = (&one["union_id"], &one["name"]);
        let name = name.as_str().unwrap_or_default();
        format!("<button name=as value={id}>{name}</button> ")
    });
    let (fields, people) = (fields.concat(), people.collect::<Vec<_>>().concat());
    Html(format!("<h1>Feishu</h1><form>{fields}{people}</form>"))
}

#[derive(Deserialize)]
struct Exchange {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: Option<String>,
}

fn not_given(code: i64, error: &str) -> Response {
    let body = json!({"code": code, "error": error, "error_description": "as documented"});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

async fn user_token(State(cloud): State<Cloud>, Form(asked): Form<Exchange>) -> Response {
    if asked.grant_type != "authorization_code" {
        return not_given(20_036, "unsupported_grant_type");
    }
    if asked.client_id != APP_ID || asked.client_secret != APP_SECRET {
        return not_given(20_002, "invalid_client");
    }
    // A code counts once, whatever comes of it.
    let Some(code) = cloud.0.lock().codes.remove(&asked.code) else {
        return not_given(20_003, "invalid_grant");
    };
    if code.since.elapsed() > CODE_LIFE {
        return not_given(20_004, "invalid_grant");
    }
    if code.redirect_uri != asked.redirect_uri {
        return not_given(20_071, "invalid_grant");
    }
    let proven = asked.code_verifier.filter(|verifier| !verifier.is_empty());
    let proven = proven.map(|verifier| URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())));
    if proven != code.challenge.filter(|challenge| !challenge.is_empty()) {
        return not_given(20_049, "invalid_grant");
    }
    let token = cloud.next("u");
    let mut world = cloud.0.lock();
    world.user_tokens.insert(token.clone(), code.union_id);
    Json(json!({"code": 0, "access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}))
        .into_response()
}

async fn user_info(State(cloud): State<Cloud>, headers: HeaderMap) -> Response {
    let world = cloud.0.lock();
    let Some(id) = world.user_tokens.get(bearer(&headers)) else {
        let said = "Invalid access token for authorization";
        return refused(StatusCode::BAD_REQUEST, 99_991_668, said);
    };
    let person = world.people.iter().find(|one| one["union_id"] == **id);
    // Somebody of another company is nobody of this one.
    let mut told = json!({"union_id": id, "open_id": format!("ou_{id}"), "name": id});
    if let Some(person) = person {
        for field in [
            "name",
            "en_name",
            "email",
            "enterprise_email",
            "user_id",
            "mobile",
            "employee_no",
        ] {
            if let Some(value) = person.get(field) {
                told[field] = value.clone();
            }
        }
    }
    told["tenant_key"] = world
        .tenant_of_present
        .as_deref()
        .unwrap_or(TENANT_KEY)
        .into();
    fine(&told)
}
