//! Signing in on WeCom's page by a QR code or, inside of WeCom, without a word. Whose code it was is asked of the
//! cloud with our token, which knows nobody but the people of the one company.

use config::id::DirectoryId;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::Value;
use url::Url;

use super::entry::{self, text};
use super::protocol::{APPLICATION, WeCom};
use super::settings::WeComSettings;
use crate::directories::provider::{Brought, Onward, ProviderError, SignInProvider, Start};
use crate::directories::sign_in::Asserted;
use crate::directories::suite::cloud::{Asked, Cloud, below};
use crate::directories::suite::error::CallError;
use crate::directories::suite::secrets::Secrets;
use crate::state::State;

pub struct WeComProvider {
    cloud: Cloud,
    settings: WeComSettings,
}

impl WeComProvider {
    #[must_use]
    pub fn new(
        state: &State,
        directory: &DirectoryId,
        (settings, secrets): (&WeComSettings, &Secrets),
    ) -> Self {
        let protocol = Box::new(WeCom::new(settings, secrets));
        Self {
            cloud: Cloud::new(state, Some(directory), protocol),
            settings: settings.clone(),
        }
    }

    /// Where a browser goes to show a QR code.
    fn outside(&self, start: &Start<'_>) -> Result<Url, CallError> {
        let parts = ["wwlogin", "sso", "login"];
        let mut url = below(&self.settings.sign_in_url, &parts)?;
        url.query_pairs_mut()
            .append_pair("login_type", "CorpApp")
            .append_pair("appid", &self.settings.corp_id)
            .append_pair("agentid", &self.settings.agent_id.to_string())
            .append_pair("redirect_uri", start.callback.as_str())
            .append_pair("state", start.state);
        Ok(url)
    }

    /// Where WeCom itself goes, and comes back from at once.
    fn inside(&self, start: &Start<'_>) -> Result<Url, CallError> {
        let parts = ["connect", "oauth2", "authorize"];
        let mut url = below(&self.settings.inside_url, &parts)?;
        // In this order, and with this at the end: others were seen to be refused.
        url.query_pairs_mut()
            .append_pair("appid", &self.settings.corp_id)
            .append_pair("redirect_uri", start.callback.as_str())
            .append_pair("response_type", "code")
            .append_pair("scope", "snsapi_base")
            .append_pair("state", start.state)
            .append_pair("agentid", &self.settings.agent_id.to_string());
        url.set_fragment(Some("wechat_redirect"));
        Ok(url)
    }

    async fn ask(&self, parts: &[&str], query: &[(&str, &str)]) -> Result<Value, CallError> {
        let url = below(&self.settings.url, &[&["cgi-bin"], parts].concat())?;
        self.cloud.ask(APPLICATION, Asked::get(url, query)).await
    }

    /// The `userid` of whoever brought the code.
    async fn exchanged(&self, code: &str) -> Result<String, ProviderError> {
        let parts = ["auth", "getuserinfo"];
        let told = match self.ask(&parts, &[("code", code)]).await {
            Err(CallError::Refused { code, why }) => {
                tracing::info!(code, why = why.en, "a code was refused");
                return Err(ProviderError::Untrusted("code_refused"));
            }
            other => other?,
        };
        // Older deployments write it with capitals. Whoever is of no company has an `openid` alone.
        let user_id = text(&told, "userid").or(text(&told, "UserId"));
        user_id.map(str::to_owned).ok_or(ProviderError::Stranger)
    }

    async fn asserted(&self, user_id: &str) -> Result<Asserted, ProviderError> {
        let told = match self.ask(&["user", "get"], &[("userid", user_id)]).await {
            Err(CallError::Refused { code, why }) => {
                tracing::info!(code, why = why.en, "somebody is not to be seen");
                return Err(ProviderError::Untrusted("not_visible"));
            }
            other => other?,
        };
        let person = entry::person(&self.settings, &told);
        let person = person.filter(|person| person.key == entry::key(user_id));
        let person = person.ok_or(ProviderError::Untrusted("answer_without_key"))?;
        if !person.is_enabled {
            return Err(ProviderError::Refused("disabled".to_owned()));
        }
        Ok(Asserted {
            person,
            // The other address is entered by people, and nobody asks whether it is theirs.
            is_email_verified: entry::work_mail(&told).is_some(),
            ..Asserted::default()
        })
    }
}

impl SignInProvider for WeComProvider {
    fn start<'a>(&'a self, start: Start<'a>) -> BoxFuture<'a, Result<Onward, ProviderError>> {
        async move {
            Ok(Onward::To(if start.is_inside {
                self.inside(&start)?
            } else {
                self.outside(&start)?
            }))
        }
        .boxed()
    }

    fn finish<'a>(
        &'a self,
        brought: Brought<'a>,
    ) -> BoxFuture<'a, Result<Asserted, ProviderError>> {
        async move {
            let code = brought.parameters.get("code").map_or("", String::as_str);
            if code.is_empty() || code.len() > 2048 {
                return Err(ProviderError::Untrusted("answer_without_code"));
            }
            let user_id = self.exchanged(code).await?;
            self.asserted(&user_id).await
        }
        .boxed()
    }
}
