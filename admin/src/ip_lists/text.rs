//! Entries as people write and paste them: one a line, `10.0.0.0/8 until=2027-01-31 # a note`.

use std::collections::{HashMap, HashSet};

use config::Timestamp;
use config::snapshot::address::RANGE_ALLOWED;
use config::snapshot::{AddressRange, IpEntry};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::refused::{Invalid, Refused};
use crate::store::{Connection, StoreError, ip_entries};

/// A list is put together from at most so many lines at once.
const MAX_LINES: usize = 1_000_000;
/// At most so many mistakes are told of one upload.
const MISTAKES_TOLD: usize = 100;
/// Notes are cut off after so many characters.
const NOTE: usize = 200;

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// From 1.
    pub number: usize,
    pub text: String,
    pub why: Invalid,
}

/// What the text says, and what of it is wrong.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Each range once; of one that is written twice, the last counts.
    pub entries: Vec<IpEntry>,
    /// How many lines say again what another says.
    pub repeated: usize,
    /// The first of the lines that are wrong.
    pub wrong: Vec<BadLine>,
    /// How many there are beyond those.
    pub more_wrong: usize,
}

/// Reads entries; empty lines, and those with nothing but a note, are left out.
#[must_use]
pub fn read(text: &str) -> Read {
    let mut found = Read::default();
    let mut entries = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        match entry(number, line) {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => {}
            Err(why) if found.wrong.len() < MISTAKES_TOLD => found.wrong.push(BadLine {
                number,
                text: line.trim().chars().take(NOTE).collect(),
                why,
            }),
            Err(_) => found.more_wrong += 1,
        }
    }
    let count = entries.len();
    found.entries = once(entries);
    found.repeated = count - found.entries.len();
    found
}

/// The same, all or nothing.
///
/// # Errors
/// The lines that are wrong, by number; or that there are too many of them.
pub fn read_whole(text: &str) -> Result<Vec<IpEntry>, Refused> {
    if text.lines().nth(MAX_LINES).is_some() {
        return Err(too_many_lines().into());
    }
    let read = read(text);
    if read.wrong.is_empty() {
        Ok(read.entries)
    } else {
        let wrong = read.wrong.into_iter();
        Err(Refused::Invalid(wrong.map(|line| line.why).collect()))
    }
}

fn entry(number: usize, line: &str) -> Result<Option<IpEntry>, Invalid> {
    let (what, note) = line.split_once('#').unwrap_or((line, ""));
    let what = what.trim().trim_start_matches('\u{FEFF}');
    if what.is_empty() {
        return Ok(None);
    }
    let (range, until) = match what.split_once("until=") {
        Some((range, until)) => (range, Some(until.trim())),
        None => (what, None),
    };
    let range = range
        .parse::<AddressRange>()
        .map_err(|error| bad_range(number, &error.to_string()))?;
    let expires_at = match until {
        Some(until) => Some(moment(until).ok_or_else(|| bad_moment(number, until))?),
        None => None,
    };
    let note = note.trim().chars().filter(|c| !c.is_control());
    Ok(Some(IpEntry {
        range,
        note: note.take(NOTE).collect(),
        expires_at,
    }))
}

/// The end of a day in UTC, or a moment (RFC 3339).
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(moment.as_millisecond()));
    }
    // So long is a day alone: a date would be found in a moment without its offset, too, whose hour would
    // be lost.
    let day: Date = (text.len() == 10).then(|| text.parse().ok()).flatten()?;
    let next = day.tomorrow().ok()?;
    let end = TimeZone::UTC.to_timestamp(next.at(0, 0, 0, 0)).ok()?;
    Some(Timestamp(end.as_millisecond()))
}

/// One statement may not touch the same row twice.
#[must_use]
pub fn once(entries: Vec<IpEntry>) -> Vec<IpEntry> {
    let mut seen: HashMap<AddressRange, usize> = HashMap::with_capacity(entries.len());
    let mut kept: Vec<IpEntry> = Vec::with_capacity(entries.len());
    for entry in entries {
        match seen.entry(entry.range) {
            std::collections::hash_map::Entry::Occupied(at) => {
                if let Some(known) = kept.get_mut(*at.get()) {
                    *known = entry;
                }
            }
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(entry);
            }
        }
    }
    kept
}

/// What a text would do to a list, before anything is written.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Preview {
    /// How many entries the text has, each once.
    pub entries: usize,
    /// How many of them the list has not.
    pub new: usize,
    /// How many lines say again what another says.
    pub repeated: usize,
    /// The first hundred lines that cannot be read.
    pub wrong: Vec<WrongLine>,
    /// How many more there are.
    pub more_wrong: usize,
}

