//! HTTP to where an administrator says: to just the addresses that were checked, without redirects and
//! proxies, within a time, and with an answer of a bounded length.

use std::time::Duration;

use config::settings::Outbound;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use url::{Host, Url};

use super::{NotReached, resolve};

const PATIENCE: Duration = Duration::from_secs(15);

/// One for requests to the host of `url` alone: it knows its one name, and to what that leads. `authority`
/// holds certificates, as PEM, that are trusted beside those of the system.
///
/// # Errors
/// If the host may not be reached, or the certificates are none.
pub async fn client(
    outbound: &Outbound,
    url: &Url,
    authority: Option<&str>,
) -> Result<Client, NotReached> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses = resolve(outbound, &host, port).await?;
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .user_agent("gatehouse");
    if matches!(url.host(), Some(Host::Domain(_))) {
        builder = builder.resolve_to_addrs(&host, &addresses);
    }
    if let Some(pem) = authority {
        let found = Certificate::from_pem_bundle(pem.as_bytes()).map_err(not_made)?;
        builder = builder.tls_certs_merge(found);
    }
    builder.build().map_err(not_made)
}

fn not_made(error: reqwest::Error) -> NotReached {
    let why = innermost(error);
    NotReached {
        is_closed: false,
        why: (
            format!("the service did not answer: {why}").as_str(),
            format!("服务没有响应：{why}").as_str(),
        )
            .into(),
    }
}

/// What lies at the bottom of an error, without the address, which may hold what is sent.
#[must_use]
pub fn innermost(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut why = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        why = inner.to_string();
        source = inner.source();
    }
    why
}

/// The first bytes of an answer, `most` of them.
pub async fn read(mut answer: reqwest::Response, most: usize) -> Result<Vec<u8>, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        let room = most - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if bytes.len() == most {
            break;
        }
    }
    Ok(bytes)
}
