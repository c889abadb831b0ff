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

    /// Whether it may push from there; from where nobody knows, only if it may from everywhere.
    #[must_use]
    pub fn lets_in(&self, address: Option<IpAddr>) -> bool {
        let mut networks = self.networks.iter().filter_map(|text| network(text));
        let address = address.map(|address| address.to_canonical());
        self.networks.is_empty()
            || address.is_some_and(|address| networks.any(|network| network.contains(&address)))
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
        let lets_in =
            |settings: &ScimSettings, from: &str| settings.lets_in(Some(from.parse().unwrap()));
        assert!(lets_in(&settings, outside) && settings.lets_in(None));
        settings.networks = vec!["203.0.113.0/24".to_owned(), "2001:db8::1".to_owned()];
        assert_eq!(settings.problems(), []);
        assert!(lets_in(&settings, inside));
        assert!(lets_in(&settings, "::ffff:203.0.113.9"));
        assert!(lets_in(&settings, "2001:db8::1"));
        assert!(!lets_in(&settings, outside));
        assert!(!settings.lets_in(None), "nobody knows from where");
        settings.networks.push("office".to_owned());
        assert_eq!(settings.problems()[0].field, "source.networks[2]");
    }
}
