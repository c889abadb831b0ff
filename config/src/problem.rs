//! What is wrong with something that an operator wrote, and what would be right.

use std::fmt;

use crate::language::{Language, LocalText};

/// One thing wrong in a settings file, the environment or a snapshot. Checks collect all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file (with line where known), or the environment variable, or the object in the store.
    pub source: String,
    /// The key, dotted: `listener.1.tls.certificates.0.key`.
    pub key: String,
    /// What is wrong.
    pub what: LocalText,
    /// What is allowed, or what to do.
    pub allowed: LocalText,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, allowed) = (self.what.get(Language::En), self.allowed.get(Language::En));
        write!(f, "{}: {}: {what}; {allowed}", self.source, self.key)
    }
}
