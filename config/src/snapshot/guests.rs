//! From where guests come in: a group of guests can have address lists of its own.

use std::sync::Arc;

use crate::id::GroupId;
use crate::snapshot::address::IpList;

/// A group of guests who do not come in from everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestGroup {
    pub id: GroupId,
    pub from: GuestsFrom,
}

/// From where the guests of a group come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuestsFrom {
    /// From where these lists let them.
    Lists(Vec<Arc<IpList>>),
    /// Which lists bind them cannot be told, or one of them is gone.
    Nowhere,
}
