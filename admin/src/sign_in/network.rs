//! From which network somebody comes, as far as an address alone tells.

use std::net::IpAddr;
use std::time::Duration;

/// A network that was seen so long ago is no longer known.
pub const NETWORK_LIFE: Duration = Duration::from_hours(24 * 90);

/// The first 24 bits of an IPv4 address, 48 of an IPv6 address: what one customer has.
#[must_use]
pub fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.octets()[..3].to_vec(),
        IpAddr::V6(v6) => v6.octets()[..6].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn a_network_is_what_one_customer_has() {
        for (one, other, is_same) in [
            ("192.0.2.7", "192.0.2.200", true),
            ("192.0.2.7", "192.0.3.7", false),
            ("2001:db8:1::1", "2001:db8:1:ffff::2", true),
            ("2001:db8:1::1", "2001:db8:2::1", false),
            ("::ffff:192.0.2.7", "192.0.2.9", true),
        ] {
            let of = |text: &str| network(text.parse().unwrap());
            assert_eq!(of(one) == of(other), is_same, "{one} {other}");
        }
    }
}
