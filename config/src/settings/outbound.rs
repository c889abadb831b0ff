//! `[outbound]`: where this node connects to on an administrator's word: mail servers, SMS services,
//! webhooks.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::settings::section::Section;
use crate::snapshot::AddressRange;
use crate::snapshot::address::RANGE_ALLOWED;
use crate::snapshot::destination::is_never_an_application;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbound {
    /// Addresses that may be connected to although they are of this machine, link-local, of many at once, or
    /// where clouds tell their secrets. Empty by default.
    pub allow: Vec<AddressRange>,
}

impl Outbound {
    /// Whether a name that an administrator wrote may lead there. What the machine, or the cloud that it
    /// runs in, tells only itself is for an operator to open.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let open = !address.is_loopback() && !is_never_an_application(address);
        open || self.allow.iter().any(|range| range.contains(address))
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Outbound {
    Outbound {
        allow: section
            .parsed_list("allow", RANGE_ALLOWED.0, str::parse::<AddressRange>)
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_27_the_machine_itself_is_reached_only_where_its_operator_says_so() {
        let closed = Outbound::default();
        for address in [
            "127.0.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "169.254.169.254",
            "fe80::1",
            "0.0.0.0",
        ] {
            assert!(!closed.allows(address.parse().unwrap()), "{address}");
        }
        for address in ["203.0.113.7", "10.0.0.5", "fd12::1"] {
            assert!(closed.allows(address.parse().unwrap()), "{address}");
        }
        let open = Outbound {
            allow: vec!["127.0.0.0/8".parse().unwrap()],
        };
        assert!(open.allows("127.0.0.1".parse().unwrap()));
        assert!(open.allows("::ffff:127.0.0.1".parse().unwrap()));
        assert!(!open.allows("::1".parse().unwrap()));
    }
}
