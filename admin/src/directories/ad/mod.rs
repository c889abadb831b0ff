//! Microsoft Active Directory: LDAP with a key, flags, groups and names of its own, which are the same for
//! every organisation, so that little has to be said.

mod settings;

use serde_json::Value;

pub use settings::AdSettings;

/// To whom the password is shown, and how well guarded on its way.
#[must_use]
pub fn confidant(settings: &AdSettings) -> Value {
    super::ldap::confidant(&settings.ldap())
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
