//! `[trust]`: whose word about the caller is believed.

use serde::{Deserialize, Serialize};

use crate::snapshot::AddressRange;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// Peers whose X-Forwarded-For, Forwarded, PROXY header and forward-auth requests are believed.
    /// Empty by default: nobody's.
    pub proxies: Vec<AddressRange>,
}
