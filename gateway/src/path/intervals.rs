//! Which list holds a number: hundreds of thousands of ranges, cut into segments that do not
//! overlap, found by bisection.

use std::collections::BTreeSet;

/// Segments of the number line, each with the first of the lists that cover it.
pub struct Intervals<T> {
    /// Where each segment begins, ascending.
    starts: Vec<T>,
    /// The list of each segment, or [`NONE`].
    lists: Vec<u32>,
}

const NONE: u32 = u32::MAX;

/// An address as a number.
pub trait Number: Copy + Ord {
    /// The next one; `None` after the last.
    fn next(self) -> Option<Self>;
}

impl Number for u32 {
    fn next(self) -> Option<Self> {
        self.checked_add(1)
    }
}

impl Number for u128 {
    fn next(self) -> Option<Self> {
        self.checked_add(1)
    }
}

impl<T: Number> Intervals<T> {
    /// From ranges (first, last, list). Where lists overlap, the one with the lowest number holds.
    #[must_use]
    pub fn build(mut ranges: Vec<(T, T, u32)>) -> Self {
        merge_within_lists(&mut ranges);
        let mut edges: Vec<(T, bool, u32)> = Vec::with_capacity(ranges.len() * 2);
        for (first, last, list) in ranges {
            edges.push((first, true, list));
            edges.extend(last.next().map(|after| (after, false, list)));
        }
        edges.sort_unstable();

        let (mut starts, mut lists) = (Vec::new(), Vec::new());
        let mut covering = BTreeSet::new();
        let mut edges = edges.into_iter().peekable();
        while let Some((at, opens, list)) = edges.next() {
            if opens {
                covering.insert(list);
            } else {
                covering.remove(&list);
            }
            if edges.peek().is_some_and(|(next, ..)| *next == at) {
                continue;
            }
            let holds = covering.first().copied().unwrap_or(NONE);
            if lists.last().copied().unwrap_or(NONE) != holds {
                starts.push(at);
                lists.push(holds);
            }
        }
        starts.shrink_to_fit();
        lists.shrink_to_fit();
        Self { starts, lists }
    }

    /// The list that holds this number.
    #[must_use]
    pub fn find(&self, number: T) -> Option<u32> {
        let after = self.starts.partition_point(|start| *start <= number);
        let list = self.lists.get(after.checked_sub(1)?)?;
        (*list != NONE).then_some(*list)
    }
}

/// Makes the ranges of one list disjoint and apart, so that each opens and closes once.
fn merge_within_lists<T: Number>(ranges: &mut Vec<(T, T, u32)>) {
    ranges.sort_unstable_by_key(|(first, _, list)| (*list, *first));
    ranges.dedup_by(|next, kept| {
        let touches = next.2 == kept.2 && kept.1.next().is_none_or(|after| next.0 <= after);
        if touches {
            kept.1 = kept.1.max(next.1);
        }
        touches
    });
}

#[cfg(test)]
mod tests {
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

    /// Compared with looking through all ranges one by one.
    #[test]
    fn it_agrees_with_looking_through_all_ranges() {
        let mut seed = 7_u32;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        for _ in 0..200 {
            let ranges: Vec<_> = (0..random(12))
                .map(|_| {
                    let first = random(100);
                    (first, first + random(20), random(3))
                })
                .collect();
            let intervals = Intervals::build(ranges.clone());
            for number in 0..130 {
                let holding = ranges
                    .iter()
                    .filter(|(a, b, _)| (*a..=*b).contains(&number));
                let expected = holding.map(|(_, _, list)| *list).min();
                assert_eq!(intervals.find(number), expected, "{number} in {ranges:?}");
            }
        }
    }
}
