//! What a token for the API looks like, so that the gateway can keep it from the applications.

/// What every token begins with; the rest is a secret in base64url.
pub const PREFIX: &str = "gh_";

/// Whether the value of an Authorization header is, or may be, one of our tokens.
#[must_use]
pub fn is_ours(authorization: &[u8]) -> bool {
    const SCHEME: &[u8] = b"bearer";
    let value = authorization.trim_ascii();
    let Some((scheme, token)) = value.split_at_checked(SCHEME.len()) else {
        return false;
    };
    scheme.eq_ignore_ascii_case(SCHEME)
        && token.first().is_some_and(u8::is_ascii_whitespace)
        && token.trim_ascii_start().starts_with(PREFIX.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_tokens_are_told_from_those_of_others() {
        for ours in ["Bearer gh_abc", " bearer   gh_abc ", "BEARER\tgh_"] {
            assert!(is_ours(ours.as_bytes()), "{ours}");
        }
        for theirs in [
            "Bearer ghp_abc",
            "Basic gh_abc",
            "Bearer",
            "Bearergh_abc",
            "Bearer xgh_",
        ] {
            assert!(!is_ours(theirs.as_bytes()), "{theirs}");
        }
    }
}
