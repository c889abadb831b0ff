//! Which access events are asked for.

use config::id::{ApplicationId, MemberId};
use config::snapshot::address::AddressRange;

use super::part::{self, Part};
use crate::access_record::{Id, Record};

/// Which events; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessFilter {
    pub member: Option<MemberId>,
    pub username: Option<Part>,
    pub application: Option<ApplicationId>,
    pub host: Option<Part>,
    pub path: Option<Part>,
    pub method: Option<String>,
    pub status: Option<u16>,
    /// `granted`, `cut`, `denied` or `own_page`.
    pub outcome: Option<String>,
    /// The reason code of a denial or a cut.
    pub reason: Option<String>,
    pub client_address: Option<AddressRange>,
    pub request_id: Option<String>,
}

impl AccessFilter {
    pub(super) fn wants(&self, record: &Record<'_>) -> bool {
        let is = |wanted: Option<&str>, id: Option<Id<'_>>| {
            wanted.is_none_or(|wanted| id == Some(Id::of(wanted)))
        };
        let address = record.client_address;
        is(self.member.as_ref().map(MemberId::as_str), record.principal)
            && is(
                self.application.as_ref().map(ApplicationId::as_str),
                record.application,
            )
            && is(self.request_id.as_deref(), Some(record.request_id))
            && part::is(self.outcome.as_deref(), Some(record.outcome()))
            && part::is(self.reason.as_deref(), record.reason())
            && part::is(self.method.as_deref(), Some(record.method))
            && part::is(self.status.as_ref(), Some(&record.status))
            && self
                .client_address
                .is_none_or(|range| address.is_some_and(|address| range.contains(address)))
            && part::has(self.username.as_ref(), record.username)
            && part::has(self.host.as_ref(), Some(record.host))
            && part::has(self.path.as_ref(), Some(record.path))
    }

    /// Whether only requests that were turned away can be meant.
    pub(super) fn is_of_refusals(&self) -> bool {
        self.reason.is_some() || matches!(self.outcome.as_deref(), Some("denied" | "cut"))
    }

    /// Whether an index alone does not find exactly what is wanted.
    pub(super) fn sifts(&self) -> bool {
        let by_member = Self {
            member: self.member.clone(),
            ..Self::default()
        };
        let by_application = Self {
            application: self.application.clone(),
            ..Self::default()
        };
        *self != by_member && *self != by_application
    }
}
