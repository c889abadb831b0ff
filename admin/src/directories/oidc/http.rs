//! Requests to a provider: JSON comes back, or nothing that counts.

use config::settings::Outbound;
use reqwest::RequestBuilder;
use serde_json::Value;
use url::Url;

use super::settings::OidcSettings;
use crate::directories::provider::Unusable;
use crate::outbound::http::{client, read};

/// No answer that we read is longer, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// What came back.
pub struct Answered {
    pub status: u16,
    /// `null` where it is no JSON.
    pub json: Value,
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
