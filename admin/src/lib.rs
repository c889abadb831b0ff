//! The admin plane: people, sign-in, applications, policies, logs, store and API.

pub mod applications;
pub mod logs;
pub mod metrics;
pub mod name_key;
pub mod passwords;
pub mod publish;
pub mod sealed;
pub mod signing_keys;
pub mod spool;
pub mod state;
pub mod store;
pub mod tokens;
