//! One-time codes: with which a first administrator, a new member or one who forgot the password
//! comes in once.
//!
//! A secret is never in a URL, where logs, histories and previews of chat programs would keep or
//! even use it. So the link is always the same, and the code is typed or pasted into its page.

use std::time::Duration;

use config::Timestamp;

use super::recovery_codes::{generate, hash};
use crate::store::one_time_links::{Purpose, replace};
use crate::store::{StoreError, Tx};

/// How long a code works.
pub const LIFE: Duration = Duration::from_hours(24);

/// What is handed to the person.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// The page that takes the code.
    pub url: String,
    /// Shown this once.
    pub code: String,
    pub expires_at: Timestamp,
}

/// Makes a code in `tx`, in the place of every earlier one for the same purpose. The link is built
/// from the settings, never from what a client sent: `origin` is the host's that has the page.
pub async fn issue(
    tx: &mut Tx,
    origin: &str,
    purpose: &Purpose,
    now: Timestamp,
) -> Result<OneTimeLink, StoreError> {
    let code = generate();
    let hash = hash(&code).ok_or(StoreError::NotFound)?;
    let expires_at = now.plus(LIFE);
    replace(tx, purpose, &hash, now, expires_at).await?;
    let page = match purpose {
        Purpose::SetUp => "/set-up",
        Purpose::Password(_) => "/welcome",
    };
    Ok(OneTimeLink {
        url: format!("{origin}{page}"),
        code,
        expires_at,
    })
}
