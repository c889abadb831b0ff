//! The request path of Gatehouse.
//!
//! [`Gate::admit`] decides, request by request, who gets in; `proxy` carries out what it decided in
//! pingora's phases. Nothing here speaks SQL or waits for a disk.

pub mod answer;
pub mod cut;
pub mod exchange;
pub mod explain;
pub mod follow;
mod foresight;
pub mod forward_auth;
pub mod gate;
pub mod identity;
pub mod listeners;
pub mod live;
pub mod logging;
mod may_open;
pub mod metrics;
pub mod monitor;
mod open_files;
pub mod own_pages;
pub mod passage;
pub mod path;
pub mod proxy;
pub mod rate_limit;
pub mod reload;
pub mod rulebook;
pub mod server;
pub mod sessions;
pub mod signals;
mod surroundings;
pub mod upgrade;
pub mod upstreams;
pub mod watermark;

#[cfg(test)]
mod testing;

pub use gate::Gate;
pub use server::{Parts, RunError, prepare_process, run};
pub use surroundings::Sight;
