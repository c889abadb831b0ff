//! How durations and sizes are written: `30m`, `1h30m`, `64KiB`.

use std::time::Duration;

pub(super) const DURATION_ALLOWED: &str =
    "write a duration such as 500ms, 30s, 15m, 12h, 7d or 1h30m";
pub(super) const SIZE_ALLOWED: &str = "write a size such as 4096B, 64KiB, 512MiB or 2GiB";

const MILLIS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];
const BYTES: [(&str, u64); 5] = [
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

pub(super) fn duration(text: &str) -> Option<Duration> {
    sum(text, &MILLIS).map(Duration::from_millis)
}

pub(super) fn size(text: &str) -> Option<u64> {
    sum(text, &BYTES)
}

pub(super) fn show_duration(duration: Duration) -> String {
    show(
        u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        &MILLIS,
    )
}

pub(super) fn show_size(bytes: u64) -> String {
    show(bytes, &BYTES)
}

/// Numbers each with a unit, added up. `None` if anything is left over or too large.
fn sum(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let mut rest = text.trim();
    let mut total: Option<u64> = None;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let (_, factor) = units.iter().find(|(unit, _)| *unit == &rest[..letters])?;
        total = Some(
            total
                .unwrap_or(0)
                .checked_add(number.checked_mul(*factor)?)?,
        );
        rest = rest[letters..].trim_start();
    }
    total
}

/// In the largest unit that divides it.
fn show(amount: u64, units: &[(&str, u64)]) -> String {
    units
        .iter()
        .rev()
        .find(|(_, factor)| amount >= *factor && amount.is_multiple_of(*factor))
        .map_or_else(
            || format!("0{}", units[0].0),
            |(unit, factor)| format!("{}{unit}", amount / factor),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_read_with_their_units() {
        assert_eq!(duration("12h"), Some(Duration::from_hours(12)));
        assert_eq!(duration("1h30m"), Some(Duration::from_mins(90)));
        assert_eq!(duration("250 ms"), Some(Duration::from_millis(250)));
        assert_eq!(size("64KiB"), Some(65_536));
        assert_eq!(size("1GiB 512MiB"), Some(3 << 29));
    }

    #[test]
    fn a_number_without_its_unit_is_refused_rather_than_guessed() {
        for text in ["", "30", "h", "12 hours", "-1s", "1.5h", "1h 30"] {
            assert_eq!(duration(text), None, "{text}");
        }
        for text in ["64", "64KB", "99999999999TiB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }

    #[test]
    fn they_are_shown_in_the_largest_unit_that_fits() {
        assert_eq!(show_duration(Duration::from_mins(90)), "90m");
        assert_eq!(show_duration(Duration::ZERO), "0ms");
        assert_eq!(show_size(1 << 30), "1GiB");
    }
}
