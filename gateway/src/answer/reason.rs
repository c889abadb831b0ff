//! Which status and code stand for each reason, and what is said about it.

use pingora::{Error, ErrorSource, ErrorType};

use crate::answer::text::{self, Text};
use crate::path::denial::Denial;

/// What the gate passes on; of these, an application may refuse some.
const ALLOWED_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// Why there is no answer from an application.
#[derive(Clone, Debug)]
pub struct Reason {
    pub status: u16,
    /// From a fixed set: the code of the denial, or of the failure.
    pub code: &'static str,
    pub text: &'static Text,
}

impl Reason {
    pub fn of(denial: &Denial) -> Self {
        let (status, text) = match denial {
            Denial::NoSnapshot
            | Denial::EventsStopped
            | Denial::StoreAway
            | Denial::ApplicationClosed => (503, &text::UNAVAILABLE),
            Denial::Ambiguous(_) | Denial::ClientAddressUnreadable => (400, &text::BAD_REQUEST),
            Denial::AddressRefused { .. } | Denial::ProxyNotTrusted => {
                (403, &text::ADDRESS_REFUSED)
            }
            Denial::GuestAddressRefused { .. } => (403, &text::GUEST_ADDRESS),
            // Misdirected: a browser that reuses a connection for another host opens a new one.
            Denial::UnknownHost | Denial::NotServedHere => (421, &text::NOT_FOUND),
            Denial::UnknownPath => (404, &text::NOT_FOUND),
            Denial::SignInRequired | Denial::SessionEnded => (401, &text::SIGN_IN),
            Denial::TwoStepRequired | Denial::TwoStepStale => (403, &text::TWO_STEP),
            Denial::Forbidden { .. } | Denial::NoRuleAllows => (403, &text::FORBIDDEN),
            Denial::RateLimited => (429, &text::TOO_MANY),
            Denial::BodyTooLarge { .. } => (413, &text::TOO_LARGE),
            Denial::BodyTooSlow => (408, &text::REQUEST_SLOW),
            Denial::MethodRefused => (405, &text::METHOD_REFUSED),
            Denial::HeadTooLarge => (431, &text::HEAD_TOO_LARGE),
            Denial::UpgradeRefused | Denial::OriginRefused => (403, &text::UPGRADE_REFUSED),
        };
        Self {
            status,
            code: denial.code(),
            text,
        }
    }

    /// Why the exchange with an upstream failed.
    pub fn of_failure(error: &Error) -> Self {
        use ErrorType as E;
        let (status, code, text) = match (error.etype(), error.esource()) {
            (
                E::ConnectTimedout | E::ReadTimedout | E::WriteTimedout | E::TLSHandshakeTimedout,
                ErrorSource::Upstream,
            ) => (504, "upstream_timeout", &text::UPSTREAM_SLOW),
            (E::HTTPStatus(503), _) => (503, "upstream_unavailable", &text::UPSTREAM_DOWN),
            (E::HTTPStatus(502), _) | (_, ErrorSource::Upstream) => {
                (502, "upstream_error", &text::UPSTREAM_DOWN)
            }
            (_, ErrorSource::Downstream) => (400, "bad_request", &text::BAD_REQUEST),
            _ => (500, "internal_error", &text::BROKEN),
        };
        Self { status, code, text }
    }

    /// Headers that belong to the status.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        match self.status {
            // RFC 9110 §11.6.1 asks for a challenge; this scheme is ours, and browsers ignore it.
            401 => vec![("WWW-Authenticate", "Gatehouse".to_owned())],
            // RFC 9110 §15.5.6.
            405 => vec![("Allow", ALLOWED_METHODS.to_owned())],
            429 => vec![("Retry-After", "1".to_owned())],
            503 => vec![("Retry-After", "5".to_owned())],
            _ => Vec::new(),
        }
    }

    /// Whether the connection is better closed: what follows on it may not be what it seems.
    pub fn closes(&self) -> bool {
        matches!(self.status, 400 | 405 | 408 | 413 | 431)
    }

    /// Whether trying again may help.
    pub fn passes(&self) -> bool {
        matches!(self.status, 429 | 502 | 503 | 504)
    }
}
