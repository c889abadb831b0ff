//! How a sign-in at the access host becomes a session at an application host.
//!
//! ```text
//! application host  /.gatehouse/start?return=…   sets a cookie, sends on with its hash as `state`
//! access host       /sign-in/continue?host=…&state=…&return=…   signs in, makes a one-time code
//! application host  /.gatehouse/callback?code=…  cookie fits the state: a child session
//! ```
//!
//! The code is bound to the host, to the browser that started and to the sign-in, and works once,
//! for a minute. Nobody is sent to a host that is no application's, or to anything but a path on it.

use std::time::Duration;

use axum::extract::State as Shared;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::id::SessionId;
use config::session::Revocation;
use config::snapshot::HostPattern;
use config::{Language, Snapshot, cookies};
use serde::Deserialize;

use crate::pages::cookies::{Keep, set};
use crate::pages::language::remember;
use crate::pages::return_path::encode;
use crate::pages::{Answer, Failure, Query, Reader, ReturnPath, go_to};
use crate::sign_in::{Person, by_message, confirm, message_factor};
use crate::sign_in_policy::{self, SecondFactor};
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::handovers::{self, Handover};
use crate::store::{credentials, sessions, sign_ins};
use crate::tokens::{Token, TokenHash};

const CODE_LIFE: Duration = Duration::from_mins(1);
const COOKIE_SECONDS: u32 = 600;
/// A second factor that was proven so recently is not asked for again, however fresh the
/// application wants it: otherwise the way there and back would never end.
const JUST_PROVEN: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
pub struct Start {
    #[serde(rename = "return", default)]
    back: String,
    /// `two` where the application asks for a second factor.
    #[serde(default)]
    step: String,
}

/// `GET /.gatehouse/start`, at an application host: remembers this browser and sends it to sign in.
pub async fn start(
    Shared(state): Shared<State>,
    reader: Reader,
    Query(start): Query<Start>,
) -> Answer {
    let host = &reader.visitor.host;
    require_application(&state, host)?;
    // A cookie that is there serves all tabs of this browser that come this way at once.
    let cookie = reader.token(cookies::HANDOVER);
    let cookie = cookie.unwrap_or_else(Token::generate);
    let two_step = if start.step == "two" {
        "&two_step=1"
    } else {
        ""
    };
    let access = &state.settings.access;
    let mut response = go_to(&format!(
        "{}/sign-in/continue?host={}&state={}&return={}{two_step}",
        access.origin_of(access.host()),
        encode(host),
        URL_SAFE_NO_PAD.encode(cookie.hash()),
        return_path(&start.back).encoded(),
    ));
    let keep = Keep::Seconds(COOKIE_SECONDS);
    set(&mut response, cookies::HANDOVER, cookie.as_text(), keep);
    Ok(response)
}

#[derive(Deserialize)]
pub struct Continue {
    host: String,
    state: String,
    #[serde(rename = "return", default)]
    back: String,
    #[serde(default)]
    two_step: String,
}

/// `GET /sign-in/continue`, at the access host: once the person is signed in strongly enough, sends
/// the browser back with a one-time code.
pub async fn go_on(
    Shared(state): Shared<State>,
    reader: Reader,
    Query(asked): Query<Continue>,
) -> Answer {
    let now = state.clock.now();
    require_application(&state, &asked.host)?;
    let browser = read_hash(&asked.state).ok_or(Failure::BadRequest)?;
    let Some(person) = Person::find(&state, &reader).await? else {
        return Err(Failure::SignInNeeded(reader.here));
    };
    if !asked.two_step.is_empty() {
        let proven = person.0.second_factor_at;
        if proven.is_none_or(|at| now.since(at) >= JUST_PROVEN) {
            return second_factor(&state, &reader, &person).await;
        }
    }
    let code = Token::generate();
    let back = return_path(&asked.back);
    let mut tx = state.store.begin().await?;
    let handover = Handover {
        code: code.hash(),
        sign_in: &person.0.sign_in,
        host: &asked.host,
        state: browser,
        return_path: back.as_str(),
        now,
        expires: now.plus(CODE_LIFE),
    };
    handovers::insert(&mut tx, handover).await?;
    tx.commit().await?;
    let origin = state.settings.access.origin_of(&asked.host);
    let code = code.as_text();
    let language = chosen_language(&reader)
        .map(|language| format!("&language={}", language.tag()))
        .unwrap_or_default();
    Ok(go_to(&format!(
        "{origin}/.gatehouse/callback?code={code}{language}"
    )))
}

