//! By which ways people may come in at all.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// By which ways people may come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WaysPolicy {
    /// Whoever proves who they are by something that is kept here (a password, a passkey, a code) does not come
    /// in by that: a connected directory has to say who they are. Owners come in all the same, should no
    /// directory answer. Those who are signed in already stay.
    pub directories_only: bool,
}
