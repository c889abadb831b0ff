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
