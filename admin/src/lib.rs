//! The admin plane: people, sign-in, applications, policies, logs, store and API.

pub mod applications;
pub mod name_key;
pub mod passwords;
pub mod tokens;
