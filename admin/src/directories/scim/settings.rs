//! What an administrator says of a directory that tells us by itself.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::refused::Invalid;

/// From so many networks it may be told.
const MOST_NETWORKS: usize = 100;

/// A service that pushes people and groups by SCIM 2.0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScimSettings {
    /// Whether the `department` of the enterprise extension is taken over as a department.
    pub departments: bool,
    /// The networks from which it may push; none: all of them.
    #[schema(example = json!(["203.0.113.0/24"]))]
    pub networks: Vec<String>,
}

impl Default for ScimSettings {
    fn default() -> Self {
        Self {
            departments: true,
            networks: Vec::new(),
        }
    }
}

impl ScimSettings {
    /// What is wrong with them.
    #[must_use]
    pub fn problems(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        if self.networks.len() > MOST_NETWORKS {
            wrong.push(Invalid::too_many("source.networks", MOST_NETWORKS));
        }
        for (at, text) in self.networks.iter().enumerate() {
            if network(text).is_none() {
                wrong.push(Invalid::new(
                    &format!("source.networks[{at}]"),
                    ("this is no network", "这不是有效的网段"),
                    (
                        "an address or a network, such as 203.0.113.0/24",
                        "一个 IP 地址或网段，例如 203.0.113.0/24",
                    ),
                ));
            }
        }
        wrong
    }

    /// Whether it may push from there.
    #[must_use]
    pub fn lets_in(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.is_empty()
            || self
                .networks
                .iter()
                .filter_map(|text| network(text))
                .any(|network| network.contains(&address))
    }
}

fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let single = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse::<IpNet>().ok().or_else(single)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_checked_and_keep_others_out() {
        let mut settings = ScimSettings::default();
        let (inside, outside) = ("203.0.113.9", "198.51.100.1");
        assert!(settings.lets_in(outside.parse().unwrap()));
        settings.networks = vec!["203.0.113.0/24".to_owned(), "2001:db8::1".to_owned()];
        assert_eq!(settings.problems(), []);
        assert!(settings.lets_in(inside.parse().unwrap()));
        assert!(settings.lets_in("::ffff:203.0.113.9".parse().unwrap()));
        assert!(settings.lets_in("2001:db8::1".parse().unwrap()));
        assert!(!settings.lets_in(outside.parse().unwrap()));
        settings.networks.push("office".to_owned());
        assert_eq!(settings.problems()[0].field, "source.networks[2]");
    }
}
