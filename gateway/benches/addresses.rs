//! What it costs to judge an address by lists of 10, 10 thousand and a million entries: the intervals
//! that the gate uses, beside a prefix trie. IPv4 entries are spread over all addresses, IPv6 entries
//! crowd in a hundred networks, as they do in life. The bytes are those of the compiled lists.

#![allow(clippy::print_stdout, reason = "it reports what it measured")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use config::snapshot::{AddressRange, Effect, IpEntry, IpList};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gateway::path::ip_rules::IpRules;
use ipnet::Ipv4Net;
use prefix_trie::PrefixMap;

/// Numbers without a pattern that a predictor could learn, the same in each run.
fn scattered(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|n| n.wrapping_mul(2_654_435_761).rotate_left(7) ^ 0x5bd1_e995)
}

fn v4(bits: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(bits))
}

/// A single address in one of a hundred networks.
fn v6(bits: u32) -> IpAddr {
    let network = 0x2001_0db8_u128 << 96 | u128::from(bits % 100) << 64;
    let spread = u128::from(bits.wrapping_mul(0x9e37_79b1)) << 32 | u128::from(bits);
    IpAddr::V6(Ipv6Addr::from_bits(network | spread))
}

fn rules(count: u32, range: impl Fn(u32) -> (IpAddr, IpAddr)) -> IpRules {
    let entry = |bits: u32| {
        let (first, last) = range(bits);
        AddressRange::new(first, last).ok().map(|range| IpEntry {
            range,
            note: String::new(),
            expires_at: None,
        })
    };
    IpRules::compile(
        &[Arc::new(IpList {
            id: "list".into(),
            name: "list".into(),
            effect: Effect::Deny,
            entries: scattered(count).filter_map(entry).collect(),
        })],
        config::Timestamp(0),
    )
}

fn trie(count: u32) -> PrefixMap<Ipv4Net, u32> {
    scattered(count)
        .filter_map(|bits| Some((Ipv4Net::new(Ipv4Addr::from_bits(bits), 26).ok()?.trunc(), 0)))
        .collect()
}

fn tell(kind: &str, count: u32, rules: &IpRules) {
    let each = rules.bytes() / count as usize;
    println!("{count} entries of {kind}: {each} bytes each");
}

fn lookups(criterion: &mut Criterion) {
    let asked: Vec<u32> = scattered(4_096).map(|bits| bits.wrapping_mul(31)).collect();
    let mut group = criterion.benchmark_group("address");
    for count in [10, 10_000, 1_000_000] {
        let spread = rules(count, |bits| (v4(bits & !0xff), v4(bits | 0x3f)));
        tell("IPv4", count, &spread);
        let mut turn = asked.iter().cycle();
        group.bench_function(BenchmarkId::new("IPv4", count), |bencher| {
            bencher.iter(|| spread.judge(v4(turn.next().copied().unwrap_or_default())));
        });
        let crowded = rules(count, |bits| (v6(bits), v6(bits)));
        tell("IPv6", count, &crowded);
        let mut turn = asked.iter().cycle();
        group.bench_function(BenchmarkId::new("IPv6", count), |bencher| {
            bencher.iter(|| crowded.judge(v6(turn.next().copied().unwrap_or_default())));
        });
        let trie = trie(count);
        let mut turn = asked.iter().cycle();
        group.bench_function(BenchmarkId::new("IPv4 trie", count), |bencher| {
            bencher.iter(|| {
                let bits = turn.next().copied().unwrap_or_default();
                let one = Ipv4Net::from(Ipv4Addr::from_bits(bits));
                trie.get_lpm(&one).map(|(_, list)| *list)
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(1));
    targets = lookups
}
criterion_main!(benches);
