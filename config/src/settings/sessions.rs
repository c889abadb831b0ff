//! `[sessions]`: what becomes of them while the store is away. How long they last is the sign-in policy's.

use std::time::Duration;

use crate::settings::section::Section;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// People already signed in go on for so long while the store is away.
    pub grace: Duration,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            grace: Duration::from_mins(15),
        }
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Sessions {
    let grace = section.duration("grace", Duration::ZERO..=Duration::from_hours(24));
    Sessions {
        grace: grace.unwrap_or(Sessions::default().grace),
    }
}
