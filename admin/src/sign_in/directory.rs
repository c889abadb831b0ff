//! Signing in on the page of a directory: the browser is sent there, and what it brings back is checked by
//! whoever speaks the protocol. What must come back with it is sealed in `state`, good in this browser alone,
//! for a while, and once.

use std::collections::HashMap;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::id::DirectoryId;
use config::session::AuthenticationMethod;
use serde::{Deserialize, Serialize};
use url::Url;

use super::attempt::{self, Attempt};
use super::directory_password::known;
use super::flow::{self, Flow};
use super::lockout::Counters;
use super::methods::{self, Offer};
use crate::directories::provider::{Brought, ProviderError, Secrets, Start};
use crate::directories::sign_in::{Asserted, CameBy};
use crate::directories::{self, Whole, addresses};
use crate::hex::hex;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Frame, Query, Reader, ReturnPath, go_to, show_with};
use crate::question::{Occasion, Question, QuestionError};
use crate::state::State;
use crate::store::{Connection, StoreError, credentials, members};

/// Long enough to sign in elsewhere, with a second factor there.
const LIFE: Duration = Duration::from_mins(15);
const METHOD: AuthenticationMethod = AuthenticationMethod::Directory;

texts! {
    /// The page for whoever came back and is not let in, and the links to directories.
    DirectoryTexts {
        title: "无法登录", "You are not signed in";
        again: "重新登录", "Try again";
        unknown: "您已通过验证，但这里还没有您的账号。请联系管理员。", "You have proven who you are, but there is no account for you here yet. Ask an administrator.";
        waits: "您已通过验证，但需要管理员先确认您的账号。请联系管理员。", "You have proven who you are, but an administrator has to say first which account is yours. Ask them to look at the conflicts of the directory.";
        refused: "对方登录页面没有确认您的身份。请重试，或换一种登录方式。", "The other sign-in page did not confirm who you are. Try again, or sign in another way.";
        untrusted: "返回的信息无法确认是为这次登录签发的，已拒绝。请重新登录。", "What came back does not prove that it was meant for this sign-in, and was refused. Please sign in again.";
        away: "暂时无法连接登录服务，请稍后再试。", "The sign-in service cannot be reached. Please try again in a moment.";
        disabled: "您的账号已停用，请联系管理员。", "Your account is disabled. Ask an administrator.";
    }
}

#[derive(Template)]
#[template(path = "directory_refused.html")]
struct RefusedPage {
    frame: Frame,
    t: &'static DirectoryTexts,
    why: &'static str,
    again: String,
}

/// The directories that have a sign-in page of their own, as links, in the order of the sign-in page.
pub async fn offers(
    state: &State,
    reader: &Reader,
    to: &ReturnPath,
) -> Result<Vec<Offer>, StoreError> {
    let named = Frame::new(state, reader).sign_in_methods;
    let mut read = state.store.read().await?;
    let offered = methods::offered(&mut read, &named, None, (to, reader.language)).await?;
    Ok(offered.directories)
}

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    to: String,
}

/// All that the browser brings back.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub struct Returned(HashMap<String, String>);

/// What comes back sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    directory: DirectoryId,
    secrets: Secrets,
    to: String,
}

/// The browser in which the sign-in began.
fn occasion(whose: &str) -> Occasion<'_> {
    Occasion {
        step: "directory",
        whose,
    }
}

pub(super) async fn found(connection: &mut Connection, id: &str) -> Result<Whole, Failure> {
    let all = directories::for_sign_in(connection).await?;
    let mut all = all.into_iter().filter(|one| one.source.kind().has_a_page());
    all.find(|one| one.row.id.as_str() == id)
        .ok_or(Failure::NotFound)
}

fn callback_of(state: &State, reader: &Reader, directory: &Whole) -> Result<Url, Failure> {
    let address = addresses::callback_at(state, &reader.visitor.host, &directory.row.id);
    Url::parse(&address).map_err(Failure::internal)
}

