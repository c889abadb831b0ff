//! Where directories with a sign-in page of their own find us: what is entered there, letter by letter.

use config::id::DirectoryId;

use crate::state::State;

fn below(state: &State, host: &str, id: &DirectoryId, what: &str) -> String {
    let origin = state.settings.origin_of(host);
    format!("{origin}/sign-in/directories/{id}/{what}")
}

/// Where the browser comes back to: OpenID Connect's redirect URI, the service of CAS.
#[must_use]
pub fn callback(state: &State, id: &DirectoryId) -> String {
    callback_at(state, state.settings.access.host(), id)
}

/// As that, of whoever has begun to sign in at `here`: at the operators' host it is that one, since the cookies of
/// the host where a sign-in began alone know of it.
#[must_use]
pub fn callback_at(state: &State, here: &str, id: &DirectoryId) -> String {
    below(state, own(state, here), id, "callback")
}

/// The operators' host, or that of everybody.
fn own<'a>(state: &'a State, here: &'a str) -> &'a str {
    let settings = &state.settings;
    let is_operators = { settings.admin.as_ref() }.is_some_and(|admin| admin.host() == here);
    if is_operators {
        here
    } else {
        settings.access.host()
    }
}

/// Where the browser comes back to from a provider at which somebody has signed out, who did so here first.
#[must_use]
pub fn signed_out_at(state: &State, here: &str, id: &DirectoryId) -> String {
    below(state, own(state, here), id, "signed-out")
}

/// Where the browser brings the assertions of SAML.
#[must_use]
pub fn assertions(state: &State, id: &DirectoryId) -> String {
    below(state, state.settings.access.host(), id, "acs")
}

/// Our metadata for SAML, and our name in it.
#[must_use]
pub fn metadata(state: &State, id: &DirectoryId) -> String {
    below(state, state.settings.access.host(), id, "metadata")
}

/// Where SAML's single logout is told.
#[must_use]
pub fn logout(state: &State, id: &DirectoryId) -> String {
    below(state, state.settings.access.host(), id, "logout")
}
