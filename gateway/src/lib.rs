//! The request path of Gatehouse.
//!
//! [`Gate::admit`] decides, request by request, who gets in; `proxy` carries out what it decided in
//! pingora's phases. Nothing here speaks SQL or waits for a disk.

pub mod exchange;
pub mod gate;
pub mod path;
pub mod rulebook;
pub mod sessions;
pub mod upstreams;

pub use gate::Gate;
