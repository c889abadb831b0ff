//! Sets of addresses as operators write them, found without looking through them.

use std::net::IpAddr;

use config::snapshot::AddressRange;

use crate::path::intervals::Intervals;

/// Which list holds an address; both families.
pub struct AddressTable {
    v4: Intervals<u32>,
    v6: Intervals<u128>,
}

impl AddressTable {
    /// Where lists overlap, the one with the lowest number holds.
    #[must_use]
    pub fn build(ranges: impl IntoIterator<Item = (AddressRange, u32)>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (range, list) in ranges {
            match (range.first(), range.last()) {
                (IpAddr::V4(a), IpAddr::V4(b)) => v4.push((a.to_bits(), b.to_bits(), list)),
                (IpAddr::V6(a), IpAddr::V6(b)) => v6.push((a.to_bits(), b.to_bits(), list)),
                // A range is of one family.
                _ => {}
            }
        }
        Self {
            v4: Intervals::build(v4),
            v6: Intervals::build(v6),
        }
    }

    /// The memory that it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.v4.bytes() + self.v6.bytes()
    }

    /// An IPv4 address in IPv6 clothes (RFC 4291 §2.5.5.2) is looked up as what it is.
    #[must_use]
    pub fn find(&self, address: IpAddr) -> Option<u32> {
        match address.to_canonical() {
            IpAddr::V4(address) => self.v4.find(address.to_bits()),
            IpAddr::V6(address) => self.v6.find(address.to_bits()),
        }
    }
}

/// Addresses without a difference between them.
pub struct AddressSet(AddressTable);

impl AddressSet {
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.find(address).is_some()
    }
}

impl<'a> FromIterator<&'a AddressRange> for AddressSet {
    fn from_iter<I: IntoIterator<Item = &'a AddressRange>>(ranges: I) -> Self {
        let ranges = ranges.into_iter().map(|range| (*range, 0));
        Self(AddressTable::build(ranges))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_its_ranges_hold_in_either_family() {
        let ranges = ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"];
        let ranges = ranges.map(|range| range.parse::<AddressRange>().unwrap());
        let set: AddressSet = ranges.iter().collect();
        for (address, inside) in [
            ("10.255.255.255", true),
            ("11.0.0.0", false),
            ("192.0.2.7", true),
            ("::ffff:192.0.2.7", true),
            ("192.0.2.8", false),
            ("2001:db8:ffff::1", true),
            ("2001:db9::", false),
            ("::a00:1", false),
        ] {
            assert_eq!(set.contains(address.parse().unwrap()), inside, "{address}");
        }
    }
}
