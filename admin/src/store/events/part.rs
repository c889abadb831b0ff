//! What is looked for in a log, where the log has more to it than the words that are asked for.

use config::snapshot::address::AddressRange;

/// A part of a text, whatever its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part(String);

impl Part {
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.0)
    }
}

/// Whether `wanted`, if anything is, stands in the text.
pub fn has(wanted: Option<&Part>, text: Option<&str>) -> bool {
    wanted.is_none_or(|part| text.is_some_and(|text| part.is_in(text)))
}

/// Whether it is exactly what is wanted, if anything is.
pub fn is<T: PartialEq + ?Sized>(wanted: Option<&T>, value: Option<&T>) -> bool {
    wanted.is_none_or(|wanted| value == Some(wanted))
}

/// Whether an address as it was written to a log is within the range.
pub fn is_within(wanted: Option<&AddressRange>, address: Option<&str>) -> bool {
    wanted.is_none_or(|range| {
        let address = address.and_then(|text| text.parse().ok());
        address.is_some_and(|address| range.contains(address))
    })
}

/// The one address of the range as it is written to the logs, if it is only one.
#[must_use]
pub fn only_address(range: Option<&AddressRange>) -> Option<String> {
    let range = range.filter(|range| range.first() == range.last())?;
    Some(range.first().to_string())
}
