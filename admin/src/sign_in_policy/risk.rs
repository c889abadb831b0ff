//! What makes a sign-in unlike the earlier ones of a person, and what is asked then.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What makes a sign-in unusual has a second factor asked: in a browser that is spared it, too, and where
/// `two_step` asks nobody. Whoever has none proves a code by mail or SMS, where `two_step.methods` takes that
/// and they can be reached; anybody else does not come in. A passkey that has verified its user is proof
/// enough. The first sign-in of a person is compared with nothing, so nothing of it is new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RiskPolicy {
    /// A browser in which the person has not signed in during the last 180 days.
    pub new_device: RiskAnswer,
    /// Wrong guesses just before, which have not locked the account. They are counted as for a lock: in a
    /// browser in which the person has signed in before those made there, so that nobody else's guesses have
    /// the person asked.
    pub many_failures: RiskAnswer,
    /// So many of them, within `attempts.within_minutes`. 1 to 100; it says something only where it is less
    /// than `attempts.wrong_passwords`.
    #[schema(minimum = 1, maximum = 100)]
    pub failures: u16,
    /// A network from which the person has not signed in during the last 90 days, as far as the sign-in log is
    /// kept: the provider's (its AS number) where the node has a database of networks, else the first 24 bits
    /// of an IPv4 address, 48 of an IPv6 address.
    pub unknown_network: RiskAnswer,
    /// Two sign-ins that lie further apart than the time between them lets anybody travel, at least 100 km. It needs
    /// the operator's database of cities (`places.city_database`) on every node: one that has lost it warns and
    /// takes nothing for impossible, and addresses that are nowhere are left out.
    pub impossible_travel: RiskAnswer,
    /// So fast people travel at most. 100 to 10000.
    #[schema(minimum = 100, maximum = 10_000)]
    pub km_per_hour: u32,
}

/// What follows from a signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RiskAnswer {
    #[default]
    Off,
    /// A second factor is asked for.
    Ask,
}

/// What was unusual about a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RiskSignal {
    NewDevice,
    ManyFailures,
    UnknownNetwork,
    ImpossibleTravel,
}

impl RiskSignal {
    pub const ALL: [Self; 4] = [
        Self::NewDevice,
        Self::ManyFailures,
        Self::UnknownNetwork,
        Self::ImpossibleTravel,
    ];

    /// As it is written in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewDevice => "new_device",
            Self::ManyFailures => "many_failures",
            Self::UnknownNetwork => "unknown_network",
            Self::ImpossibleTravel => "impossible_travel",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

impl Default for RiskPolicy {
    fn default() -> Self {
        Self {
            new_device: RiskAnswer::Off,
            many_failures: RiskAnswer::Off,
            failures: 5,
            unknown_network: RiskAnswer::Off,
            impossible_travel: RiskAnswer::Off,
            km_per_hour: 1000,
        }
    }
}

impl RiskPolicy {
    /// Whether a second factor is asked for where this is so.
    #[must_use]
    pub fn asks(&self, signal: RiskSignal) -> bool {
        let answer = match signal {
            RiskSignal::NewDevice => self.new_device,
            RiskSignal::ManyFailures => self.many_failures,
            RiskSignal::UnknownNetwork => self.unknown_network,
            RiskSignal::ImpossibleTravel => self.impossible_travel,
        };
        answer == RiskAnswer::Ask
    }

    /// What it looks at.
    #[must_use]
    pub fn watched(&self) -> Vec<RiskSignal> {
        let watched = RiskSignal::ALL.into_iter().filter(|one| self.asks(*one));
        watched.collect()
    }
}
