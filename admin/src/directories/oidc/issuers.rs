//! What providers say of themselves, and the keys by which they sign: kept in memory by each node for a
//! while, and fetched by one sign-in for all that wait.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use config::Timestamp;
use config::settings::Outbound;
use jsonwebtoken::jwk::Jwk;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex as Turn;
use url::Url;

use super::http::get;
use super::settings::OidcSettings;
use crate::directories::checks::is_guarded;
use crate::directories::provider::Unusable;

/// A key that the provider has withdrawn is believed no longer than this.
const LIFE: Duration = Duration::from_mins(10);
/// A provider is asked no sooner again, whatever comes back: a key that nobody has heard of makes no flood.
const PAUSE: Duration = Duration::from_secs(10);
/// So many are kept; then all are asked anew.
const MOST: usize = 100;

/// OpenID Connect Discovery §3, as far as it matters here.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: Url,
    pub token_endpoint: Url,
    pub jwks_uri: Url,
    #[serde(default)]
    pub userinfo_endpoint: Option<Url>,
    /// OpenID Connect RP-Initiated Logout 1.0.
    #[serde(default)]
    pub end_session_endpoint: Option<Url>,
    /// RFC 9207.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

#[derive(Debug)]
pub struct Issuer {
    pub metadata: Metadata,
    pub keys: Vec<Jwk>,
}

struct Asked {
    at: Timestamp,
    said: Result<Arc<Issuer>, Unusable>,
}

type Slot = Arc<Turn<Option<Asked>>>;

/// Those that this node has asked, by name and by whose certificates are believed.
#[derive(Clone, Default)]
pub struct Issuers(Arc<Mutex<HashMap<(String, String), Slot>>>);

impl Issuers {
    /// What the provider says, now or a while ago.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub async fn known(
        &self,
        outbound: &Outbound,
        settings: &OidcSettings,
        now: Timestamp,
    ) -> Result<Arc<Issuer>, Unusable> {
        self.younger_than(LIFE, outbound, settings, now).await
    }

    /// The same, asked anew unless that was done just now.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub async fn renewed(
        &self,
        outbound: &Outbound,
        settings: &OidcSettings,
        now: Timestamp,
    ) -> Result<Arc<Issuer>, Unusable> {
        self.younger_than(PAUSE, outbound, settings, now).await
    }

    async fn younger_than(
        &self,
        life: Duration,
        outbound: &Outbound,
        settings: &OidcSettings,
        now: Timestamp,
    ) -> Result<Arc<Issuer>, Unusable> {
        let slot = self.slot(settings);
        let mut asked = slot.lock().await;
        if let Some(asked) = &*asked {
            let life = if asked.said.is_ok() { life } else { PAUSE };
            if now < asked.at.plus(life) {
                return asked.said.clone();
            }
        }
        let said = fetch(outbound, settings).await.map(Arc::new);
        *asked = Some(Asked {
            at: now,
            said: said.clone(),
        });
        said
    }

    fn slot(&self, settings: &OidcSettings) -> Slot {
        let mut all = self.0.lock();
        if all.len() >= MOST {
            all.clear();
        }
        let name = (settings.issuer.clone(), settings.ca.clone());
        all.entry(name).or_default().clone()
    }
}

/// Asks the provider who it is, and by which keys it signs.
///
/// # Errors
/// If it cannot be asked, or is another than was meant.
pub async fn fetch(outbound: &Outbound, settings: &OidcSettings) -> Result<Issuer, Unusable> {
    let issuer = settings.issuer.trim_end_matches('/');
    let address = format!("{issuer}/.well-known/openid-configuration");
    let address = Url::parse(&address).map_err(|_| no_provider(0))?;
    let answered = get(outbound, settings, (&address, None)).await?;
    let metadata: Metadata = serde_json::from_value(answered.json)
        .ok()
        .filter(|_| answered.status == 200)
        .ok_or_else(|| no_provider(answered.status))?;
    check(&metadata, settings)?;
    let answered = get(outbound, settings, (&metadata.jwks_uri, None)).await?;
    let keys = keys(&answered.json);
    if answered.status != 200 || keys.is_empty() {
        return Err(Unusable::new((
            "the provider tells no keys by which it signs",
            "身份提供方没有提供签名密钥",
        )));
    }
    Ok(Issuer { metadata, keys })
}

fn no_provider(status: u16) -> Unusable {
    Unusable::new((
        &format!(
            "there is no OpenID provider: /.well-known/openid-configuration was answered with {status}"
        ),
        &format!("该地址不是 OpenID 身份提供方：/.well-known/openid-configuration 返回 {status}"),
    ))
}

/// Discovery §4.3: whoever calls itself otherwise is somebody else.
fn check(metadata: &Metadata, settings: &OidcSettings) -> Result<(), Unusable> {
    if metadata.issuer != settings.issuer {
        let own: String = metadata.issuer.chars().take(200).collect();
        return Err(Unusable::new((
            &format!("the provider calls itself {own}: the issuer must be that, letter by letter"),
            &format!("身份提供方自称 {own}：issuer 必须与之完全一致"),
        )));
    }
    let endpoints = [
        Some(&metadata.authorization_endpoint),
        Some(&metadata.token_endpoint),
        Some(&metadata.jwks_uri),
        metadata.userinfo_endpoint.as_ref(),
        metadata.end_session_endpoint.as_ref(),
    ];
    if !endpoints.into_iter().flatten().all(is_guarded) {
        return Err(Unusable::new((
            "the provider has an address that is not https://",
            "身份提供方的某个地址不是 https://",
        )));
    }
    Ok(())
}

/// Those that can be read; a provider may have others besides.
fn keys(set: &Value) -> Vec<Jwk> {
    let all = set.get("keys").and_then(Value::as_array);
    let each = all.into_iter().flatten();
    each.filter_map(|key| serde_json::from_value(key.clone()).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::settings;
    use super::*;

    const OURS: &str = "https://op.example.com";

    fn said(change: (&str, &str)) -> Result<(), Unusable> {
        let mut metadata = json!({
            "issuer": OURS, "authorization_endpoint": "https://op.example.com/auth",
            "token_endpoint": "https://op.example.com/token",
            "jwks_uri": "https://op.example.com/jwks",
            "userinfo_endpoint": "https://op.example.com/me",
        });
        metadata[change.0] = change.1.into();
        check(&serde_json::from_value(metadata).unwrap(), &settings(OURS))
    }

    #[test]
    fn attack_14_a_provider_that_calls_itself_otherwise_or_listens_in_the_open_is_not_used() {
        assert_eq!(said(("issuer", OURS)), Ok(()));
        for (name, value) in [
            ("issuer", "https://op.example.com/"),
            ("issuer", "https://other.example.com"),
            ("authorization_endpoint", "http://op.example.com/auth"),
            ("authorization_endpoint", "javascript:alert(1)"),
            ("token_endpoint", "http://10.0.0.5/token"),
            ("jwks_uri", "http://169.254.169.254/latest"),
            ("userinfo_endpoint", "file:///etc/passwd"),
            ("end_session_endpoint", "javascript:alert(1)"),
        ] {
            assert!(said((name, value)).is_err(), "{name}: {value}");
        }
    }

    #[tokio::test]
    async fn attack_27_a_provider_on_this_machine_is_asked_only_where_the_operator_lets_us() {
        for issuer in ["http://127.0.0.1:9", "https://169.254.169.254"] {
            let refused = fetch(&Outbound::default(), &settings(issuer)).await;
            let why = refused.unwrap_err().why.en;
            assert!(why.contains("outbound.allow"), "{why}");
        }
    }
}
