//! Where directories with a sign-in page of their own find us: what is entered there, letter by letter.

use config::id::DirectoryId;

use crate::state::State;

fn below(state: &State, id: &DirectoryId, what: &str) -> String {
    let access = &state.settings.access;
    let origin = access.origin_of(access.host());
    format!("{origin}/sign-in/directories/{id}/{what}")
}

/// Where the browser comes back to: OpenID Connect's redirect URI, the service of CAS.
#[must_use]
pub fn callback(state: &State, id: &DirectoryId) -> String {
    below(state, id, "callback")
}

/// Where the browser brings the assertions of SAML.
#[must_use]
pub fn assertions(state: &State, id: &DirectoryId) -> String {
    below(state, id, "acs")
}

/// Our metadata for SAML, and our name in it.
#[must_use]
pub fn metadata(state: &State, id: &DirectoryId) -> String {
    below(state, id, "metadata")
}

/// Where SAML's single logout is told.
#[must_use]
pub fn logout(state: &State, id: &DirectoryId) -> String {
    below(state, id, "logout")
}
