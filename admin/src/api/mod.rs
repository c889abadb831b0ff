//! The API: parse, call, answer; one file a resource. Every URL is in [`crate::router`].

pub mod problem;
