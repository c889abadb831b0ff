//! What a directory must be able to do so that people sign in on a page of its own.

use std::collections::HashMap;
use std::time::Duration;

use config::Timestamp;
use config::language::LocalText;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use url::Url;

use super::sign_in::Asserted;
use crate::outbound::NotReached;
use crate::outbound::http::innermost;

/// Secrets of one sign-in, which come back with the browser, sealed, and with nobody else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Secrets {
    /// What the directory repeats in what it says, so that it was said for this sign-in.
    pub nonce: String,
    /// What proves that whoever comes back is who has left (RFC 7636).
    pub verifier: String,
}

/// Somebody wants to sign in.
pub struct Start<'a> {
    /// Where the browser comes back to.
    pub callback: &'a Url,
    /// What it brings back, as it is.
    pub state: &'a str,
    pub secrets: &'a Secrets,
    /// The mail address that the person has typed here, if they have.
    pub hint: Option<&'a str>,
    /// Whether they must prove anew who they are, even where the directory knows them already.
    pub afresh: bool,
    /// Whether the browser is the one of the suite's own client.
    pub is_inside: bool,
}

/// How the browser gets there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Onward {
    To(Url),
    /// By a form that it sends.
    Form(Url, Vec<(&'static str, String)>),
}

/// What the browser brought back.
pub struct Brought<'a> {
    /// The parameters of the address or of the form, each once.
    pub parameters: &'a HashMap<String, String>,
    pub callback: &'a Url,
    pub secrets: &'a Secrets,
    /// Since when they must have proven who they are, where they were sent to do it anew.
    pub since: Option<Timestamp>,
    pub now: Timestamp,
}

/// Clocks may differ by so much where it is asked when somebody has proven who they are.
pub const SKEW: Duration = Duration::from_mins(1);

/// Why nobody is let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The person, or the directory, did not want to.
    #[error("the directory refused: {0}")]
    Refused(String),
    /// What was brought back proves nothing. The reason for the log alone.
    #[error("what the directory said cannot be trusted: {0}")]
    Untrusted(&'static str),
    /// Somebody, but of another company than the one that is connected.
    #[error("somebody of another company")]
    Stranger,
    /// The directory cannot be asked.
    #[error("the directory cannot be reached: {0}")]
    Away(String),
}

/// Whoever has the sign-in page cannot be asked, or says nothing that can be used. One sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .why.en)]
pub struct Unusable {
    pub why: LocalText,
}

impl Unusable {
    /// In English, then in Chinese.
    #[must_use]
    pub fn new((en, zh_cn): (&str, &str)) -> Self {
        Self {
            why: (en, zh_cn).into(),
        }
    }
}

impl From<NotReached> for Unusable {
    fn from(error: NotReached) -> Self {
        Self { why: error.why }
    }
}

impl From<reqwest::Error> for Unusable {
    fn from(error: reqwest::Error) -> Self {
        let why = innermost(error);
        Self::new((
            &format!("the provider did not answer: {why}"),
            &format!("身份提供方没有响应：{why}"),
        ))
    }
}

impl From<Unusable> for ProviderError {
    fn from(error: Unusable) -> Self {
        Self::Away(error.why.en)
    }
}

/// A sign-in page elsewhere.
pub trait SignInProvider: Send + Sync {
    /// Where the browser goes.
    fn start<'a>(&'a self, start: Start<'a>) -> BoxFuture<'a, Result<Onward, ProviderError>>;

    /// Who it was that came back.
    fn finish<'a>(&'a self, brought: Brought<'a>)
    -> BoxFuture<'a, Result<Asserted, ProviderError>>;
}
