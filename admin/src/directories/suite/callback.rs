//! What a suite sends to our callback, and what is made of it. Each suite proves in its own way that it is the one.

use std::collections::HashMap;

use axum::http::{HeaderMap, Method};
use config::Timestamp;

use crate::store::directory_events::Touches;

/// A request to the callback of a directory.
pub struct Call<'a> {
    pub method: &'a Method,
    /// The parameters of the address, each once.
    pub query: &'a HashMap<String, String>,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub now: Timestamp,
}

impl Call<'_> {
    #[must_use]
    pub fn parameter(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// A header; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.get(name);
        found.and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub content_type: &'static str,
    pub body: String,
}

impl Reply {
    #[must_use]
    pub fn json(body: &serde_json::Value) -> Self {
        Self {
            content_type: "application/json; charset=utf-8",
            body: body.to_string(),
        }
    }

    #[must_use]
    pub fn text(body: String) -> Self {
        Self {
            content_type: "text/plain; charset=utf-8",
            body,
        }
    }
}

/// Something that has changed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it is called: told again, it is the same.
    pub id: String,
    /// As the suite calls its kind.
    pub kind: String,
    pub touches: Touches,
    /// Of whom, by the keys of people.
    pub keys: Vec<String>,
}

/// What the suite says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It tries the address out.
    Verification(Reply),
    /// Something has changed; answered so once that is written down.
    Event(Event, Reply),
    /// Something that is nothing to us.
    Else(Reply),
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    #[error("not_set_up")]
    NotSetUp,
    #[error("malformed")]
    Malformed,
    #[error("wrong_signature")]
    Signature,
    #[error("wrong_token")]
    Token,
    /// From too long ago, or from the future.
    #[error("wrong_time")]
    Time,
    #[error("another_application")]
    Application,
    #[error("another_tenant")]
    Tenant,
}

impl Forged {
    /// In English and in Chinese, by the name that is kept.
    #[must_use]
    pub fn explain(reason: &str) -> (&'static str, &'static str) {
        match reason {
            "not_set_up" => (
                "the secrets of the callback are not entered yet",
                "尚未填写事件回调的密钥",
            ),
            "malformed" => (
                "it could not be read, or was encrypted with another key",
                "内容无法读取，或加密密钥不一致",
            ),
            "wrong_signature" => ("its signature is wrong", "签名错误"),
            "wrong_token" => ("its verification token is wrong", "校验令牌错误"),
            "wrong_time" => (
                "it is from too long ago, or from the future",
                "时间戳过旧或超前",
            ),
            "another_application" => ("it is meant for another application", "属于其他应用"),
            "another_tenant" => ("it comes from another company", "来自其他企业"),
            _ => ("it was refused", "已被拒绝"),
        }
    }
}

/// Reads what a suite sends.
pub trait Callback: Send + Sync {
    /// # Errors
    /// [`Forged`] if it does not prove that it comes from the suite.
    fn read(&self, call: &Call<'_>) -> Result<Told, Forged>;
}
