//! LDAP (RFC 4511): OpenLDAP, 389-DS and others. People are entries below a base, departments the units in
//! which they are, groups entries that name people.

pub mod authenticate;
mod connect;
mod dn;
mod explain;
mod settings;
mod source;

use serde_json::Value;

pub use settings::{LdapSettings, Security};
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
