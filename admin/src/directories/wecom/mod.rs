//! WeCom: the organisation, a sign-in page, and a callback that tells of changes.
//!
//! The key of a person is their `userid` in small letters, for the platform does not tell large from small ones. An
//! administrator may change it once; whoever is called otherwise then leaves and comes by the rules for newcomers.
//! What stays is given only to applications of other companies.

mod callback;
mod entry;
mod permissions;
mod protocol;
mod provider;
mod settings;
mod source;

use serde_json::Value;

use super::suite::secrets::Named;

pub use callback::WeComCallback;
pub use permissions::{permissions, seen};
pub use protocol::WeCom;
pub use provider::WeComProvider;
pub use settings::{WeComSettings, WeComUsername};
pub use source::WeComSource;

pub const APP_SECRET: &str = "app_secret";
pub const CALLBACK_TOKEN: &str = "callback_token";
pub const AES_KEY: &str = "aes_key";

/// What is entered: the first to ask with, the others to be told with.
pub const SECRETS: [Named; 3] = [
    Named {
        name: APP_SECRET,
        is_needed: true,
        is_sent: true,
    },
    Named {
        name: CALLBACK_TOKEN,
        is_needed: false,
        is_sent: false,
    },
    Named {
        name: AES_KEY,
        is_needed: false,
        is_sent: false,
    },
];

/// To whom the secret is shown, and how well guarded on its way.
#[must_use]
pub fn confidant(settings: &WeComSettings) -> Value {
    serde_json::json!([settings.url, settings.ca, settings.corp_id])
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
