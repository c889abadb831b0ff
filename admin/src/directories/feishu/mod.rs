//! Feishu, and Lark as it is called abroad: the organisation, a sign-in page, and a callback that tells of changes.
//!
//! The key of a person is the `union_id`. It is there without a permission of its own, in listings, events and at
//! sign-in, and it is the same for all applications that the company makes itself: another application can take the
//! place of this one. An `open_id` is of one application only, and a `user_id` needs a permission and may be
//! changed. The key of a department is the `open_department_id`, as the other one can be changed there.

mod callback;
mod crypto;
mod entry;
mod permissions;
mod protocol;
mod provider;
mod settings;
mod source;

use serde_json::Value;

use super::suite::secrets::Named;

pub use callback::FeishuCallback;
pub use permissions::{FoundTenant, SuitePermission, permissions, tenant};
pub use protocol::Feishu;
pub use provider::FeishuProvider;
pub use settings::{FeishuSettings, FeishuUsername};
pub use source::FeishuSource;

pub const APP_SECRET: &str = "app_secret";
pub const ENCRYPT_KEY: &str = "encrypt_key";
pub const VERIFICATION_TOKEN: &str = "verification_token";

/// What is entered: the first to ask with, the others to be told with.
pub const SECRETS: [Named; 3] = [
    Named {
        name: APP_SECRET,
        is_needed: true,
        is_sent: true,
    },
    Named {
        name: ENCRYPT_KEY,
        is_needed: false,
        is_sent: false,
    },
    Named {
        name: VERIFICATION_TOKEN,
        is_needed: false,
        is_sent: false,
    },
];

/// To whom the secret is shown, and how well guarded on its way.
#[must_use]
pub fn confidant(settings: &FeishuSettings) -> Value {
    serde_json::json!([
        settings.url,
        settings.accounts_url,
        settings.ca,
        settings.app_id
    ])
}

#[cfg(test)]
mod secret_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
