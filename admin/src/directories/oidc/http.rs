//! Requests to a provider: JSON comes back, or nothing that counts.

use config::language::LocalText;
use config::settings::Outbound;
use reqwest::RequestBuilder;
use serde_json::Value;
use url::{Host, Url};

use super::settings::OidcSettings;
use crate::outbound::NotReached;
use crate::outbound::http::{client, innermost, read};

/// No answer that we read is longer, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// The provider cannot be asked, or says nothing that can be used. One sentence.
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

/// What came back.
pub struct Answered {
    pub status: u16,
    /// `null` where it is no JSON.
    pub json: Value,
}

/// Whether nobody on the way reads what goes to an address.
#[must_use]
pub fn is_guarded(url: &Url) -> bool {
    let is_guarded = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            _ => false,
        },
        _ => false,
    };
    is_guarded && url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}

/// Gets it, as whoever holds the access token.
///
/// # Errors
/// If no answer came.
pub async fn get(
    outbound: &Outbound,
    settings: &OidcSettings,
    (url, access_token): (&Url, Option<&str>),
) -> Result<Answered, Unusable> {
    let client = client(outbound, url, authority(settings)).await?;
    let mut request = client.get(url.clone());
    if let Some(token) = access_token {
        request = request.bearer_auth(token);
    }
    send(request).await
}

/// Posts a form, with a header that says who we are.
///
/// # Errors
/// If no answer came.
pub async fn post(
    outbound: &Outbound,
    settings: &OidcSettings,
    (url, form, authorization): (&Url, String, Option<String>),
) -> Result<Answered, Unusable> {
    let client = client(outbound, url, authority(settings)).await?;
    let mut request = client
        .post(url.clone())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    if let Some(line) = authorization {
        request = request.header("authorization", line);
    }
    send(request).await
}

fn authority(settings: &OidcSettings) -> Option<&str> {
    Some(settings.ca.as_str()).filter(|pem| !pem.is_empty())
}

async fn send(request: RequestBuilder) -> Result<Answered, Unusable> {
    let sent = request.header("accept", "application/json").send().await?;
    let status = sent.status().as_u16();
    let bytes = read(sent, MAX_ANSWER).await?;
    Ok(Answered {
        status,
        json: serde_json::from_slice(&bytes).unwrap_or_default(),
    })
}
