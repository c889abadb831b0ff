//! An application as an administrator writes it down: JSON in the API, in files and in the store.

use std::sync::Arc;

use config::id::{ApplicationId, RuleId};
use config::language::LocalText;
use config::snapshot::{
    Access, Application, HostPattern, IdentityHeaders, IpList, Limits, PathRule, Pool, WebSockets,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Everything about an application but its id. What is left out takes the safe default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    pub name: LocalText,
    #[serde(default)]
    pub description: LocalText,
    /// The host names that lead to it: `wiki.example.com` or `*.preview.example.com`.
    pub hosts: Vec<HostPattern>,
    /// `/`, or a prefix of whole segments such as `/wiki`. It is not taken off when forwarding.
    #[serde(default = "root")]
    pub path_prefix: String,
    pub pool: Pool,
    /// Who may open it; nobody unless it says so.
    #[serde(default = "nobody")]
    pub access: Access,
    /// Exceptions for parts of it; the first that matches decides.
    #[serde(default)]
    pub path_rules: Vec<PathRule>,
    /// Ids of IP lists that guard it besides the global ones.
    #[serde(default)]
    pub ip_lists: Vec<RuleId>,
    /// `true`: they guard it in the place of the global ones. Signing in happens at the access host, which
    /// the global ones guard in any case. While it is so, `ip_lists:change` is taken by setting it and by other hosts,
    /// another path, pool or lists.
    #[serde(default)]
    pub own_ip_lists_only: bool,
    #[serde(default)]
    pub identity: IdentityHeaders,
    #[serde(default)]
    pub watermark: bool,
    #[serde(default)]
    pub websockets: WebSockets,
    #[serde(default)]
    pub limits: Limits,
    /// Shown on the portal. A hidden one still opens by its address.
    #[serde(default = "yes")]
    pub on_portal: bool,
}

fn root() -> String {
    "/".into()
}

fn nobody() -> Access {
    Access::Rules(Vec::new())
}

fn yes() -> bool {
    true
}

impl Definition {
    /// What a gateway obeys. `list` finds an IP list by its id.
    ///
    /// # Errors
    /// The id of the IP list that was not found: an application must not lose a guard unnoticed.
    pub fn into_application(
        self,
        id: ApplicationId,
        list: impl Fn(&RuleId) -> Option<Arc<IpList>>,
    ) -> Result<Application, RuleId> {
        let ip_lists = self
            .ip_lists
            .into_iter()
            .map(|id| list(&id).ok_or(id))
            .collect::<Result<_, _>>()?;
        Ok(Application {
            id,
            name: self.name,
            description: self.description,
            hosts: self.hosts,
            path_prefix: self.path_prefix,
            pool: self.pool,
            access: self.access,
            path_rules: self.path_rules,
            ip_lists,
            own_ip_lists_only: self.own_ip_lists_only,
            identity: self.identity,
            watermark: self.watermark,
            websockets: self.websockets,
            limits: self.limits,
            on_portal: self.on_portal,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_of_an_application_is_good() {
        let written = include_str!("../../../examples/applications/wiki.toml");
        let definition: Definition = toml::from_str(written).unwrap();
        let Access::Rules(rules) = definition.access else {
            panic!("the wiki is not public");
        };
        assert_eq!((rules.len(), definition.path_rules.len()), (1, 1));
    }

    #[test]
    fn an_application_that_says_nothing_of_access_lets_nobody_in() {
        let written = r#"{"name":{"en":"Wiki"},"hosts":["wiki.example.com"],
            "pool":{"upstreams":[{"address":"127.0.0.1:8000"}]}}"#;
        let definition: Definition = serde_json::from_str(written).unwrap();
        assert_eq!(definition.access, Access::Rules(Vec::new()));
        assert_eq!(definition.path_prefix, "/");
        assert!(!definition.websockets.enabled);
    }

    #[test]
    fn a_guard_that_is_gone_is_named_and_not_skipped() {
        let written = r#"{"name":{"en":"Wiki"},"hosts":["wiki.example.com"],"ip_lists":["gone"],
            "pool":{"upstreams":[{"address":"127.0.0.1:8000"}]}}"#;
        let definition: Definition = serde_json::from_str(written).unwrap();
        let refused = definition.into_application(ApplicationId::from("a"), |_| None);
        assert_eq!(refused.unwrap_err(), RuleId::from("gone"));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        let written = r#"{"name":{"en":"Wiki"},"hosts":["w.example.com"],"watermrk":true,
            "pool":{"upstreams":[]}}"#;
        assert!(serde_json::from_str::<Definition>(written).is_err());
    }
}
