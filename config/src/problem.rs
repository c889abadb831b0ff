//! What is wrong with something that an operator wrote, and what would be right.

use std::fmt;

/// One thing wrong in a settings file, the environment or a snapshot. Checks collect all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file (with line where known), or the environment variable, or the object in the store.
    pub source: String,
    /// The key, dotted: `listener.1.tls.certificates.0.key`.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What is allowed, or what to do.
    pub allowed: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}: {}; {}",
            self.source, self.key, self.what, self.allowed
        )
    }
}
