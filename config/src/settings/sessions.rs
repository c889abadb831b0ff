//! `[sessions]`: how long a sign-in lasts.

use std::time::Duration;

use crate::settings::section::Section;
use crate::settings::units::show_duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// Ends so long after sign-in, whatever happens.
    pub absolute: Duration,
    /// Ends after so long without a request.
    pub idle: Duration,
    /// People already signed in go on for so long while the store is away.
    pub grace: Duration,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            absolute: Duration::from_hours(12),
            idle: Duration::from_hours(2),
            grace: Duration::from_mins(15),
        }
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Sessions {
    let default = Sessions::default();
    let minute = Duration::from_mins(1);
    let absolute = section
        .duration("absolute", minute..=Duration::from_hours(90 * 24))
        .unwrap_or(default.absolute);
    let idle = section.duration("idle", minute..=Duration::from_hours(90 * 24));
    let grace = section
        .duration("grace", Duration::ZERO..=Duration::from_hours(24))
        .unwrap_or(default.grace);
    if let Some(idle) = idle.filter(|idle| *idle > absolute) {
        let key = section.path_of("idle");
        let (idle, most) = (show_duration(idle), show_duration(absolute));
        section.report.problem(
            &key,
            format!("{idle} is longer than sessions.absolute ({most}), so it would never end one"),
            format!("write {most} or less"),
        );
    }
    Sessions {
        absolute,
        idle: idle.unwrap_or(default.idle.min(absolute)),
        grace,
    }
}
