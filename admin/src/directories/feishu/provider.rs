//! Signing in on Feishu's page, by a QR code or, inside of Feishu, without a word: the code flow with PKCE. Who it was
//! is asked of the cloud, and only people of the one company are let in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::id::DirectoryId;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::APP_SECRET;
use super::entry::{self, text};
use super::protocol::Feishu;
use super::settings::FeishuSettings;
use crate::directories::provider::{Brought, Onward, ProviderError, SignInProvider, Start};
use crate::directories::sign_in::Asserted;
use crate::directories::suite::cloud::{Asked, Body, Cloud, below};
use crate::directories::suite::secrets::Secrets;
use crate::state::State;

/// No such code, or one that is too old, was used, is another application's, or belongs to another sign-in.
const NO_CODES: [&str; 6] = ["20003", "20004", "20024", "20049", "20065", "20071"];

pub struct FeishuProvider {
    cloud: Cloud,
    settings: FeishuSettings,
    secrets: Secrets,
}

impl FeishuProvider {
    #[must_use]
    pub fn new(
        state: &State,
        directory: &DirectoryId,
        (settings, secrets): (&FeishuSettings, &Secrets),
    ) -> Self {
        let protocol = Box::new(Feishu::new(settings, secrets));
        Self {
            cloud: Cloud::new(state, Some(directory), protocol),
            settings: settings.clone(),
            secrets: secrets.clone(),
        }
    }

    /// A token of whoever brought the code.
    async fn exchanged(&self, code: &str, brought: &Brought<'_>) -> Result<String, ProviderError> {
        let url = below(&self.settings.accounts_url, &["oauth", "v3", "token"])?;
        let fields = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", self.settings.app_id.clone()),
            ("client_secret", self.secrets.get(APP_SECRET).to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", brought.callback.to_string()),
            ("code_verifier", brought.secrets.verifier.clone()),
        ];
        let asked = Asked::post(url, Body::Form(fields));
        match self.cloud.ask_once(&asked).await {
            Ok(answer) => text(&answer, "access_token")
                .map(str::to_owned)
                .ok_or(ProviderError::Untrusted("answer_without_token")),
            Err(error) if error.is_code(&NO_CODES) => Err(ProviderError::Untrusted("code_refused")),
            // How the application is set up is nobody's fault who signs in.
            Err(other) => Err(other.into()),
        }
    }

    async fn who(&self, token: &str) -> Result<Value, ProviderError> {
        let parts = ["open-apis", "authen", "v1", "user_info"];
        let mut asked = Asked::get(below(&self.settings.url, &parts)?, &[]);
        let line = format!("Bearer {token}");
        asked.headers.push(("authorization", line));
        // Somebody waits for it: it does not stand in line behind a listing.
        let mut answer = self.cloud.ask_once(&asked).await?;
        Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
    }

    /// Who it is, if they are of our company.
    fn asserted(&self, told: &Value) -> Result<Asserted, ProviderError> {
        let ours = self.settings.tenant_key.as_str();
        if ours.is_empty() || text(told, "tenant_key") != Some(ours) {
            return Err(ProviderError::Stranger);
        }
        let person = entry::person(&self.settings, told);
        Ok(Asserted {
            person: person.ok_or(ProviderError::Untrusted("answer_without_key"))?,
            // The other address is entered by people, and nobody asks whether it is theirs.
            is_email_verified: entry::work_mail(told).is_some(),
            ..Asserted::default()
        })
    }
}

impl SignInProvider for FeishuProvider {
    fn start<'a>(&'a self, start: Start<'a>) -> BoxFuture<'a, Result<Onward, ProviderError>> {
        async move {
            let parts = ["open-apis", "authen", "v1", "authorize"];
            let mut url = below(&self.settings.accounts_url, &parts)?;
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&start.secrets.verifier));
            url.query_pairs_mut()
                .append_pair("client_id", &self.settings.app_id)
                .append_pair("response_type", "code")
                .append_pair("redirect_uri", start.callback.as_str())
                .append_pair("state", start.state)
                .append_pair("code_challenge", &challenge)
                .append_pair("code_challenge_method", "S256");
            Ok(Onward::To(url))
        }
        .boxed()
    }

    fn finish<'a>(
        &'a self,
        brought: Brought<'a>,
    ) -> BoxFuture<'a, Result<Asserted, ProviderError>> {
        async move {
            if let Some(error) = brought.parameters.get("error") {
                return Err(ProviderError::Refused(error.chars().take(64).collect()));
            }
            let code = brought.parameters.get("code").map_or("", String::as_str);
            if code.is_empty() || code.len() > 2048 {
                return Err(ProviderError::Untrusted("answer_without_code"));
            }
            let token = zeroize::Zeroizing::new(self.exchanged(code, &brought).await?);
            self.asserted(&self.who(&token).await?)
        }
        .boxed()
    }
}
