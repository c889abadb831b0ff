//! The gateway, driven over real sockets in front of real upstreams: without an admin plane, and, in
//! `end_to_end`, as the whole program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

mod absolute_form;
mod answers;
mod cutting;
mod end_to_end;
mod forward_auth;
mod framing;
mod fronts;
mod hostile_clients;
mod identity;
mod limits;
mod listeners;
mod odd_requests;
mod odd_streams;
mod own_pages;
mod proxying;
mod slow_bodies;
mod unread_heads;
mod upstream_protocols;
mod upstreams;
mod watermark;
