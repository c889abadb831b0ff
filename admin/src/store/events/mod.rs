//! The three logs in the store: written once, read from either end, page by page.

mod access;
mod access_filter;
mod audit;
pub mod charts;
#[cfg(test)]
mod count_tests;
mod counts;
mod page;
mod part;
mod retention;
mod roll_up;
#[cfg(test)]
mod search_tests;
mod select;
mod sign_in;
#[cfg(test)]
pub mod tests;

pub use access::{Row, access_events, insert_access_many};
pub use access_filter::AccessFilter;
pub use audit::{AuditEvent, AuditFilter, audit_events, insert_audit};
pub use counts::{HOUR_MS, hour};
pub use page::{Found, Key, Order, Page, Placed};
pub use part::Part;
pub use retention::{Log, delete_older};
pub use roll_up::{count_sign_ins, forget_counts};
pub use sign_in::{
    SignInEvent, SignInFilter, addresses_of, insert_sign_in, last_addresses, last_sign_in,
    sign_in_events,
};
