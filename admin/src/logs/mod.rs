//! The three logs: who signed in, who changed what, who opened what.
//!
//! Sign-in and audit events are written in the transaction of the change that they tell of, so that
//! neither exists without the other. Access events come from the gateways through the spool.

mod audit;
mod clean;
mod sign_in;

pub use audit::{Actor, ActorKind, AuditEntry, AuditResult, Target, record_audit};
pub(crate) use clean::line;
pub use sign_in::{SignInEntry, SignInKind, record_sign_in};
