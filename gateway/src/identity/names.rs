//! Which request headers are ours to send.
//!
//! An upstream may fold spellings: CGI and WSGI turn `-` into `_` and letters into capitals, Apache
//! and PHP turn every sign into `_`. So names are compared after folding every sign into `-`.
//!
//! The headers of all presets are reserved at every application, whichever it uses: an application
//! that trusts `Remote-User` must not be open while the operator has not chosen that preset yet.

use config::snapshot::IdentityPreset;
use config::snapshot::identity::ASSERTION_HEADER;
use http::HeaderName;

/// Names that begin like this are ours, whatever follows.
const PREFIXES: [&[u8]; 4] = [
    b"x-forwarded-",
    b"x-gatehouse-",
    b"x-webauth-",
    b"x-auth-request-",
];

/// Names that say where a request came from or went to, which upstreams believe of a proxy; and
/// those by which some frameworks let a request change the path that was decided on.
const FORWARDING: [&str; 12] = [
    "Forwarded",
    "X-Real-IP",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "Client-IP",
    "X-Request-Id",
    "X-Original-Forwarded-For",
    "X-Original-Host",
    "X-Original-URL",
    "X-Rewrite-URL",
];

/// What presets of ours and of others send beside what the prefixes cover.
const ELSEWHERE: [&str; 3] = ["Remote-User", "X-Remote-User", "X-Authenticated-User"];

const PRESETS: [IdentityPreset; 7] = [
    IdentityPreset::Grafana,
    IdentityPreset::Jenkins,
    IdentityPreset::Gitlab,
    IdentityPreset::Gitea,
    IdentityPreset::Sonarqube,
    IdentityPreset::Oauth2Proxy,
    IdentityPreset::RemoteUser,
];

/// The names that a client may not send to one application, folded.
pub struct ReservedNames {
    names: Vec<Box<[u8]>>,
    /// Bit n is set if a name of n bytes is reserved: most headers are told apart by that alone.
    lengths: u64,
}

impl ReservedNames {
    pub fn new<'a>(mapped: impl Iterator<Item = &'a str>) -> Self {
        let mut reserved = Self {
            names: Vec::new(),
            lengths: 0,
        };
        for preset in PRESETS {
            for header in preset.headers() {
                reserved.add(&header.name);
            }
        }
        std::iter::once(ASSERTION_HEADER)
            .chain(FORWARDING)
            .chain(ELSEWHERE)
            .chain(mapped)
            .for_each(|name| reserved.add(name));
        reserved
    }

    fn add(&mut self, name: &str) {
        let folded: Box<[u8]> = name.bytes().map(fold).collect();
        if !has_reserved_prefix(&folded) && !self.names.contains(&folded) {
            self.lengths |= length_bit(folded.len());
            self.names.push(folded);
        }
    }

    pub fn contains(&self, name: &HeaderName) -> bool {
        let name = name.as_str().as_bytes();
        has_reserved_prefix(name)
            || (self.lengths & length_bit(name.len()) != 0
                && self.names.iter().any(|reserved| folds_to(name, reserved)))
    }
}

/// Whether an operator may have an identity sent under this name: not under one that frames the
/// message, leads it, or is rewritten by us anyway.
pub fn may_carry_identity(name: &HeaderName) -> bool {
    const NOT: [&str; 22] = [
        "host",
        "connection",
        "content-length",
        "content-type",
        "content-encoding",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "keep-alive",
        "proxy-connection",
        "expect",
        "cookie",
        "accept",
        "accept-encoding",
        "origin",
        "range",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-port",
        "x-gatehouse-assertion",
    ];
    let folded: Vec<u8> = name.as_str().bytes().map(fold).collect();
    !NOT.iter().any(|not| not.as_bytes() == folded)
}

fn has_reserved_prefix(name: &[u8]) -> bool {
    PREFIXES.iter().any(|prefix| {
        name.get(..prefix.len())
            .is_some_and(|head| folds_to(head, prefix))
    })
}

fn folds_to(name: &[u8], folded: &[u8]) -> bool {
    name.len() == folded.len() && name.iter().zip(folded).all(|(&n, &f)| fold(n) == f)
}

fn fold(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() {
        byte.to_ascii_lowercase()
    } else {
        b'-'
    }
}

fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reserved(name: &str) -> bool {
        ReservedNames::new(["X-Corp-User"].into_iter()).contains(&name.parse().unwrap())
    }

    #[test]
    fn a_reserved_name_is_known_in_every_spelling_that_folds_to_it() {
        for name in [
            "X-Gatehouse-Assertion",
            "x_gatehouse_assertion",
            "X-Gatehouse_Assertion",
            "x.gatehouse.assertion",
            "X-GATEHOUSE-ANYTHING",
            "X-Corp-User",
            "x_corp_user",
            "x~corp~user",
        ] {
            assert!(reserved(name), "{name}");
        }
    }

    #[test]
    fn the_headers_of_every_preset_are_reserved_whichever_is_chosen() {
        for preset in PRESETS {
            for header in preset.headers() {
                assert!(reserved(&header.name), "{}", header.name);
                assert!(reserved(&header.name.replace('-', "_")), "{}", header.name);
            }
        }
    }

    #[test]
    fn headers_that_are_the_clients_own_are_left_alone() {
        for name in [
            "Accept",
            "Authorization",
            "Cookie",
            "X-Requested-With",
            "X-CSRF-Token",
            "X-Forward",
            "X-Corp-Users",
            "Traceparent",
        ] {
            assert!(!reserved(name), "{name}");
        }
    }

    #[test]
    fn an_identity_is_not_sent_under_a_name_that_the_exchange_needs() {
        let may = |name: &str| may_carry_identity(&name.parse().unwrap());
        assert!(may("X-Remote-User") && may("Remote-User") && may("X-Forwarded-User"));
        assert!(!may("Host") && !may("Transfer_Encoding") && !may("Cookie"));
    }
}
