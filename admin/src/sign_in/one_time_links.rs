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

/// How long a code from an administrator works.
pub const LIFE: Duration = Duration::from_hours(24);
/// And one that whoever forgot the password asked for.
pub const RESET_LIFE: Duration = Duration::from_mins(30);

/// What is handed to the person.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// The page that takes the code.
    pub url: String,
    /// Shown this once.
    pub code: String,
    pub expires_at: Timestamp,
}

/// Makes a code in `tx`, in the place of every earlier one for the same purpose.
pub async fn issue(
    tx: &mut Tx,
    origin: &str,
    purpose: &Purpose,
    now: Timestamp,
) -> Result<OneTimeLink, StoreError> {
    let link = make(origin, purpose, now);
    keep(tx, purpose, &link, now).await?;
    Ok(link)
}

/// A code that opens nothing until it is kept. The link is built from the settings, never from what a client
/// sent: `origin` is the host's that has the page.
#[must_use]
pub fn make(origin: &str, purpose: &Purpose, now: Timestamp) -> OneTimeLink {
    let (page, life) = match purpose {
        Purpose::SetUp => ("/set-up", LIFE),
        Purpose::Password(_) | Purpose::PasswordBy(..) => ("/welcome", LIFE),
        Purpose::Reset(..) => ("/welcome", RESET_LIFE),
    };
    OneTimeLink {
        url: format!("{origin}{page}"),
        code: generate(),
        expires_at: now.plus(life),
    }
}

/// Puts the code in the place of every earlier one for the same purpose.
pub async fn keep(
    tx: &mut Tx,
    purpose: &Purpose,
    link: &OneTimeLink,
    now: Timestamp,
) -> Result<(), StoreError> {
    let hash = hash(&link.code).ok_or(StoreError::NotFound)?;
    replace(tx, purpose, &hash, now, link.expires_at).await
}
