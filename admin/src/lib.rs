//! The admin plane: people, sign-in, applications, policies, logs, store and API.

pub mod access_record;
pub mod account;
pub mod api;
pub mod api_tokens;
pub mod appearance;
pub mod applications;
pub mod authn;
pub mod authz;
pub mod backup;
pub mod console;
pub mod control;
pub mod data_folder;
pub mod departments;
pub mod edit;
pub mod follow;
pub mod groups;
pub mod handover;
pub mod health;
pub mod ip_lists;
pub mod logs;
pub mod lookup;
pub mod members;
pub mod metrics;
pub mod name_key;
pub mod pages;
pub mod passwords;
pub mod periodic;
pub mod plane;
pub mod portal;
pub mod publish;
pub mod refused;
pub mod router;
pub mod sealed;
pub mod sealed_mark;
pub mod search_key;
pub mod set_up;
pub mod sign_in;
pub mod signing_keys;
pub mod spool;
pub mod state;
pub mod store;
pub mod table_file;
pub mod tokens;

pub use plane::{Plane, PlaneError};
#[cfg(test)]
mod testing;
