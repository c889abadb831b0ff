//! Addresses and lists of them, as an operator writes them: single, CIDR, or from-to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::RuleId;
use crate::language::Words;
use crate::snapshot::access::Effect;

/// A list of addresses that lets in or keeps out. An address on a deny list is refused; where there
/// is any allow list, an address must be on one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpList {
    pub id: RuleId,
    pub name: String,
    pub effect: Effect,
    pub entries: Arc<[IpEntry]>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IpEntry {
    #[schema(value_type = String)]
    pub range: AddressRange,
    #[serde(default)]
    pub note: String,
    /// From this moment on, in milliseconds since 1970, it counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// All addresses from `first` to `last`, both included, of one family. IPv4-mapped IPv6 addresses
/// are held as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressRange {
    first: IpAddr,
    last: IpAddr,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not an address, a CIDR block or a range: {why}")]
pub struct InvalidRange {
    pub text: String,
    pub why: &'static str,
}

/// What is allowed where an address range is asked for.
pub const RANGE_ALLOWED: Words = (
    "write 192.0.2.7, 192.0.2.0/24, 192.0.2.10-192.0.2.20, 2001:db8::/32 or the like",
    "请填写 192.0.2.7、192.0.2.0/24、192.0.2.10-192.0.2.20、2001:db8::/32 等形式",
);

impl AddressRange {
    /// # Errors
    /// If the ends are of different families or in the wrong order.
    pub fn new(first: IpAddr, last: IpAddr) -> Result<Self, InvalidRange> {
        let (first, last) = (first.to_canonical(), last.to_canonical());
        let invalid = |why| InvalidRange {
            text: format!("{first}-{last}"),
            why,
        };
        if first.is_ipv4() != last.is_ipv4() {
            return Err(invalid("both ends must be of one family"));
        }
        if first > last {
            return Err(invalid("the first address is above the last"));
        }
        Ok(Self { first, last })
    }

    #[must_use]
    pub fn first(&self) -> IpAddr {
        self.first
    }

    #[must_use]
    pub fn last(&self) -> IpAddr {
        self.last
    }

    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && self.first <= address && address <= self.last
    }
}

impl FromStr for AddressRange {
    type Err = InvalidRange;

    fn from_str(text: &str) -> Result<Self, InvalidRange> {
        let invalid = |why| InvalidRange {
            text: text.to_owned(),
            why,
        };
        let trimmed = text.trim();
        if let Some((first, last)) = trimmed.split_once('-') {
            let first: IpAddr = first
                .trim()
                .parse()
                .map_err(|_| invalid("the first address is not valid"))?;
            let last: IpAddr = last
                .trim()
                .parse()
                .map_err(|_| invalid("the last address is not valid"))?;
            return Self::new(first, last).map_err(|e| invalid(e.why));
        }
        if trimmed.contains('/') {
            let net: ipnet::IpNet = trimmed
                .parse()
                .map_err(|_| invalid("the CIDR block is not valid"))?;
            let (first, last) = (net.network(), net.broadcast());
            return Self::new(first, last).map_err(|e| invalid(e.why));
        }
        let one: IpAddr = trimmed
            .parse()
            .map_err(|_| invalid("the address is not valid"))?;
        Self::new(one, one)
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return write!(f, "{}", self.first);
        }
        let host_bits = if self.first.is_ipv4() { 32 } else { 128 };
        for length in 0..host_bits {
            if let Ok(net) = ipnet::IpNet::new(self.first, length)
                && net.network() == self.first
                && net.broadcast() == self.last
            {
                return write!(f, "{net}");
            }
        }
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl Serialize for AddressRange {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AddressRange {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(|e| serde::de::Error::custom(format!("{e}; {}", RANGE_ALLOWED.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_writing_a_range_is_read_and_written_back_shortest() {
        for (written, shortest) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.77/24", "192.0.2.0/24"),
            ("192.0.2.0-192.0.2.255", "192.0.2.0/24"),
            ("192.0.2.10 - 192.0.2.20", "192.0.2.10-192.0.2.20"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8::/32", "2001:db8::/32"),
        ] {
            assert_eq!(
                written.parse::<AddressRange>().unwrap().to_string(),
                shortest
            );
        }
    }

    #[test]
    fn a_range_that_makes_no_sense_is_refused() {
        for text in [
            "",
            "example.com",
            "10.0.0.0/33",
            "10.0.0.2-10.0.0.1",
            "10.0.0.1-::1",
            "10.0.0.1-",
        ] {
            assert!(text.parse::<AddressRange>().is_err(), "{text}");
        }
    }
}
