//! Signing out at the provider by one's browser (OpenID Connect RP-Initiated Logout 1.0 §2): the ID token says of
//! which session, and is kept sealed for that, where that is wanted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use super::OidcProvider;
use crate::directories::provider::{Onward, ProviderError};
use crate::directories::sign_in::CameBy;
use crate::sealed::Place;

/// Addresses that are longer, in bytes, are not understood everywhere: then the person is named instead.
const LONGEST: usize = 4096;

impl OidcProvider {
    fn place(&self) -> Place<'_> {
        Place {
            table: "directory_sessions",
            column: "repeated",
            row: self.id.as_str(),
        }
    }

    /// What is kept of the ID token, to be shown again.
    pub(super) fn kept(&self, id_token: &str) -> Option<String> {
        let is_wanted = self.settings.ends_session && id_token.len() <= LONGEST;
        is_wanted
            .then(|| URL_SAFE_NO_PAD.encode(self.sealer.seal(self.place(), id_token.as_bytes())))
    }

    fn shown_again(&self, kept: &str) -> Option<String> {
        let sealed = URL_SAFE_NO_PAD.decode(kept).ok()?;
        let opened = self.sealer.open(self.place(), &sealed).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }

    /// The way on which the browser tells the provider that a session is over, and then comes `back` with `state`;
    /// `None`: there is none.
    ///
    /// # Errors
    /// If the provider cannot be asked.
    pub async fn sign_out(
        &self,
        came_by: &CameBy,
        (back, state): (&str, &str),
    ) -> Result<Option<Onward>, ProviderError> {
        if !self.settings.ends_session {
            return Ok(None);
        }
        let now = self.clock.now();
        let known = self.issuers.known(&self.outbound, &self.settings, now);
        let Some(mut address) = known.await?.metadata.end_session_endpoint.clone() else {
            return Ok(None);
        };
        let token = came_by.repeated.as_deref();
        let token = token.and_then(|kept| self.shown_again(kept));
        self.ask(&mut address, came_by, token.as_deref());
        let mut query = address.query_pairs_mut();
        query
            .append_pair("post_logout_redirect_uri", back)
            .append_pair("state", state);
        drop(query);
        Ok(Some(Onward::To(address)))
    }

    fn ask(&self, address: &mut Url, came_by: &CameBy, token: Option<&str>) {
        let mut query = address.query_pairs_mut();
        query.append_pair("client_id", &self.settings.client_id);
        match (token, &came_by.subject) {
            (Some(token), _) => query.append_pair("id_token_hint", token),
            (None, Some(subject)) => query.append_pair("logout_hint", subject),
            (None, None) => &mut query,
        };
    }
}
