//! `[admin]`: a host of its own at which operators administer.
//!
//! It is reached by the listeners that have `admin = true` and by no other, so that a firewall, or an
//! address of an inner network, decides who comes near the console.

use crate::settings::access::{URL_ALLOWED, own_url};
use crate::settings::section::Section;

/// Where the console, the API and the pages of signing in are, besides the access host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminHost {
    /// `https://admin.example.com:9443`; no path.
    pub url: url::Url,
    /// Whether the console and the API are at the access host, too.
    pub also_at_access_host: bool,
}

impl AdminHost {
    /// The host name, lower case, without port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Option<AdminHost> {
    section.require("url", URL_ALLOWED);
    let also_at_access_host = section.boolean("also_at_access_host").unwrap_or(true);
    Some(AdminHost {
        url: own_url(section)?,
        also_at_access_host,
    })
}
