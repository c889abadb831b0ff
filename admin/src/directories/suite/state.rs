//! How the callback of a directory does, for whoever set it up: where it is, when it was tried out, what came last, and
//! what was refused.

use config::Timestamp;
use config::id::DirectoryId;
use config::language::LocalText;
use serde::Serialize;
use utoipa::ToSchema;

use super::callback::Forged;
use super::door;
use crate::directories;
use crate::refused::{Refused, both};
use crate::state::State;
use crate::store::Connection;
use crate::store::directory_callbacks::{self as rows, RefusalRow};

/// So many refusals are shown.
const SHOWN: i64 = 50;

/// What was refused there. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallbackRefusal {
    /// Such as `wrong_signature`.
    pub reason: String,
    #[schema(value_type = Object)]
    pub what: LocalText,
    /// The address from which it came.
    pub address: String,
    pub times: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// How a callback does. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DirectoryCallback {
    /// What is entered at the suite.
    pub url: String,
    /// Whether the secrets that it takes are set.
    pub is_set_up: bool,
    /// When the suite last tried it out.
    pub verified_at: Option<Timestamp>,
    /// When it last told of a change, and of what kind, as the suite calls it.
    pub event_at: Option<Timestamp>,
    pub event_kind: Option<String>,
    /// What was refused, the latest first; at most 50.
    pub refusals: Vec<CallbackRefusal>,
}

/// # Errors
/// [`Refused::Impossible`] if directories of this kind have none.
pub async fn callback(
    state: &State,
    connection: &mut Connection,
    id: &DirectoryId,
) -> Result<DirectoryCallback, Refused> {
    let directory = directories::whole(connection, id).await?;
    if !directory.source.kind().calls_back() {
        return Err(Refused::Impossible(both((
            "a directory of this kind tells nothing at a callback",
            "该类型的目录没有事件回调",
        ))));
    }
    let row = rows::find(connection, id).await?;
    let refusals = rows::refusals(connection, id, SHOWN).await?;
    let named = directory.source.secrets().iter();
    // What is not shown to the cloud is what is only for events.
    let mut of_events = named.filter(|one| !one.is_sent);
    Ok(DirectoryCallback {
        url: door::address(&state.settings, id),
        is_set_up: of_events.all(|one| directory.secrets.iter().any(|set| set == one.name)),
        verified_at: row.verified_at,
        event_at: row.event_at,
        event_kind: row.event_kind,
        refusals: refusals.into_iter().map(CallbackRefusal::from).collect(),
    })
}

impl From<RefusalRow> for CallbackRefusal {
    fn from(row: RefusalRow) -> Self {
        Self {
            what: both(Forged::explain(&row.reason)),
            reason: row.reason,
            address: row.address,
            times: row.times,
            first_at: row.first_at,
            last_at: row.last_at,
        }
    }
}