/// A line that cannot be read, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WrongLine {
    /// From 1.
    pub line: usize,
    pub text: String,
    pub problem: String,
    pub allowed: String,
}

/// How many of the entries the revision has not.
pub async fn count_new(
    connection: &mut Connection,
    revision: &str,
    entries: &[IpEntry],
) -> Result<usize, StoreError> {
    let mut new: HashSet<AddressRange> = entries.iter().map(|entry| entry.range).collect();
    let mut place = 0;
    loop {
        let page = ip_entries::page(connection, revision, place, ip_entries::CHUNK).await?;
        let Some(last) = page.last() else {
            return Ok(new.len());
        };
        place = last.place;
        for row in page {
            new.remove(&row.entry.range);
        }
    }
}

fn too_many_lines() -> Invalid {
    Invalid::new(
        "entries",
        ("these are too many lines", "行数过多"),
        (
            "at most 1000000 lines; neighbouring addresses may be one range, such as 192.0.2.0/24",
            "不超过 1000000 行；相邻的地址可以合并为一个网段，例如 192.0.2.0/24",
        ),
    )
}

fn bad_range(number: usize, error: &str) -> Invalid {
    Invalid::new(
        &format!("line {number}"),
        (error, &format!("第 {number} 行不是有效的地址、网段或范围")),
        RANGE_ALLOWED,
    )
}

fn bad_moment(number: usize, until: &str) -> Invalid {
    let until: String = until.chars().take(40).collect();
    Invalid::new(
        &format!("line {number}"),
        (
            &format!("\"{until}\" is no day, and no moment with its offset from UTC"),
            &format!("“{until}”不是有效的日期，也不是带有时区偏移的时刻"),
        ),
        (
            "until=2027-01-31 (the end of that day, UTC) or until=2027-01-31T18:00:00+08:00",
            "until=2027-01-31（当天结束，UTC）或 until=2027-01-31T18:00:00+08:00",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_many_lines_is_read_with_notes_and_without_repetition() {
        let text = "10.0.0.1 # first\n\n# only a note\n10.0.0.0/8\n10.0.0.1 # a\0gain\r\n";
        let found = read(text);
        assert_eq!(found.entries.len(), 2);
        assert_eq!(found.repeated, 1);
        assert_eq!(found.entries[0].note, "again");
        assert_eq!(found.entries[1].range.to_string(), "10.0.0.0/8");
    }

    #[test]
    fn each_wrong_line_is_named() {
        let Err(Refused::Invalid(wrong)) = read_whole("10.0.0.1\nnonsense\n10.0.0.0/40") else {
            panic!("accepted");
        };
        let fields: Vec<&str> = wrong.iter().map(|w| w.field.as_str()).collect();
        assert_eq!(fields, ["line 2", "line 3"]);
        assert!(wrong[0].allowed.en.contains("192.0.2.0/24"));
    }

    #[test]
    fn a_text_of_more_than_a_million_lines_is_refused_unread() {
        assert!(read_whole(&"\n".repeat(MAX_LINES)).is_ok());
        let Err(Refused::Invalid(wrong)) = read_whole(&"x\n".repeat(MAX_LINES + 1)) else {
            panic!("accepted");
        };
        assert_eq!(wrong.len(), 1);
        assert!(wrong[0].allowed.en.contains("1000000"));
    }

    #[test]
    fn an_entry_ends_with_a_day_or_at_a_moment() {
        let until = |text: &str| read_whole(text).unwrap()[0].expires_at.unwrap().0;
        assert_eq!(until("10.0.0.1 until=1970-01-01 # x"), 86_400_000);
        assert_eq!(until("10.0.0.0/8 until=1970-01-01T08:00:01+08:00"), 1_000);
        for bad in [
            "10.0.0.1 until=soon",
            "10.0.0.1 until=2027-13-01",
            "10.0.0.1 until=2027-01-31T18:00",
            "10.0.0.1 until=2027-01-31 18:00:00",
            "10.0.0.1 until=20270131",
            "10.0.0.1 until=27-01-31",
            "10.0.0.1 until=2027-1-5",
            "10.0.0.1 until=2027-01-3",
            "10.0.0.1 until=+2027-01-31",
            "10.0.0.1 until=-2027-01-31",
            "10.0.0.1 until=2027-02-29",
            "10.0.0.1 until=2027-W01-1",
            "10.0.0.1 until=20270131T1",
            "10.0.0.1 until=20270131+8",
            "10.0.0.1 until=20270131[]",
            "10.0.0.1 until=",
        ] {
            assert!(read_whole(bad).is_err(), "{bad}");
        }
    }
}
