//! Every way to be turned away. One place (`answer`) turns these into a status, a page and a code.

/// Why a request does not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    #[error("no snapshot has been loaded yet")]
    NoSnapshot,
    #[error("events cannot be recorded just now")]
    EventsStopped,
    #[error("the request cannot be read in one way only: {0}")]
    Ambiguous(&'static str),
    #[error("the forwarded client address cannot be read")]
    ClientAddressUnreadable,
    #[error("the address is refused by {rule}")]
    AddressRefused { rule: String },
    #[error("the guest's address is refused by {rule}")]
    GuestAddressRefused { rule: String },
    #[error("no application has this host name")]
    UnknownHost,
    #[error("no application has this path")]
    UnknownPath,
    #[error("the definition of the application cannot be obeyed")]
    ApplicationClosed,
    #[error("nobody is signed in")]
    SignInRequired,
    #[error("the session has ended")]
    SessionEnded,
    #[error("the store cannot be asked about the session")]
    StoreAway,
    #[error("refused by {rule}")]
    Forbidden { rule: String },
    #[error("no rule lets this person in")]
    NoRuleAllows,
    #[error("a second factor is required")]
    TwoStepRequired,
    #[error("the second factor was proven too long ago")]
    TwoStepStale,
    #[error("too many requests")]
    RateLimited,
    #[error("the request body is larger than {limit} bytes")]
    BodyTooLarge { limit: u64 },
    #[error("the request body came too slowly")]
    BodyTooSlow,
    #[error("the proxy that asks is not in trust.proxies")]
    ProxyNotTrusted,
    #[error("this method passes no gate")]
    MethodRefused,
    #[error("the request head is larger than the settings allow")]
    HeadTooLarge,
    #[error("this application takes no WebSocket")]
    UpgradeRefused,
    #[error("a page of another origin may not open this WebSocket")]
    OriginRefused,
    #[error("this node does not serve that host")]
    NotServedHere,
}

impl Denial {
    /// A fixed code for events, metrics and JSON answers.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSnapshot => "no_snapshot",
            Self::EventsStopped => "events_stopped",
            Self::Ambiguous(_) => "ambiguous_request",
            Self::ClientAddressUnreadable => "client_address_unreadable",
            Self::AddressRefused { .. } => "address_refused",
            Self::GuestAddressRefused { .. } => "guest_address",
            Self::UnknownHost => "unknown_host",
            Self::UnknownPath => "unknown_path",
            Self::ApplicationClosed => "application_closed",
            Self::SignInRequired => "sign_in_required",
            Self::SessionEnded => "session_ended",
            Self::StoreAway => "store_away",
            Self::Forbidden { .. } => "forbidden",
            Self::NoRuleAllows => "no_rule_allows",
            Self::TwoStepRequired => "two_step_required",
            Self::TwoStepStale => "two_step_stale",
            Self::RateLimited => "rate_limited",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::BodyTooSlow => "body_too_slow",
            Self::ProxyNotTrusted => "proxy_not_trusted",
            Self::MethodRefused => "method_refused",
            Self::HeadTooLarge => "head_too_large",
            Self::UpgradeRefused => "upgrade_refused",
            Self::OriginRefused => "origin_refused",
            Self::NotServedHere => "not_served_here",
        }
    }
}
