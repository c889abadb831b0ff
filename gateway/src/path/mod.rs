//! The stages of the request path, in the order in which they run.

pub mod denial;
pub mod visit;

pub mod access_rules;
pub mod addresses;
pub mod host;
pub mod intervals;
pub mod request_path;

pub mod access_event;
pub mod client_address;
pub mod forward;
pub mod guest_rules;
pub mod ip_rules;
pub mod limits;
pub mod policy;
pub mod route;
pub mod session;
pub mod upgrade;
pub mod upstream_request;
pub mod watermark;
