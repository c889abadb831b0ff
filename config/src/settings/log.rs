//! `[log]`: how the program tells what it does.

use serde::{Deserialize, Serialize};

use crate::settings::section::Section;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    pub format: LogFormat,
    /// A `tracing` filter such as `info` or `info,gateway=debug`.
    pub filter: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            filter: "info".into(),
        }
    }
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

pub(super) fn read(section: &mut Section<'_>) -> Log {
    let default = Log::default();
    let format = section.parsed("format", "write text or json", |text| match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("there is no such format"),
    });
    let allowed = "write a level (off, error, warn, info, debug, trace), or levels by module parted \
                   by commas, such as info,gateway=debug";
    let filter = section.parsed("filter", allowed, |text| {
        match text.split(',').find(|part| !is_directive(part.trim())) {
            Some(part) => Err(format!("\"{part}\" names no level")),
            None => Ok(text.to_owned()),
        }
    });
    Log {
        format: format.unwrap_or(default.format),
        filter: filter.unwrap_or(default.filter),
    }
}

fn is_directive(part: &str) -> bool {
    let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
    LEVELS.contains(&level)
}
