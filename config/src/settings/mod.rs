//! What an operator decides before the program starts: a TOML file, overridden by the environment.
//!
//! One file a section: its checked type, its defaults and how it is read. `load` puts the sections
//! together; `tree`, `environment`, `section` and `values` are what they are read with. Everything
//! that people decide while the program runs lives in the store instead.

pub mod access;
pub mod admin;
pub mod events;
pub mod limits;
pub mod listeners;
pub mod log;
pub mod monitor;
pub mod outbound;
pub mod passwords;
pub mod places;
pub mod secrets;
pub mod sessions;
pub mod store;
pub mod trust;

mod cross_checks;
pub mod environment;
mod load;
mod section;
mod tree;
mod units;
mod values;
mod written;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use access::AccessHost;
pub use admin::AdminHost;
pub use events::Events;
pub use limits::Limits;
pub use listeners::{CertificateFiles, Listener, ListenerTls};
pub use log::{Log, LogFormat};
pub use monitor::Monitor;
pub use outbound::Outbound;
pub use passwords::Passwords;
pub use places::Places;
pub use secrets::{MasterKeySource, Secrets};
pub use sessions::Sessions;
pub use store::{Store, StoreUrl};
pub use trust::Trust;
pub use written::Written;

/// The settings of one node, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The file that they were read from.
    pub file: PathBuf,
    /// Where the embedded store, the event spool, the master key and the control socket live.
    pub data: PathBuf,
    pub role: NodeRole,
    pub access: AccessHost,
    /// Absent: operators administer at the access host.
    pub admin: Option<AdminHost>,
    pub listeners: Vec<Listener>,
    pub trust: Trust,
    pub store: Store,
    pub secrets: Secrets,
    pub sessions: Sessions,
    pub passwords: Passwords,
    pub places: Places,
    pub events: Events,
    pub limits: Limits,
    pub monitor: Monitor,
    pub outbound: Outbound,
    pub log: Log,
    /// What of it was written, and where.
    pub written: Vec<Written>,
}

impl Settings {
    /// A whole node with nothing decided but where its data lies and where people sign in: no
    /// listener, everything else as it is where the file says nothing.
    #[must_use]
    pub fn with_defaults(data: PathBuf, access: AccessHost) -> Self {
        Self {
            file: PathBuf::new(),
            role: NodeRole::default(),
            access,
            admin: None,
            listeners: Vec::new(),
            trust: Trust::default(),
            store: Store::default(),
            secrets: Secrets::in_data_folder(&data),
            sessions: Sessions::default(),
            passwords: Passwords::default(),
            places: Places::default(),
            events: Events::default(),
            limits: Limits::default(),
            monitor: Monitor::default(),
            outbound: Outbound::default(),
            log: Log::default(),
            written: Vec::new(),
            data,
        }
    }
}

/// Hosts with pages of our own.
impl Settings {
    /// Whether everything at this host (normalised) is ours: people sign in here.
    #[must_use]
    pub fn is_own_host(&self, host: &str) -> bool {
        host == self.access.host() || self.is_admin_host(host)
    }

    /// Whether this host (normalised) is the one at which operators administer and nothing else is.
    #[must_use]
    pub fn is_admin_host(&self, host: &str) -> bool {
        self.admin
            .as_ref()
            .is_some_and(|admin| host == admin.host())
    }

    /// Whether the console and the API are at this host (normalised).
    #[must_use]
    pub fn administers_at(&self, host: &str) -> bool {
        let everywhere = self.admin.as_ref().is_none_or(|a| a.also_at_access_host);
        self.is_admin_host(host) || (everywhere && host == self.access.host())
    }

    /// The origin where operators administer, such as `https://admin.example.com:9443`.
    #[must_use]
    pub fn admin_origin(&self) -> String {
        let admin = self.admin.as_ref().map(AdminHost::host);
        self.origin_of(admin.unwrap_or(self.access.host()))
    }

    /// The origin at which people reach a host, ours or an application's, such as
    /// `https://wiki.example.com:8443`.
    #[must_use]
    pub fn origin_of(&self, host: &str) -> String {
        match &self.admin {
            Some(admin) if admin.host() == host => admin.url.origin().ascii_serialization(),
            _ => self.access.origin_of(host),
        }
    }
}

/// Which half of the program this node runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeRole {
    /// Gateway and admin plane in one process.
    #[default]
    All,
    /// Serves applications; of our own pages only what application hosts need.
    Gateway,
    /// Serves the access host, runs periodic work; forwards to no application.
    Admin,
}
