// SPDX-License-Identifier: Apache-2.0
//! How much work one write transaction of many takes on, found out from how long the last ones were held.

use std::time::Duration;

/// Others are through well within 250 ms, even when a transaction takes twice as long as the one before.
const AIM: Duration = Duration::from_millis(80);

/// A size that follows the machine: a fast one gets few large transactions, a busy one many small ones.
///
/// ```
/// use hinomi_db::Pace;
///
/// let work: Vec<u32> = (0..1_000).collect();
/// let mut pace = Pace::between(10, 500);
/// let (mut left, mut done) = (work.as_slice(), 0);
/// while !left.is_empty() {
///     let (part, rest) = pace.part(left);
///     done += part.len(); // …in a transaction
///     pace.took(part.len(), std::time::Duration::from_millis(1)); // Tx::age before its commit
///     left = rest;
/// }
/// assert_eq!(done, 1_000);
/// ```
#[derive(Debug, Clone)]
pub struct Pace {
    size: usize,
    least: usize,
    most: usize,
}

impl Pace {
    /// Never less than `least` items at once, never more than `most`.
    pub fn between(least: usize, most: usize) -> Self {
        let least = least.max(1);
        let most = most.max(least);
        Pace { size: (least + most) / 2, least, most }
    }

    /// What comes next, and what is left.
    pub fn part<'w, T>(&self, work: &'w [T]) -> (&'w [T], &'w [T]) {
        work.split_at(self.size.min(work.len()))
    }

    /// So many items held the writer for so long.
    pub fn took(&mut self, count: usize, held: Duration) {
        // The last few of a list say little about a whole transaction.
        if held < AIM && count < self.size {
            return;
        }
        let fitting = count as f64 * AIM.as_secs_f64() / held.as_secs_f64().max(0.000_1);
        // A transaction that met a checkpoint says little about the next: half the way, twice at most.
        let next = fitting.clamp(self.size as f64 / 4.0, self.size as f64 * 2.0);
        self.size = (((self.size as f64 + next) / 2.0) as usize).clamp(self.least, self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_follows_the_time_that_a_transaction_takes() {
        let mut pace = Pace::between(20, 1_000);
        // Half a millisecond an item: 160 of them take the time aimed at.
        for _ in 0..20 {
            let count = pace.size;
            pace.took(count, Duration::from_micros(500) * u32::try_from(count).unwrap());
        }
        assert!((140..=180).contains(&pace.size), "{}", pace.size);
        for _ in 0..20 {
            pace.took(pace.size, Duration::from_secs(2));
        }
        assert_eq!(pace.size, 20);
        // A short rest says nothing.
        pace.took(1, Duration::from_micros(1));
        assert_eq!(pace.size, 20);
        for _ in 0..20 {
            pace.took(pace.size, Duration::from_millis(1));
        }
        assert_eq!(pace.size, 1_000);
    }
}
