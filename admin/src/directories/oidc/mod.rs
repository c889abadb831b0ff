//! OpenID Connect: people sign in on the page of a provider, by the code flow with PKCE, and what it signs
//! says who they were. It lists nobody.
//!
//! The protocol is spoken here, over [`crate::outbound`], so that where a request goes is checked as
//! everywhere; only signatures are left to a library.

mod http;
mod issuers;
mod logout;
mod person;
mod provider;
mod renewal;
mod settings;
mod sign_out;
mod token;

use config::settings::Outbound;
use serde_json::Value;

use super::provider::Unusable;

pub use issuers::Issuers;
pub use logout::Over;
pub use provider::OidcProvider;
pub use renewal::Renewed;
pub use settings::{ClaimNames, ClientAuthentication, OidcSettings, Prompt, SecondFactorValues};

/// To whom the secret is shown, and how well guarded on its way.
#[must_use]
pub fn confidant(settings: &OidcSettings) -> Value {
    serde_json::json!([
        settings.issuer,
        settings.ca,
        settings.client_id,
        settings.authentication
    ])
}

/// Whether there is such a provider.
///
/// # Errors
/// If it cannot be asked, or is another than was meant.
pub async fn try_out(outbound: &Outbound, settings: &OidcSettings) -> Result<(), Unusable> {
    issuers::fetch(outbound, settings).await.map(drop)
}

#[cfg(test)]
pub(crate) mod testing;
