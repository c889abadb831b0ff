//! The browsers that a person has asked for no second factor: seeing them, having one asked again.

use axum::extract::State as Shared;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::{Language, Timestamp};

use super::{done, unknown_device};
use crate::pages::times::{Moment, exact};
use crate::pages::{Answer, Failure, Form, Reader};
use crate::sign_in::{Person, choose, confirm};
use crate::state::State;
use crate::store::known_devices::{self, TrustedBrowser};

/// A browser as the page shows it.
pub struct Shown {
    /// The hash of its cookie, which opens nothing.
    pub id: String,
    pub name: String,
    pub used: Moment,
    pub until: String,
}

#[must_use]
pub fn shown(browser: TrustedBrowser, now: Timestamp, language: Language) -> Shown {
    let name = if browser.name.is_empty() {
        unknown_device(language).to_owned()
    } else {
        browser.name
    };
    Shown {
        name,
        id: URL_SAFE_NO_PAD.encode(browser.hash),
        used: Moment::new(browser.last_used_at, now, language),
        until: exact(browser.until),
    }
}

/// `POST /account/browsers/forget`
pub async fn forget(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let hash = URL_SAFE_NO_PAD.decode(form.get("browser"));
    let hash = hash.ok().and_then(|hash| hash.try_into().ok());
    let hash = hash.ok_or(Failure::BadRequest)?;
    let account = confirm::account_of(&state, &person).await?;
    let mut tx = state.store.begin().await?;
    if !known_devices::distrust_one(&mut tx, &account.member, &hash).await? {
        return Ok(done());
    }
    choose::audit(&state, &reader, &mut tx, &account, "distrust_browser").await?;
    tx.commit().await?;
    Ok(done())
}
