//! The names of our cookies, which the admin plane sets and the gateway strips.
//!
//! All carry the `__Host-` prefix (RFC 6265bis §4.1.3.2): Secure, Path=/, no Domain, so that no
//! sibling host can plant or shadow them.

/// The session at the access host, and, on an application host, the child session of that host.
pub const SESSION: &str = "__Host-gatehouse";
/// Binds a sign-in that began at an application host to the browser that began it.
pub const HANDOVER: &str = "__Host-gatehouse-handover";
/// A sign-in under way at the access host.
pub const SIGN_IN: &str = "__Host-gatehouse-sign-in";
/// Sign-ins under way at directories that answer by a form of theirs: what must come back with them, sealed.
pub const DIRECTORY: &str = "__Host-gatehouse-directory";
/// Binds the forms of our pages to the browser that was shown them.
pub const FORMS: &str = "__Host-gatehouse-forms";
/// A browser in which a person has signed in before: guesses from elsewhere do not lock it out.
pub const DEVICE: &str = "__Host-gatehouse-device";
/// The language that the reader chose by hand.
pub const LANGUAGE: &str = "__Host-gatehouse-language";

/// Whether a cookie of this name is ours, and therefore none of an application's business.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    // Browsers compare the prefix without regard to case, some upstreams fold names.
    const PREFIX: &str = "__host-gatehouse";
    name.get(..PREFIX.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(PREFIX))
}
