//! Where a gateway never connects to, whoever asks for it: addresses at which no application runs, but
//! at which the machine itself, or the cloud that it runs in, tells secrets to whoever asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Instance metadata outside of the link-local networks: Alibaba Cloud's, and that of AWS over IPv6.
const METADATA: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];
/// The first 96 bits of an IPv4 address in IPv6 (RFC 6052 §2.1).
const NAT64: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];

/// Whether no application can be at this address: link-local (cloud metadata among them), unspecified,
/// multicast, broadcast. Loopback and private networks are where applications do run.
#[must_use]
pub fn is_never_an_application(address: IpAddr) -> bool {
    let address = address.to_canonical();
    if METADATA.contains(&address) {
        return true;
    }
    match address {
        IpAddr::V4(v4) => {
            v4.octets()[0] == 0 || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast()
        }
        IpAddr::V6(v6) => {
            v6.is_unspecified()
                || v6.is_unicast_link_local()
                || v6.is_multicast()
                || embedded(v6).is_some_and(is_never_an_application)
        }
    }
}

fn embedded(address: Ipv6Addr) -> Option<IpAddr> {
    let [network @ .., high, low] = address.segments();
    let is_nat64 = network == NAT64;
    let bits = (u32::from(high) << 16) | u32::from(low);
    is_nat64.then(|| IpAddr::V4(Ipv4Addr::from_bits(bits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_27_where_machines_tell_secrets_is_no_application() {
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "100.100.100.200",
            "fd00:ec2::254",
            "fe80::1",
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "224.0.0.1",
            "ff02::1",
            "255.255.255.255",
        ] {
            assert!(
                is_never_an_application(address.parse().unwrap()),
                "{address}"
            );
        }
    }

    #[test]
    fn loopback_and_private_networks_are_where_applications_run() {
        for address in [
            "127.0.0.1",
            "::1",
            "10.0.0.5",
            "192.168.1.9",
            "fd12::1",
            "203.0.113.7",
        ] {
            assert!(
                !is_never_an_application(address.parse().unwrap()),
                "{address}"
            );
        }
    }
}
