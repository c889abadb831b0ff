//! Requests to the services that send messages, and what is wrong with where they are said to be.

use config::settings::Outbound;
use reqwest::Certificate;
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::{Host, Url};

use super::NotTaken;
use crate::outbound::http::{client, innermost, read};
use crate::refused::Invalid;

/// No answer that we read is longer, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// Nor are certificates of an authority, in bytes.
const MAX_AUTHORITY: usize = 64 * 1024;

/// A request that is about to be sent.
pub struct Ask<'a> {
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Certificates, as PEM, that are trusted beside those of the system.
    pub authority: Option<&'a str>,
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    /// `null` where it is no JSON.
    pub json: Value,
}

/// Posts it.
///
/// # Errors
/// If no answer came.
pub async fn post(outbound: &Outbound, ask: Ask<'_>) -> Result<Answered, NotTaken> {
    let client = client(outbound, &ask.url, ask.authority).await?;
    let sent = client
        .post(ask.url)
        .headers(ask.headers)
        .body(ask.body)
        .send()
        .await
        .map_err(not_answered)?;
    let status = sent.status().as_u16();
    let bytes = read(sent, MAX_ANSWER).await.map_err(not_answered)?;
    Ok(Answered {
        status,
        json: serde_json::from_slice(&bytes).unwrap_or_default(),
    })
}

fn not_answered(error: reqwest::Error) -> NotTaken {
    let why = innermost(error);
    NotTaken::for_now((
        &format!("the service did not answer: {why}"),
        &format!("服务没有响应：{why}"),
    ))
}

impl From<crate::outbound::NotReached> for NotTaken {
    /// What the operator has closed may be opened; the message waits until then, or until its end.
    fn from(refused: crate::outbound::NotReached) -> Self {
        Self {
            is_final: false,
            why: refused.why,
        }
    }
}

/// What is wrong with an address that secrets are sent to.
#[must_use]
pub fn url_problem(field: &str, url: Option<&str>) -> Option<Invalid> {
    if Url::parse(url?).is_ok_and(|url| is_fit(&url)) {
        return None;
    }
    Some(Invalid::new(
        field,
        ("this is no address that we send to", "不能向该地址发送"),
        (
            "an https:// address without user name and fragment; http:// only to an IP address",
            "https:// 地址，不含用户名和片段；仅 IP 地址可用 http://",
        ),
    ))
}

fn is_fit(url: &Url) -> bool {
    let is_guarded = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))),
        _ => false,
    };
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    is_guarded && is_plain && url.as_str().len() <= 500
}

/// What is wrong with certificates of an authority.
#[must_use]
pub fn authority_problem(pem: Option<&str>) -> Option<Invalid> {
    let pem = pem?;
    let found = Certificate::from_pem_bundle(pem.as_bytes());
    if pem.len() <= MAX_AUTHORITY && found.is_ok_and(|found| !found.is_empty()) {
        return None;
    }
    Some(Invalid::new(
        "sender.service.authority",
        ("this is no certificate", "这不是有效的证书"),
        (
            "one or more certificates as PEM, 64 KiB at most",
            "一个或多个 PEM 格式证书，最多 64 KiB",
        ),
    ))
}