/// The language that the reader chose by hand; the application's host asks the browser otherwise.
fn chosen_language(reader: &Reader) -> Option<Language> {
    let chosen = reader.cookies.get(cookies::LANGUAGE);
    chosen.and_then(Language::from_tag)
}

/// Asks for the second factor, or for setting one up, and comes back.
async fn second_factor(state: &State, reader: &Reader, person: &Person) -> Answer {
    let mut read = state.store.read().await?;
    let member = &person.0.principal.id;
    let Some(account) = credentials::find(&mut read, member).await? else {
        return Err(Failure::Expired);
    };
    if account.has_second_factor() {
        return Ok(go_to(&confirm::path(&reader.here)));
    }
    let policy = sign_in_policy::rules_of(&mut read, member).await?.two_step;
    let by_message = by_message::factors(&mut read, &account, &policy).await?;
    if !by_message.is_empty() {
        return Ok(go_to(&message_factor::confirm_path(&reader.here)));
    }
    let set_up = if policy.takes(SecondFactor::Authenticator) {
        "/account/authenticator"
    } else {
        "/account/passkeys"
    };
    Ok(go_to(&format!("{set_up}?to={}", encode(&reader.here))))
}

#[derive(Deserialize)]
pub struct Callback {
    #[serde(default)]
    code: String,
    /// Where one was chosen at the access host, so that it goes for refusals here as well.
    #[serde(default)]
    language: String,
}

/// `GET /.gatehouse/callback`, at an application host: a fitting code becomes a session here.
pub async fn callback(
    Shared(state): Shared<State>,
    reader: Reader,
    Query(asked): Query<Callback>,
) -> Answer {
    let now = state.clock.now();
    let host = &reader.visitor.host;
    require_application(&state, host)?;
    let code = Token::parse(&asked.code).ok_or(Failure::Expired)?;
    let browser = reader.token(cookies::HANDOVER).ok_or(Failure::Expired)?;
    let mut tx = state.store.begin().await?;
    let taken = handovers::take(&mut tx, &code.hash(), host, &browser.hash(), now).await?;
    let (sign_in, back) = taken.ok_or(Failure::Expired)?;
    if !sign_ins::is_live(&mut tx, &sign_in, now).await? {
        return Err(Failure::Expired);
    }
    let fresh = Token::generate();
    let session = SessionId::generate();
    sessions::insert(&mut tx, &session, &sign_in, host, &fresh.hash(), now).await?;
    // The session that this browser had here before is over: a new id at each step.
    if let Some(former) = reader.token(cookies::SESSION)
        && let Some(former) = sessions::end(&mut tx, &former.hash(), host, now).await?
    {
        announce(&mut tx, Change::Revoked(Revocation::Session(former)), now).await?;
    }
    tx.commit().await?;
    let mut response: Response = go_to(return_path(&back).as_str());
    set(
        &mut response,
        cookies::SESSION,
        fresh.as_text(),
        Keep::ForNow,
    );
    if let Some(language) = Language::from_tag(&asked.language) {
        remember(&mut response, language);
    }
    Ok(response)
}

/// A path on the application's host that is not one of our own, which would go round in circles.
fn return_path(asked: &str) -> ReturnPath {
    ReturnPath::parse(asked)
        .filter(|path| {
            !path
                .as_str()
                .to_ascii_lowercase()
                .starts_with("/.gatehouse")
        })
        .unwrap_or_else(ReturnPath::root)
}

fn read_hash(text: &str) -> Option<TokenHash> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn require_application(state: &State, host: &str) -> Result<(), Failure> {
    let snapshot = state.snapshot().ok_or(Failure::StoreAway)?;
    // Our own hosts are never an application's, whatever somebody configured.
    if !state.settings.is_own_host(host) && serves(&snapshot, host) {
        Ok(())
    } else {
        Err(Failure::NotFound)
    }
}

/// Whether an application has this host name (normalised: lower case, no port).
fn serves(snapshot: &Snapshot, host: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    let matches = |pattern: &HostPattern| match pattern {
        HostPattern::Exact(name) => name == host,
        HostPattern::Wildcard(suffix) => host
            .strip_suffix(suffix.as_str())
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|label| !label.is_empty() && !label.contains('.')),
    };
    host.bytes().all(is_plain)
        && snapshot
            .applications
            .iter()
            .any(|application| application.hosts.iter().any(matches))
}

#[cfg(test)]
mod tests;
