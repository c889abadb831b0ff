//! SAML 2.0: people sign in on the page of an identity provider, and what it signs says who they were. It lists
//! nobody.
//!
//! `samael` and, under it, xmlsec check signatures, and make ours; nothing else of it is used. Left to itself it
//! accepts unsigned responses where the provider's metadata has no certificate, takes every algorithm, looks at no
//! InResponseTo that is absent, keeps no account of assertions that were used, passes over conditions that it does
//! not know, decrypts by AES-128 alone and by RSA with PKCS #1 v1.5, and knows of logout the names of its messages.
//! So it is ours to read metadata (`metadata.rs`), to say what must hold of a response and to hold it to that
//! (`response.rs`, `assertion.rs`: what is read is what was signed, and nothing around it), to decrypt (`encryption.rs`), to count
//! each assertion once (`sign_in::directory`, in the store), and to judge logouts (`logout.rs`).
//!
//! Every document is read first in safe Rust, bounded, without a document type (`directories::xml`); the C below
//! sees only what has passed, and signatures only of a fixed shape (`signature.rs`).

mod assertion;
mod encryption;
mod idps;
mod keys;
pub mod logout;
mod messages;
mod metadata;
mod names;
mod person;
mod provider;
mod response;
mod settings;
mod signature;

use config::Timestamp;

use super::provider::Unusable;
use crate::state::State;

pub use assertion::NameId;
pub use idps::Idps;
pub use keys::{KeyError, kept as kept_keys};
pub use provider::SamlProvider;
pub use settings::{SamlAttributes, SamlBinding, SamlNameFormat, SamlSettings};

/// Whether there is such a provider.
///
/// # Errors
/// If its metadata cannot be fetched or used.
pub async fn try_out(state: &State, settings: &SamlSettings) -> Result<(), Unusable> {
    idps::fetch(state, settings).await.map(drop)
}

/// A time as it stands in XML.
fn time(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp(at.as_millisecond()))
}

fn written(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    format!("{at:.0}")
}

#[cfg(test)]
pub(crate) mod testing;