fn random() -> String {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `GET /sign-in/directories/{id}`
pub async fn start(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    attempt::refuse_spent_address(&state, &reader).await?;
    let to = ReturnPath::or_root(&asked.to);
    let directory = found(&mut *state.store.read().await?, &id).await?;
    match address(&state, &reader, &directory, &to, None).await? {
        Some(address) => Ok(go_to(address.as_str())),
        None => away(&state, &reader, &to),
    }
}

/// Where the browser is to go, with the mail address that the person has typed, if they have. `None` if the
/// directory is away.
pub(super) async fn address(
    state: &State,
    reader: &Reader,
    directory: &Whole,
    to: &ReturnPath,
    hint: Option<&str>,
) -> Result<Option<Url>, Failure> {
    let kept = Kept {
        directory: directory.row.id.clone(),
        secrets: Secrets {
            nonce: random(),
            verifier: random(),
        },
        to: to.as_str().to_owned(),
    };
    let question = Question::new(kept.clone(), state.clock.now(), LIFE);
    let whose = hex(&reader.csrf.hash());
    let sealed = question.seal(&state.sealer, occasion(&whose))?;
    let callback = callback_of(state, reader, directory)?;
    let start = Start {
        callback: &callback,
        state: &sealed,
        secrets: &kept.secrets,
        hint,
    };
    let provider = directories::provider(state, directory)?;
    match provider.start(start).await {
        Ok(address) => Ok(Some(address)),
        Err(error) => {
            tracing::warn!(%error, directory = directory.row.name, "nobody can be sent to a directory");
            Ok(None)
        }
    }
}

/// The page for whoever cannot be sent to a directory just now.
pub(super) fn away(state: &State, reader: &Reader, to: &ReturnPath) -> Answer {
    refuse(state, reader, to, Why::Away)
}

/// `GET /sign-in/directories/{id}/callback`
pub async fn callback(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    Query(Returned(parameters)): Query<Returned>,
) -> Answer {
    attempt::refuse_spent_address(&state, &reader).await?;
    let directory = found(&mut *state.store.read().await?, &id).await?;
    let (now, whose) = (state.clock.now(), hex(&reader.csrf.hash()));
    let field = parameters.get("state").map_or("", String::as_str);
    let question = Question::<Kept>::open(&state.sealer, occasion(&whose), field, now);
    let counters = Counters::of_directories(&reader);
    let question = match question {
        Ok(question) if question.asked.directory == directory.row.id => question,
        // A sealed state is nothing that can be guessed: whoever has none costs nobody a try.
        _ => return refuse(&state, &reader, &ReturnPath::root(), Why::Untrusted),
    };
    let attempt = Attempt::count(&state, &reader, counters, (None, ""), METHOD).await?;
    let to = ReturnPath::or_root(&question.asked.to);
    let callback = callback_of(&state, &reader, &directory)?;
    let brought = Brought {
        parameters: &parameters,
        callback: &callback,
        secrets: &question.asked.secrets,
        now,
    };
    let provider = directories::provider(&state, &directory)?;
    let asserted = match provider.finish(brought).await {
        Ok(asserted) => asserted,
        Err(error) => {
            tracing::info!(%error, directory = directory.row.name, "a sign-in by a directory was refused");
            let why = note(&attempt, &error).await?;
            return refuse(&state, &reader, &to, why);
        }
    };
    settle(
        &state,
        &reader,
        (&directory, asserted),
        (&attempt, &question),
    )
    .await
}

/// Tells of a refusal in the log. What nobody has judged weighs on nobody.
async fn note(attempt: &Attempt<'_>, error: &ProviderError) -> Result<Why, Failure> {
    Ok(match error {
        ProviderError::Refused(_) => {
            attempt.not_checked("directory_refused").await?;
            Why::Refused
        }
        ProviderError::Untrusted(reason) => {
            attempt.failed(reason).await?;
            Why::Untrusted
        }
        ProviderError::Away(_) => {
            attempt.not_checked("directory_away").await?;
            Why::Away
        }
    })
}

/// Signs in whoever was proven to be somebody of ours.
async fn settle(
    state: &State,
    reader: &Reader,
    (directory, asserted): (&Whole, Asserted),
    (attempt, question): (&Attempt<'_>, &Question<Kept>),
) -> Answer {
    let to = ReturnPath::or_root(&question.asked.to);
    let member = match known(state, directory, &asserted).await? {
        Ok(member) => member,
        Err(reason) => {
            attempt.failed(reason).await?;
            let why = if reason == "waits_for_an_administrator" {
                Why::Waits
            } else {
                Why::Unknown
            };
            return refuse(state, reader, &to, why);
        }
    };
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &member).await?;
    let present = credentials::find(&mut tx, &member).await?;
    if !present.is_some_and(|account| account.is_active(now)) {
        drop(tx);
        attempt.failed("account_disabled").await?;
        return refuse(state, reader, &to, Why::Disabled);
    }
    match question.take_answer(&mut tx).await {
        Ok(()) => {}
        Err(QuestionError::Store(error)) => return Err(error.into()),
        Err(QuestionError::Over) => {
            drop(tx);
            attempt.failed("answered_before").await?;
            return refuse(state, reader, &to, Why::Untrusted);
        }
    }
    attempt.succeeded(&mut tx).await?;
    let came_by = CameBy {
        directory: directory.row.id.clone(),
        session: asserted.session.clone(),
        subject: asserted.subject.clone(),
    };
    let mut flow = Flow::begin_by_directory(member, (METHOD, came_by), now, to.as_str());
    if asserted.has_second_factor && directory.sign_in.trusts_second_factor {
        flow.second_factor_at = Some(now);
    }
    flow::advance(state, reader, tx, flow, None).await
}

#[derive(Clone, Copy)]
enum Why {
    Unknown,
    Waits,
    Refused,
    Untrusted,
    Away,
    Disabled,
}

fn refuse(state: &State, reader: &Reader, to: &ReturnPath, why: Why) -> Answer {
    let t = DirectoryTexts::of(reader.language);
    let (status, why) = match why {
        Why::Unknown => (StatusCode::FORBIDDEN, t.unknown),
        Why::Waits => (StatusCode::FORBIDDEN, t.waits),
        Why::Refused => (StatusCode::FORBIDDEN, t.refused),
        Why::Untrusted => (StatusCode::BAD_REQUEST, t.untrusted),
        Why::Away => (StatusCode::SERVICE_UNAVAILABLE, t.away),
        Why::Disabled => (StatusCode::FORBIDDEN, t.disabled),
    };
    let page = RefusedPage {
        frame: Frame::new(state, reader),
        t,
        why,
        again: format!("/sign-in?to={}", to.encoded()),
    };
    show_with(status, &page)
}
