//! Asks the cloud of a suite: at its pace, with our token, and again where that may help. What the answers mean says
//! the [`Protocol`] of the suite.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, Method};
use config::Clock;
use config::clock::Stopwatch;
use config::id::DirectoryId;
use config::settings::Outbound;
use parking_lot::Mutex;
use serde_json::Value;
use url::Url;

use super::Suites;
use super::error::CallError;
use super::pace::{Pace, Rates};
use crate::outbound::http::{client, read};
use crate::refused::both;
use crate::sealed::Sealer;
use crate::state::State;
use crate::store::Store;

/// No answer that we read is longer, in bytes.
const MAX_ANSWER: usize = 4 << 20;
/// A connection, and to what a name leads, are kept so long.
const CLIENT_LIFE: Duration = Duration::from_mins(1);
/// What is not answered for so long, for waiting or for want of an answer, is given up.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often the same is asked because no answer came, or none that could be read.
const TRIES: u32 = 3;
const RETRY: Duration = Duration::from_millis(300);
/// No wait that a cloud asks for is longer.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

#[derive(Clone, Debug, Default)]
pub enum Body {
    #[default]
    None,
    Json(Value),
    Form(Vec<(&'static str, String)>),
}

impl Asked {
    #[must_use]
    pub fn get(url: Url, query: &[(&str, &str)]) -> Self {
        let mut url = url;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Self {
            method: Method::GET,
            url,
            headers: Vec::new(),
            body: Body::None,
        }
    }

    #[must_use]
    pub fn post(url: Url, body: Body) -> Self {
        Self {
            method: Method::POST,
            url,
            headers: Vec::new(),
            body,
        }
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    /// `null` where it is no JSON.
    pub json: Value,
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fine,
    /// Asked too often: to be asked again after so long.
    TooFast(Duration),
    /// The token is good no longer.
    StaleToken,
    /// It will not: the code, and what it says to it.
    Refused(String, String),
    /// No answer of this suite.
    Unreadable,
}

/// A token that was just given, and how long it is good.
pub struct Fresh {
    pub token: String,
    pub life: Duration,
}

/// How a suite is spoken with.
pub trait Protocol: Send + Sync {
    fn rates(&self) -> Rates;

    /// Certificates in PEM that are trusted besides those of the system; empty: none.
    fn ca(&self) -> &str;

    /// All that decides which tokens we are given, secrets included.
    fn identity(&self) -> String;

    /// Asks for a token of this name.
    ///
    /// # Errors
    /// If the address is none.
    fn token_request(&self, name: &'static str) -> Result<Asked, CallError>;

    fn token_of(&self, name: &'static str, answer: &Value) -> Option<Fresh>;

    /// Puts the token where the suite wants it.
    fn sign(&self, name: &'static str, asked: &mut Asked, token: &str);

    fn verdict(&self, answered: &Answered) -> Verdict;

    /// What a code means and what helps, in English and in Chinese.
    fn explain(&self, code: &str) -> Option<(&'static str, &'static str)>;
}

/// One cloud, as one directory asks it.
pub struct Cloud {
    pub(super) store: Store,
    pub(super) sealer: Sealer,
    pub(super) clock: Clock,
    pub(super) suites: Suites,
    /// `None` while it is being set up: its tokens are kept nowhere.
    pub(super) directory: Option<DirectoryId>,
    pub protocol: Box<dyn Protocol>,
    outbound: Outbound,
    pace: Arc<Pace>,
    clients: Mutex<HashMap<String, (reqwest::Client, Stopwatch)>>,
}

impl Cloud {
    #[must_use]
    pub fn new(
        state: &State,
        directory: Option<&DirectoryId>,
        protocol: Box<dyn Protocol>,
    ) -> Self {
        let rates = protocol.rates();
        Self {
            store: state.store.clone(),
            sealer: state.sealer.clone(),
            clock: state.clock.clone(),
            suites: state.suites.clone(),
            directory: directory.cloned(),
            outbound: state.settings.outbound.clone(),
            pace: directory.map_or_else(
                || Arc::new(Pace::new(rates)),
                |id| state.suites.pace(id, rates),
            ),
            protocol,
            clients: Mutex::default(),
        }
    }

    /// Asks with the token of this name.
    ///
    /// # Errors
    /// [`CallError`] if it is refused, or no answer is to be had.
    pub async fn ask(&self, token: &'static str, asked: Asked) -> Result<Value, CallError> {
        let mut held = self.token(token, None).await?;
        let mut signed = asked.clone();
        self.protocol.sign(token, &mut signed, &held);
        let first = self.repeat(&signed).await?;
        if self.protocol.verdict(&first) != Verdict::StaleToken {
            return self.judged(first);
        }
        held = self.token(token, Some(&held)).await?;
        let mut signed = asked;
        self.protocol.sign(token, &mut signed, &held);
        self.judged(self.repeat(&signed).await?)
    }

    /// Asks as it is.
    ///
    /// # Errors
    /// As [`Cloud::ask`].
    pub async fn ask_unsigned(&self, asked: &Asked) -> Result<Value, CallError> {
        self.judged(self.repeat(asked).await?)
    }

    /// Asks for what counts once: whatever comes of it, it is not asked again.
    ///
    /// # Errors
    /// As [`Cloud::ask`].
    pub async fn ask_once(&self, asked: &Asked) -> Result<Value, CallError> {
        self.judged(self.send(asked).await?)
    }

    fn judged(&self, answered: Answered) -> Result<Value, CallError> {
        match self.protocol.verdict(&answered) {
            Verdict::Fine => Ok(answered.json),
            Verdict::Refused(code, message) => Err(self.refused(code, &message)),
            Verdict::StaleToken => Err(CallError::away((
                "the platform refuses the token that it has just given",
                "平台拒绝了刚刚签发的访问令牌",
            ))),
            Verdict::TooFast(_) => Err(busy()),
            Verdict::Unreadable => {
                let status = answered.status;
                Err(CallError::away((
                    &format!("the platform answered with {status} and nothing that can be read"),
                    &format!("平台返回 {status}，内容无法识别"),
                )))
            }
        }
    }

    fn refused(&self, code: String, message: &str) -> CallError {
        let message: String = message
            .chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect();
        let (en, zh) = match self.protocol.explain(&code) {
            Some((en, zh)) => (
                format!("{en} ({code} {message})"),
                format!("{zh}（{code} {message}）"),
            ),
            None => (
                format!("the platform refused: {code} {message}"),
                format!("平台拒绝了请求：{code} {message}"),
            ),
        };
        CallError::Refused {
            code,
            why: both((&en, &zh)),
        }
    }

    /// Asks at the pace of the cloud, and again while it is too fast or nothing came back.
    async fn repeat(&self, asked: &Asked) -> Result<Answered, CallError> {
        let since = Stopwatch::start();
        let mut tries = 0;
        loop {
            self.turn(since).await?;
            let answered = self.send(asked).await;
            let answered = match answered {
                Ok(answered) => answered,
                Err(CallError::Away(why)) => {
                    tries += 1;
                    self.pace.failed();
                    if tries >= TRIES {
                        return Err(CallError::Away(why));
                    }
                    tokio::time::sleep(RETRY * tries).await;
                    continue;
                }
                Err(other) => return Err(other),
            };
            match self.protocol.verdict(&answered) {
                Verdict::TooFast(wait) => self.pace.back_off(wait.min(LONGEST_WAIT)),
                Verdict::Unreadable => {
                    tries += 1;
                    self.pace.failed();
                    if tries >= TRIES {
                        return Ok(answered);
                    }
                    tokio::time::sleep(RETRY * tries).await;
                }
                _ => {
                    self.pace.succeeded();
                    return Ok(answered);
                }
            }
        }
    }

    /// Waits for a turn.
    async fn turn(&self, since: Stopwatch) -> Result<(), CallError> {
        while let Err(wait) = self.pace.take() {
            if self.pace.rests() {
                return Err(CallError::away((
                    "the platform does not answer and is left alone for half a minute",
                    "平台多次无响应，暂停访问半分钟",
                )));
            }
            if since.elapsed() + wait > PATIENCE {
                return Err(busy());
            }
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    async fn send(&self, asked: &Asked) -> Result<Answered, CallError> {
        let client = self.client(&asked.url).await?;
        let mut request = client
            .request(asked.method.clone(), asked.url.clone())
            .header("accept", "application/json");
        for (name, value) in &asked.headers {
            request = request.header(*name, value);
        }
        request = match &asked.body {
            Body::None => request,
            Body::Json(json) => request
                .header("content-type", "application/json; charset=utf-8")
                .body(json.to_string()),
            Body::Form(fields) => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form(fields)),
        };
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = read(answer, MAX_ANSWER).await?;
        Ok(Answered {
            status,
            headers,
            json: serde_json::from_slice(&bytes).unwrap_or_default(),
        })
    }

    async fn client(&self, url: &Url) -> Result<reqwest::Client, CallError> {
        let origin = url.origin().ascii_serialization();
        let known = self.clients.lock().get(&origin).cloned();
        if let Some((client, since)) = known
            && since.elapsed() < CLIENT_LIFE
        {
            return Ok(client);
        }
        let authority = Some(self.protocol.ca()).filter(|pem| !pem.is_empty());
        let client = client(&self.outbound, url, authority).await?;
        let kept = (client.clone(), Stopwatch::start());
        self.clients.lock().insert(origin, kept);
        Ok(client)
    }
}

fn form(fields: &[(&'static str, String)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

fn busy() -> CallError {
    CallError::away((
        "the platform is asked too often, by this or other programs: try again later",
        "平台访问过于频繁（可能还有其他程序），请稍后再试",
    ))
}

/// A path below a base URL, each part escaped.
///
/// # Errors
/// If the base is no address.
pub fn below(base: &str, parts: &[&str]) -> Result<Url, CallError> {
    let none = || CallError::away(("the address is none", "地址无效"));
    let mut url = Url::parse(base).map_err(|_| none())?;
    url.path_segments_mut()
        .map_err(|()| none())?
        .pop_if_empty()
        .extend(parts);
    Ok(url)
}
