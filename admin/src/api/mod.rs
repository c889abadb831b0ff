//! The API: parse, call, answer; one file a resource. Every URL is in [`routes`].

pub mod appearance;
pub mod applications;
pub mod caller;
pub mod certificates;
pub mod characters;
pub mod configuration;
pub mod credentials;
pub mod departments;
pub mod directories;
pub mod directory_tokens;
pub mod document;
pub mod download;
pub mod events;
pub mod examples;
pub mod explanations;
pub mod extract;
pub mod groups;
pub mod guard;
pub mod guests;
pub mod idempotency;
pub mod ip_lists;
pub mod ip_rules;
pub mod language;
pub mod managers;
mod member_batch;
pub mod member_export;
pub mod member_imports;
pub mod members;
pub mod node;
pub mod order;
pub mod overview;
pub mod pictures;
pub mod problem;
pub mod rates;
pub mod roles;
pub mod routes;
pub mod senders;
pub mod sign_in_policy;
pub mod sign_ins;
pub mod sync_export;
pub mod sync_runs;
pub mod tokens;
pub mod upstreams;

pub use extract::{Body, IfMatch, Listing, Page, Query, Versioned};
pub use problem::Problem;

#[cfg(test)]
pub(crate) mod tests;
