//! Which application has which host and path: no two may have the same.

use std::collections::HashMap;

use super::findings::Findings;
use crate::id::ApplicationId;
use crate::language::{LocalText, Words};
use crate::problem::Problem;
use crate::snapshot::{Application, HostPattern};

/// The places that are taken, and by whom.
#[derive(Debug, Default)]
pub struct Claims {
    places: HashMap<(HostPattern, String), ApplicationId>,
}

impl Claims {
    /// Whether no application has this host with this prefix.
    #[must_use]
    pub fn is_free(&self, host: &HostPattern, path_prefix: &str) -> bool {
        let place = (host.clone(), path_prefix.to_owned());
        !self.places.contains_key(&place)
    }

    /// Takes the places for the application, unless one of them is taken: then none.
    ///
    /// # Errors
    /// A problem for each place that another has, or that the application names twice.
    pub fn take(&mut self, application: &Application) -> Result<(), Vec<Problem>> {
        let Application { id, hosts, .. } = application;
        let mut findings = Findings::about(format!("application {id}"));
        for (index, host) in hosts.iter().enumerate() {
            let key = format!("hosts.{index}");
            let twice = hosts[..index].contains(host);
            findings.require(
                !twice,
                &key,
                (
                    &*format!("{host} is there twice"),
                    &*format!("{host} 重复出现"),
                ),
                ("give each host once", "每个主机名只填写一次"),
            );
            if let Some(owner) = self.places.get(&place(application, host)) {
                findings.add(key, taken(application, host, owner), CHOOSE_ANOTHER);
            }
        }
        if findings.problems.is_empty() {
            let places = hosts.iter().map(|host| place(application, host));
            self.places.extend(places.map(|place| (place, id.clone())));
            Ok(())
        } else {
            Err(findings.problems)
        }
    }
}

const CHOOSE_ANOTHER: Words = (
    "choose another host or another path prefix",
    "请换用其他主机名或其他路径前缀",
);

fn place(application: &Application, host: &HostPattern) -> (HostPattern, String) {
    (host.clone(), application.path_prefix.clone())
}

fn taken(application: &Application, host: &HostPattern, owner: &ApplicationId) -> LocalText {
    let prefix = &application.path_prefix;
    LocalText {
        en: format!("{host} with the prefix {prefix} already leads to application {owner}"),
        zh_cn: format!("{host}（路径前缀 {prefix}）已指向应用 {owner}"),
    }
}
