//! `[events]`: the spool between a gateway and the store.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Events {
    /// Largest size of the spool in bytes; past it, what must be logged is refused.
    pub max_spool_bytes: u64,
    /// Written events are forced to the disk at least this often, in milliseconds.
    pub fsync_ms: u64,
    /// Access events older than so many days are deleted from the store.
    pub keep_days: u32,
}
