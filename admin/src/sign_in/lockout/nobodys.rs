//! The counters of what is nobody's until it is found: counted by the address alone.

use super::{ADDRESS, Counters, Limit, Source, WINDOW, address_subject};
use crate::pages::Reader;

/// Guesses from one address at one-time codes, which are nobody's until they are found.
const CODES: Limit = Limit {
    most: 10,
    window: WINDOW,
    lock: Some(WINDOW),
};
/// Codes for new passwords that are asked for from one address.
const RESETS: Limit = Limit {
    most: 10,
    window: WINDOW,
    lock: Some(WINDOW),
};
/// Codes to sign in with that are asked for from one address: as many may be behind it as sign in with a
/// password, and whoever comes in gives theirs back.
const CODE_REQUESTS: Limit = Limit {
    most: 60,
    window: WINDOW,
    lock: Some(WINDOW),
};

impl Counters {
    /// For guesses at what belongs to nobody in particular, such as a one-time code.
    #[must_use]
    pub fn of_codes(reader: &Reader) -> Self {
        let address = address_subject(reader.visitor.client_address);
        Self {
            source: Source::Own(format!("{address}:code")),
            account: None,
            limit: CODES,
            name: None,
        }
    }

    /// For whoever comes back from a directory: as many may be behind an address as sign in with a password.
    #[must_use]
    pub fn of_directories(reader: &Reader) -> Self {
        let address = address_subject(reader.visitor.client_address);
        Self {
            source: Source::Shared(format!("{address}:directory")),
            account: None,
            limit: ADDRESS,
            name: None,
        }
    }

    /// For what comes back from a directory to which nobody was sent: any page can have browsers bring it, so that
    /// it bounds what is told of it, and keeps nobody from signing in.
    #[must_use]
    pub fn of_strays(reader: &Reader) -> Self {
        let address = address_subject(reader.visitor.client_address);
        Self {
            source: Source::Shared(format!("{address}:stray")),
            account: None,
            limit: ADDRESS,
            name: None,
        }
    }

    /// For whoever asks that a code for a new password be sent to somebody.
    #[must_use]
    pub fn of_resets(reader: &Reader) -> Self {
        let address = address_subject(reader.visitor.client_address);
        Self {
            source: Source::Own(format!("{address}:reset")),
            account: None,
            limit: RESETS,
            name: None,
        }
    }

    /// For whoever asks that a code to sign in with be sent to somebody.
    #[must_use]
    pub fn of_code_requests(reader: &Reader) -> Self {
        let address = address_subject(reader.visitor.client_address);
        Self {
            source: Source::Own(format!("{address}:sign-in-code")),
            account: None,
            limit: CODE_REQUESTS,
            name: None,
        }
    }
}
