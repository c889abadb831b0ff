//! Brings what is here in step with a directory: reads what the directory tells, writes down what is to be
//! done, and does it.
//!
//! A run goes through phases that are kept in the store, so that whichever node comes first takes it up
//! again where it stood:
//!
//! | phase | what happens | what a crash leaves |
//! |---|---|---|
//! | `reading` | [`read`]: the listing is compared with what was taken over before; only differences are planned ([`plan`], pure) and written down | it is read anew |
//! | `waiting` | a person looks at a plan that would shut out too many ([`safety`]), or at a trial | it waits |
//! | `applying` | [`apply`]: so many changes a transaction, each looked at anew and noted as done in it | the rest is still to be done |
//!
//! A directory that tells by itself is read from what it told; each thing that it tells is planned and made
//! at once as well ([`push`]).
//!
//! One node at a time works on a run, under a lease. What was not listed has left, so a listing that breaks
//! off changes nothing, and an empty one stops the run. Whoever leaves is disabled, not removed, and let in
//! again when they come back; whoever an administrator disabled stays so.

pub mod apply;
mod apply_people;
mod changes;
mod conflicts;
pub mod decide;
mod departments;
pub mod follow;
mod groups;
pub mod held;
mod known;
pub mod lease;
mod leave;
pub mod newcomer;
mod others;
mod people;
mod plan;
pub mod push;
mod push_record;
mod pushed;
mod read;
pub mod record;
mod rows_of;
pub mod run;
pub mod safety;
mod scope;
mod shown;
mod stale;
pub mod undo;
mod undo_groups;
mod wanted;
pub mod work;

use crate::directories::source::SourceError;
use crate::refused::Refused;
use crate::store::StoreError;

/// In which order changes are made: departments from the top, then people, then groups, and at last the
/// departments that are gone, from the bottom.
pub(crate) mod turn {
    pub const DEPARTMENTS: i64 = 0;
    pub const PEOPLE: i64 = 1000;
    pub const LEAVERS: i64 = 1100;
    pub const OTHERS: i64 = 1200;
    pub const GROUPS: i64 = 2000;
    pub const GONE_DEPARTMENTS: i64 = 3000;
}

/// Why a run is broken off.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The directory did not tell everything.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// What an administrator decided stands in the way.
    #[error(transparent)]
    Refused(Refused),
    /// The store is away, and the run is taken up again; or it refuses, and the run has failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another node has taken the run, or somebody has dropped it.
    #[error("the run is no longer this node's")]
    Lost,
}

impl From<Refused> for Broken {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Store(error) => Self::Store(error),
            other => Self::Refused(other),
        }
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
