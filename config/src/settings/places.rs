//! `[places]`: where addresses are, and whose networks.

use std::path::PathBuf;

use crate::settings::section::Section;

/// Files in the MaxMind format, which the operator brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Countries, cities and where they lie.
    pub city_database: Option<PathBuf>,
    /// Autonomous systems (ASN).
    pub network_database: Option<PathBuf>,
}

impl Places {
    /// Those that are named, by their keys.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &PathBuf)> {
        let all = [
            ("city_database", &self.city_database),
            ("network_database", &self.network_database),
        ];
        all.into_iter()
            .filter_map(|(key, file)| Some((key, file.as_ref()?)))
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Places {
    Places {
        city_database: section.path("city_database"),
        network_database: section.path("network_database"),
    }
}
