//! The client's address against everything that a request may claim about it.

use super::*;

fn trusted() -> AddressSet {
    let proxies = ["10.0.0.0/8", "2001:db8:ffff::/48"];
    let proxies = proxies.map(|range| range.parse().unwrap());
    proxies.iter().collect()
}

fn find(peer: &str, headers: &[(&'static str, &str)]) -> Result<IpAddr, Denial> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), value.parse().unwrap());
    }
    let peer: IpAddr = peer.parse().unwrap();
    client_behind(peer.to_canonical(), &map, &trusted())
}

#[allow(clippy::unnecessary_wraps, reason = "it stands beside refusals")]
fn ok(address: &str) -> Result<IpAddr, Denial> {
    Ok(address.parse().unwrap())
}

const XFF: &str = "x-forwarded-for";
const UNREADABLE: Result<IpAddr, Denial> = Err(Denial::ClientAddressUnreadable);

#[test]
fn attack_05_a_stranger_is_believed_nothing() {
    for header in [
        (XFF, "10.0.0.1"),
        (XFF, "garbage"),
        ("forwarded", "for=10.0.0.1"),
        ("x-real-ip", "10.0.0.1"),
        ("x-client-ip", "10.0.0.1"),
        ("true-client-ip", "10.0.0.1"),
    ] {
        assert_eq!(find("192.0.2.9", &[header]), ok("192.0.2.9"), "{header:?}");
    }
}

#[test]
fn attack_05_the_first_hop_from_the_right_that_is_no_proxy_is_the_client() {
    let peer = "10.0.0.1";
    assert_eq!(find(peer, &[]), ok("10.0.0.1"));
    assert_eq!(find(peer, &[(XFF, "192.0.2.1")]), ok("192.0.2.1"));
    assert_eq!(
        find(peer, &[(XFF, "192.168.0.1, 192.0.2.1, 10.0.0.2")]),
        ok("192.0.2.1")
    );
    assert_eq!(
        find(peer, &[(XFF, "192.168.0.1"), (XFF, "192.0.2.1")]),
        ok("192.0.2.1")
    );
    assert_eq!(find(peer, &[(XFF, "10.0.0.3, 10.0.0.2")]), ok("10.0.0.3"));
}

#[test]
fn attack_05_every_way_to_write_an_address_is_the_same_address() {
    for (written, address) in [
        ("192.0.2.1:4711", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:c000:201]:80", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:0DB8:0::0001", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
    ] {
        assert_eq!(
            find("10.0.0.1", &[(XFF, written)]),
            ok(address),
            "{written}"
        );
    }
    assert_eq!(
        find("::ffff:10.0.0.1", &[(XFF, "192.0.2.1")]),
        ok("192.0.2.1")
    );
    assert_eq!(
        find("2001:db8:ffff::1", &[(XFF, "192.0.2.1")]),
        ok("192.0.2.1")
    );
}

#[test]
fn attack_05_garbage_is_refused_and_never_skipped() {
    for written in [
        "",
        "unknown",
        "localhost",
        "192.0.2.1,",
        "192.0.2.1, ",
        "192.0.2.1, unknown, 10.0.0.2",
        "192.0.2.1 10.0.0.2",
        "fe80::1%eth0",
        "[fe80::1%25eth0]:80",
        "192.0.2.1:port",
        "192.0.2.1:99999",
        "[192.0.2.1]",
        "[2001:db8::1",
        "2001:db8::1]",
        "192.0.2.256",
        "192.0.02.1",
        "0xc0000201",
        "3221225985",
        "127.1",
    ] {
        assert_eq!(find("10.0.0.1", &[(XFF, written)]), UNREADABLE, "{written}");
    }
}

#[test]
fn attack_05_garbage_left_of_the_client_is_nobodys_word() {
    assert_eq!(
        find("10.0.0.1", &[(XFF, "garbage, 192.0.2.1")]),
        ok("192.0.2.1")
    );
}

#[test]
fn attack_05_a_chain_without_end_is_refused() {
    let chain = vec!["10.0.0.2"; 100].join(",");
    assert_eq!(find("10.0.0.1", &[(XFF, &chain)]), UNREADABLE);
}

#[test]
fn attack_05_forwarded_is_read_as_its_standard_has_it() {
    let read = |value: &str| find("10.0.0.1", &[("forwarded", value)]);
    assert_eq!(read("for=192.0.2.1"), ok("192.0.2.1"));
    assert_eq!(
        read("For=\"192.0.2.1:4711\";proto=https;by=10.0.0.1"),
        ok("192.0.2.1")
    );
    assert_eq!(
        read("for=\"[2001:db8::1]:80\", for=10.0.0.7"),
        ok("2001:db8::1")
    );
    assert_eq!(read("for=192.168.0.1, for=192.0.2.1"), ok("192.0.2.1"));
    for garbage in [
        "for=unknown",
        "for=_hidden",
        "for=\"_gazonk\"",
        "for=2001:db8::1",
        "for=\"2001:db8::1\"",
        "for=\"192.0.2.1",
        "for=192.0.2.1;for=192.0.2.2",
        "proto=https",
        "192.0.2.1",
        "for=\"fe80::1%eth0\"",
    ] {
        assert_eq!(read(garbage), UNREADABLE, "{garbage}");
    }
}

#[test]
fn attack_05_two_headers_that_tell_different_stories_are_refused() {
    let both = |xff, forwarded| find("10.0.0.1", &[(XFF, xff), ("forwarded", forwarded)]);
    assert_eq!(both("192.0.2.1", "for=192.0.2.1"), ok("192.0.2.1"));
    assert_eq!(both("192.0.2.1", "for=192.0.2.2"), UNREADABLE);
}
