//! Requests to the services that send messages: to where the operator lets us, without redirects, within a
//! time, and with an answer of a bounded length.

use std::time::Duration;

use config::settings::Outbound;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use serde_json::Value;
use url::{Host, Url};

use super::NotTaken;
use crate::outbound::resolve;
use crate::refused::Invalid;

const PATIENCE: Duration = Duration::from_secs(15);
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
    let client = client(outbound, &ask).await?;
    let sent = client
        .post(ask.url)
        .headers(ask.headers)
        .body(ask.body)
        .send()
        .await
        .map_err(not_answered)?;
    let status = sent.status().as_u16();
    let bytes = read(sent).await?;
    Ok(Answered {
        status,
        json: serde_json::from_slice(&bytes).unwrap_or_default(),
    })
}

async fn read(mut answer: reqwest::Response) -> Result<Vec<u8>, NotTaken> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(not_answered)? {
        let room = MAX_ANSWER - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if bytes.len() == MAX_ANSWER {
            break;
        }
    }
    Ok(bytes)
}

/// One for this request alone: it knows its one name, and to what that leads.
async fn client(outbound: &Outbound, ask: &Ask<'_>) -> Result<Client, NotTaken> {
    let host = ask.url.host_str().unwrap_or_default().to_owned();
    let port = ask.url.port_or_known_default().unwrap_or(443);
    let addresses = resolve(outbound, &host, port)
        .await
        .map_err(NotTaken::from)?;
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .user_agent("gatehouse");
    if matches!(ask.url.host(), Some(Host::Domain(_))) {
        builder = builder.resolve_to_addrs(&host, &addresses);
    }
    if let Some(pem) = ask.authority {
        let found = Certificate::from_pem_bundle(pem.as_bytes());
        builder = builder.tls_certs_merge(found.map_err(not_answered)?);
    }
    builder.build().map_err(not_answered)
}

fn not_answered(error: reqwest::Error) -> NotTaken {
    // The address may hold what is sent.
    let error = error.without_url();
    let mut why = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        why = inner.to_string();
        source = inner.source();
    }
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
