//! Asking a provider, without anybody's doing, whether somebody is still there: the refresh token of their sign-in is
//! shown to it (RFC 6749 §6). It is kept sealed, and used for nothing else.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::Timestamp;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::OidcProvider;
use super::http::post;
use super::provider::error_code;
use crate::directories::provider::ProviderError;
use crate::directories::sign_in::Renewal;
use crate::sealed::Place;

/// What a provider said of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// They are there; when to ask again, and by what.
    Still(Renewal),
    /// They are not, or may not come in any more.
    Gone,
    /// It was asked, and no answer was heard: it may have given another token for the one that was shown.
    Unheard(String),
}

impl OidcProvider {
    fn renewal_place(&self) -> Place<'_> {
        Place {
            table: "directory_renewals",
            column: "token",
            row: self.id.as_str(),
        }
    }

    /// What is kept of a refresh token, where it is to be shown from time to time.
    pub(super) fn renewal(&self, refresh_token: Option<&str>, now: Timestamp) -> Option<Renewal> {
        let minutes = self.settings.renews_every_minutes?;
        let sealed = self
            .sealer
            .seal(self.renewal_place(), refresh_token?.as_bytes());
        Some(Renewal {
            token: URL_SAFE_NO_PAD.encode(sealed),
            due_at: next(minutes, now),
        })
    }

    /// Shows what is kept.
    ///
    /// # Errors
    /// If the provider says nothing that counts: then nothing is known of anybody.
    pub async fn renew(&self, kept: &str, minutes: u32) -> Result<Renewed, ProviderError> {
        let now = self.clock.now();
        let token = self
            .opened(kept)
            .ok_or_else(|| away("what is kept cannot be opened"))?;
        let known = self.issuers.known(&self.outbound, &self.settings, now);
        let issuer = known.await?;
        let (form, authorization) = self.renewal_form(&token);
        let ask = (&issuer.metadata.token_endpoint, form, authorization);
        let answered = match post(&self.outbound, &self.settings, ask).await {
            Ok(answered) => answered,
            Err(error) => return Ok(Renewed::Unheard(error.to_string())),
        };
        let said = |name: &str| answered.json.get(name).and_then(Value::as_str);
        match (answered.status, said("error")) {
            (200, _) if said("access_token").is_some() => {}
            (400, Some("invalid_grant")) => return Ok(Renewed::Gone),
            (status, error) => {
                let error = error_code(error);
                return Err(away(&format!(
                    "a renewal was answered with {status} {error}"
                )));
            }
        }
        // Where none is said, the same one goes on.
        let rotated = self.renewal(said("refresh_token"), now);
        Ok(Renewed::Still(rotated.unwrap_or_else(|| Renewal {
            token: kept.to_owned(),
            due_at: next(minutes, now),
        })))
    }

    fn renewal_form(&self, token: &str) -> (String, Option<String>) {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", token);
        self.authenticated(form)
    }

    fn opened(&self, kept: &str) -> Option<String> {
        let sealed = URL_SAFE_NO_PAD.decode(kept).ok()?;
        let opened = self.sealer.open(self.renewal_place(), &sealed).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

/// Not all at once of those who came at once.
fn next(minutes: u32, now: Timestamp) -> Timestamp {
    let whole = u64::from(minutes) * 60_000;
    now.plus(Duration::from_millis(rand::random_range(
        whole - whole / 10..=whole,
    )))
}

fn away(why: &str) -> ProviderError {
    ProviderError::Away(why.to_owned())
}
