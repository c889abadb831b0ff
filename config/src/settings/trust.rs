//! `[trust]`: whose word about the caller is believed.

use serde::{Deserialize, Serialize};

use crate::settings::section::Section;
use crate::snapshot::AddressRange;
use crate::snapshot::address::RANGE_ALLOWED;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// Peers whose X-Forwarded-For, Forwarded, PROXY header and forward-auth requests are believed.
    /// Empty by default: nobody's.
    pub proxies: Vec<AddressRange>,
}

pub(super) fn read(section: &mut Section<'_>) -> Trust {
    Trust {
        proxies: section
            .parsed_list("proxies", RANGE_ALLOWED.0, str::parse::<AddressRange>)
            .unwrap_or_default(),
    }
}
