//! Whose turn it is: a list in which each upstream comes as often as its weight says, spread evenly.

use std::iter::{Chain, Copied};
use std::slice::Iter;

/// Longer lists are not made: weights are scaled down until their sum fits.
const LONGEST: u32 = 4096;

/// Places of upstreams in the pool, in the order of their turns.
#[derive(Debug, Default)]
pub struct Turns(Vec<usize>);

impl Turns {
    /// Spreads by the smooth weighted round-robin of nginx: weights 5, 1, 1 give `a a b a c a a`.
    pub fn new(weights: &[u16]) -> Self {
        let weights = scaled(weights);
        let total: i64 = weights.iter().sum();
        let mut current = vec![0_i64; weights.len()];
        let turns = (0..total)
            .filter_map(|_| {
                for (current, weight) in current.iter_mut().zip(&weights) {
                    *current += weight;
                }
                // The first of the highest, so that equal weights keep the operator's order.
                let best = (0..current.len()).rev().max_by_key(|&i| current[i])?;
                current[best] -= total;
                Some(best)
            })
            .collect();
        Self(turns)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All turns once, beginning with the one numbered `turn`.
    pub fn from(&self, turn: usize) -> Chain<Copied<Iter<'_, usize>>, Copied<Iter<'_, usize>>> {
        let start = turn.checked_rem(self.0.len()).unwrap_or(0);
        let (before, after) = self.0.split_at(start);
        after.iter().copied().chain(before.iter().copied())
    }
}

/// The weights divided by what they have in common, and then by as much as makes the list short
/// enough; a weight above 0 stays above 0.
fn scaled(weights: &[u16]) -> Vec<i64> {
    let common = weights
        .iter()
        .copied()
        .fold(0, greatest_common_divisor)
        .max(1);
    let sum: u32 = weights.iter().map(|&w| u32::from(w / common)).sum();
    let divisor = sum.div_ceil(LONGEST).max(1);
    weights
        .iter()
        .map(|&w| i64::from(u32::from(w / common).div_ceil(divisor)))
        .collect()
}

fn greatest_common_divisor(a: u16, b: u16) -> u16 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_spread_evenly_by_weight() {
        assert_eq!(Turns::new(&[5, 1, 1]).0, [0, 0, 1, 0, 2, 0, 0]);
        assert_eq!(Turns::new(&[1, 1, 1]).0, [0, 1, 2]);
        assert_eq!(Turns::new(&[300, 0, 100]).0, [0, 0, 2, 0]);
    }

    #[test]
    fn an_upstream_without_weight_gets_no_turn() {
        assert!(Turns::new(&[0, 0]).is_empty());
        assert!(Turns::new(&[]).from(7).next().is_none());
    }

    #[test]
    fn large_weights_make_no_large_list_and_silence_nobody() {
        let turns = Turns::new(&[u16::MAX, 1, 32_768]);
        assert!(turns.0.len() <= LONGEST as usize + 3);
        assert!(turns.0.contains(&1));
    }

    #[test]
    fn a_round_begins_anywhere_and_sees_every_turn_once() {
        let turns = Turns::new(&[1, 1, 1]);
        assert_eq!(turns.from(usize::MAX).count(), 3);
        assert_eq!(turns.from(4).collect::<Vec<_>>(), [1, 2, 0]);
    }
}
