//! The admin plane: people, sign-in, applications, policies, logs, store and API.

pub mod api;
pub mod applications;
pub mod authn;
pub mod authz;
pub mod edit;
pub mod logs;
pub mod members;
pub mod metrics;
pub mod name_key;
pub mod passwords;
pub mod publish;
pub mod refused;
pub mod sealed;
pub mod signing_keys;
pub mod spool;
pub mod state;
pub mod store;
pub mod tokens;
