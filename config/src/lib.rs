//! The contract between the two planes of Gatehouse.
//!
//! What the operator writes down ([`settings`]), what every gateway obeys ([`Snapshot`]), whom a
//! session stands for ([`Principal`], [`Session`]), what a gateway reports ([`AccessEvent`]), and
//! the wires that join the planes inside one process ([`Link`]).
//!
//! This crate holds data and its checks. It opens no socket and speaks no SQL, so that the gateway
//! and the admin plane can both depend on it without depending on each other.

pub mod access_event;
pub mod api_token;
pub mod certificates;
pub mod clock;
pub mod cookies;
pub mod id;
pub mod invisible;
pub mod language;
pub mod language_choice;
pub mod limiter;
pub mod link;
pub mod problem;
pub mod return_path;
pub mod session;
pub mod settings;
pub mod snapshot;
pub mod surroundings;

mod principal;

pub use access_event::AccessEvent;
pub use clock::{Clock, Timestamp};
pub use language::Language;
pub use link::Link;
pub use principal::{Named, Principal, PrincipalKind, Role};
pub use problem::Problem;
pub use return_path::ReturnPath;
pub use session::Session;
pub use settings::Settings;
pub use snapshot::Snapshot;
