//! The API as callers see it, on both engines.

pub(crate) mod app;
mod certificates;
mod changes;
mod configuration;
mod confined;
mod coverage;
mod departments;
mod description;
mod escalation;
mod foretold;
mod group_rules;
mod ip_lists;
mod ip_rules;
mod logs;
mod mail;
mod member_imports;
mod members;
mod node;
mod once;
mod overview;
mod pictures;
mod rates;
mod refusals;
mod roles;
mod tokens;
mod upstreams;
