//! `[events]`: the spool between a gateway and the store.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::settings::section::Section;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Events {
    /// Largest size of the spool in bytes; past it, what must be logged is refused.
    pub max_spool_bytes: u64,
    /// Written events are forced to the disk at least this often, in milliseconds.
    pub fsync_ms: u64,
    /// Access events older than so many days are deleted from the store.
    pub keep_days: u32,
    /// The same of entries of the sign-in log; `None` for as long as there is room.
    pub keep_sign_ins_days: Option<u32>,
    /// The same of entries of the audit log.
    pub keep_audit_days: Option<u32>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            max_spool_bytes: 1 << 30,
            fsync_ms: 50,
            keep_days: 180,
            keep_sign_ins_days: None,
            keep_audit_days: None,
        }
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Events {
    let default = Events::default();
    Events {
        max_spool_bytes: section
            .size("max_spool", 16 << 20..=16 << 40)
            .unwrap_or(default.max_spool_bytes),
        fsync_ms: section
            .duration("fsync", Duration::from_millis(1)..=Duration::from_secs(10))
            .and_then(|every| u64::try_from(every.as_millis()).ok())
            .unwrap_or(default.fsync_ms),
        keep_days: section
            .integer("keep_days", 1..=3650)
            .unwrap_or(default.keep_days),
        keep_sign_ins_days: section.integer("keep_sign_ins_days", 1..=3650),
        keep_audit_days: section.integer("keep_audit_days", 1..=3650),
    }
}
