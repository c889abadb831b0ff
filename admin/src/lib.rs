//! The admin plane: people, sign-in, applications, policies, logs, store and API.

pub mod applications;
