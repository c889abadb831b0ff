//! What it costs to judge an address by lists of 10, 10 thousand and a million entries: the merged
//! intervals that the gate uses, beside a prefix trie.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use config::snapshot::{AddressRange, Effect, IpEntry, IpList};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gateway::path::ip_rules::IpRules;
use ipnet::Ipv4Net;
use prefix_trie::PrefixMap;

/// Numbers without a pattern that a predictor could learn, the same in each run.
fn scattered(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|n| n.wrapping_mul(2_654_435_761).rotate_left(7) ^ 0x5bd1_e995)
}

fn rules(count: u32) -> IpRules {
    let entry = |bits: u32| {
        let address = IpAddr::V4(Ipv4Addr::from_bits(bits & !0xff));
        let last = IpAddr::V4(Ipv4Addr::from_bits(bits | 0x3f));
        AddressRange::new(address, last).ok().map(|range| IpEntry {
            range,
            note: String::new(),
        })
    };
    IpRules::compile(&[Arc::new(IpList {
        id: "list".into(),
        name: "list".into(),
        effect: Effect::Deny,
        entries: scattered(count).filter_map(entry).collect(),
    })])
}

fn trie(count: u32) -> PrefixMap<Ipv4Net, u32> {
    scattered(count)
        .filter_map(|bits| Some((Ipv4Net::new(Ipv4Addr::from_bits(bits), 26).ok()?.trunc(), 0)))
        .collect()
}

fn lookups(criterion: &mut Criterion) {
    let asked: Vec<u32> = scattered(4_096).map(|bits| bits.wrapping_mul(31)).collect();
    let mut group = criterion.benchmark_group("address");
    for count in [10, 10_000, 1_000_000] {
        let rules = rules(count);
        let mut turn = asked.iter().cycle();
        group.bench_function(BenchmarkId::new("intervals", count), |bencher| {
            bencher.iter(|| {
                let bits = turn.next().copied().unwrap_or_default();
                rules.judge(IpAddr::V4(Ipv4Addr::from_bits(bits)))
            });
        });
        let trie = trie(count);
        let mut turn = asked.iter().cycle();
        group.bench_function(BenchmarkId::new("trie", count), |bencher| {
            bencher.iter(|| {
                let bits = turn.next().copied().unwrap_or_default();
                let one = Ipv4Net::from(Ipv4Addr::from_bits(bits));
                trie.get_lpm(&one).map(|(_, list)| *list)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, lookups);
criterion_main!(benches);
