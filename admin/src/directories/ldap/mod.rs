//! LDAP (RFC 4511): OpenLDAP, 389-DS and others. People are entries below a base, departments the units in
//! which they are, groups entries that name people. [`super::ad`] is LDAP with facts of its own.

mod ad_groups;
pub mod authenticate;
pub mod bind_refusal;
pub mod connect;
pub mod dialect;
mod dn;
mod entry;
mod explain;
mod feed;
mod managers;
pub mod mapping;
pub mod password;
mod pool;
mod ranges;
mod search;
mod settings;
mod source;
pub mod who;

use serde_json::Value;

pub use connect::Access;
pub use settings::{GroupSearch, LdapSettings, PeopleSearch, Security, UnitSearch};
pub use source::LdapSource;

/// To whom the password is shown, and how well guarded on its way.
#[must_use]
pub fn confidant(settings: &LdapSettings) -> Value {
    serde_json::json!([
        settings.servers,
        settings.security,
        settings.ca,
        settings.bind_dn
    ])
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
