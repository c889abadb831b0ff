//! The index against looking through all ranges one by one, over numbers near and far.

use super::*;

#[test]
fn overlapping_touching_and_nested_ranges_are_found_to_the_edge() {
    let intervals = Intervals::build(vec![
        (10_u32, 20, 1),
        (21, 25, 1),
        (12, 14, 1),
        (15, 30, 0),
        (u32::MAX, u32::MAX, 2),
    ]);
    for (number, list) in [
        (0, None),
        (9, None),
        (10, Some(1)),
        (14, Some(1)),
        (15, Some(0)),
        (30, Some(0)),
        (31, None),
        (u32::MAX - 1, None),
        (u32::MAX, Some(2)),
    ] {
        assert_eq!(intervals.find(number), list, "{number}");
    }
}

#[test]
fn a_range_over_everything_holds_everything() {
    let all = Intervals::build(vec![(0, u128::MAX, 0)]);
    assert_eq!(all.find(0), Some(0));
    assert_eq!(all.find(u128::MAX), Some(0));
    assert_eq!(Intervals::<u128>::build(Vec::new()).find(7), None);
}

/// The same numbers in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Of any magnitude, so that most are crowded at the lower end of the line.
    fn skewed(&mut self) -> u128 {
        let wide = u128::from(self.next()) << 64 | u128::from(self.next());
        wide >> self.below(128)
    }

    fn list(&mut self) -> u32 {
        u32::try_from(self.below(4)).unwrap()
    }
}

fn agrees<T: Number + std::fmt::Debug>(ranges: &[(T, T, u32)], numbers: &[T]) {
    let intervals = Intervals::build(ranges.to_vec());
    for number in numbers {
        let holding = ranges
            .iter()
            .filter(|(first, last, _)| (first..=last).contains(&number));
        let expected = holding.map(|(_, _, list)| *list).min();
        assert_eq!(
            intervals.find(*number),
            expected,
            "{number:?} in {ranges:?}"
        );
    }
}

#[test]
fn it_agrees_with_looking_through_few_ranges_at_every_number() {
    let mut random = Random(7);
    let numbers: Vec<u32> = (0..130).collect();
    for _ in 0..200 {
        let count = random.below(40);
        let range = |_| {
            let first = u32::try_from(random.below(100)).unwrap();
            let length = u32::try_from(random.below(20)).unwrap();
            (first, first + length, random.list())
        };
        let ranges: Vec<_> = (0..count).map(range).collect();
        agrees(&ranges, &numbers);
    }
}

/// At both edges of every range and beside them, and at numbers in between.
#[test]
fn it_agrees_with_looking_through_ranges_that_crowd_together_or_lie_far_apart() {
    let mut random = Random(11);
    for _ in 0..60 {
        let count = random.below(120);
        let range = |_| {
            let first = random.skewed();
            (
                first,
                first.saturating_add(random.skewed() >> 64),
                random.list(),
            )
        };
        let wide: Vec<_> = (0..count).map(range).collect();
        let narrow = wide.iter().map(|(a, b, list)| (low(*a), low(*b), *list));
        let narrow: Vec<_> = narrow
            .map(|(a, b, list)| (a.min(b), a.max(b), list))
            .collect();
        let edges = wide.iter().flat_map(|(a, b, _)| [*a, *b]);
        let near = |edge: u128| [edge.wrapping_sub(1), edge, edge.wrapping_add(1)];
        let mut numbers: Vec<u128> = edges.flat_map(near).collect();
        numbers.extend((0..50).map(|_| random.skewed()));
        agrees(&wide, &numbers);
        let numbers: Vec<u32> = numbers.iter().copied().map(low).collect();
        agrees(&narrow, &numbers);
    }
}

fn low(number: u128) -> u32 {
    u32::try_from(number & u128::from(u32::MAX)).unwrap()
}

impl<T: Number> Intervals<T> {
    /// How many levels the deepest way has.
    fn depth(&self, slot: Slot) -> usize {
        slot.as_level().map_or(0, |level| {
            let level = &self.levels[level];
            let below = &self.slots[level.slots..level.slots + level.buckets];
            1 + below.iter().map(|s| self.depth(*s)).max().unwrap_or(0)
        })
    }
}

#[test]
fn a_lookup_does_not_grow_with_the_entries_nor_do_they_take_more_than_a_few_bytes() {
    let mut random = Random(3);
    let count = 200_000;
    let v4 = |_| {
        let first = low(u128::from(random.next())) & !0xff;
        (first, first | 0x3f, 0)
    };
    let v4 = Intervals::build((0..count).map(v4).collect());
    assert!(v4.depth(v4.root) <= 2);
    assert!(v4.bytes() <= 34 * count, "{}", v4.bytes() / count);

    // Single addresses in a hundred networks of one provider, as abuse looks like in IPv6.
    let v6 = |_| {
        let network = 0x2001_0db8_u128 << 96 | u128::from(random.below(100)) << 64;
        let first = network | u128::from(random.next());
        (first, first, 0)
    };
    let v6 = Intervals::build((0..count).map(v6).collect());
    assert!(v6.depth(v6.root) <= 3, "{}", v6.depth(v6.root));
    assert!(v6.bytes() <= 64 * count, "{}", v6.bytes() / count);
}

#[test]
fn whoever_spreads_starts_as_badly_as_can_be_gets_no_deeper_than_an_address_is_wide() {
    let powers: Vec<_> = (0..128)
        .map(|bit| (1_u128 << bit, 1_u128 << bit, 0))
        .collect();
    let intervals = Intervals::build(powers);
    assert!(intervals.depth(intervals.root) <= 128 / 4);
    assert!(intervals.bytes() < 128 * 400, "{}", intervals.bytes());
}
