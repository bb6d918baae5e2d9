// SPDX-License-Identifier: Apache-2.0
//! What was counted, in a form that sums exactly.

use std::collections::BTreeMap;

/// Thousandths: a measure in part counts 500 of 1,000.
const WHOLE: i64 = 1_000;

/// Counted rows of an indicator. Adding the tallies of two units gives the tally of both together, whatever the order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sum over the rows in scope, in thousandths.
    for_milli: i64,
    in_scope: i64,
    /// The other half, where a score has two: the same of its rows.
    second: (i64, i64),
    /// For medians: value → rows.
    values: BTreeMap<i64, u64>,
}

impl Tally {
    /// So many rows for, among so many in scope.
    pub fn counted(rows_for: i64, in_scope: i64) -> Self {
        Self { for_milli: rows_for.saturating_mul(WHOLE), in_scope, ..Self::default() }
    }

    /// As it is stored.
    pub fn of_milli(for_milli: i64, in_scope: i64) -> Self {
        Self { for_milli, in_scope, ..Self::default() }
    }

    /// One row in scope, with its share (in thousandths) for.
    pub fn add_row(&mut self, for_milli: i64) {
        self.for_milli = self.for_milli.saturating_add(for_milli);
        self.in_scope += 1;
    }

    /// One row with a value, such as days.
    pub fn add_value(&mut self, value: i64) {
        self.in_scope += 1;
        *self.values.entry(value).or_default() += 1;
    }

    /// Takes one row with this value away.
    pub fn remove_value(&mut self, value: i64) {
        if let Some(rows) = self.values.get_mut(&value) {
            *rows -= 1;
            self.in_scope -= 1;
            if *rows == 0 {
                self.values.remove(&value);
            }
        }
    }

    /// A further thing in scope, or one that adds to what is counted without being in scope.
    pub fn add_parts(&mut self, for_milli: i64, in_scope: i64) {
        self.for_milli = self.for_milli.saturating_add(for_milli);
        self.in_scope = self.in_scope.saturating_add(in_scope);
    }

    /// The same of the other half.
    pub fn add_to_second(&mut self, for_milli: i64, in_scope: i64) {
        self.second.0 = self.second.0.saturating_add(for_milli);
        self.second.1 = self.second.1.saturating_add(in_scope);
    }

    pub fn merge(&mut self, other: &Self) {
        self.add_parts(other.for_milli, other.in_scope);
        self.add_to_second(other.second.0, other.second.1);
        for (value, rows) in &other.values {
            *self.values.entry(*value).or_default() += rows;
        }
    }

    /// Of both halves.
    pub fn for_milli(&self) -> i64 {
        self.for_milli.saturating_add(self.second.0)
    }

    /// Of both halves.
    pub fn in_scope(&self) -> i64 {
        self.in_scope.saturating_add(self.second.1)
    }

    pub fn is_empty(&self) -> bool {
        self.in_scope() <= 0
    }

    /// The mean of both halves' shares, one with nothing in scope being whole; `None` when neither has anything.
    pub fn halves(&self) -> Option<f64> {
        let share = |for_milli: i64, in_scope: i64| {
            if in_scope > 0 { for_milli as f64 / WHOLE as f64 / in_scope as f64 } else { 1.0 }
        };
        let both = share(self.for_milli, self.in_scope) + share(self.second.0, self.second.1);
        (!self.is_empty()).then_some(both / 2.0)
    }

    /// What is counted by what is in scope; `None` when nothing is.
    pub fn ratio(&self) -> Option<f64> {
        (self.in_scope > 0).then(|| self.for_milli as f64 / WHOLE as f64 / self.in_scope as f64)
    }

    /// The middle value, or the mean of the two middle ones; `None` without values.
    pub fn median(&self) -> Option<f64> {
        let rows: u64 = self.values.values().sum();
        let lower = self.value_at(rows.checked_sub(1)? / 2)?;
        let upper = self.value_at(rows / 2)?;
        Some((lower as f64 + upper as f64) / 2.0)
    }

    fn value_at(&self, position: u64) -> Option<i64> {
        let mut passed = 0;
        self.values
            .iter()
            .find(|(_, rows)| {
                passed += **rows;
                passed > position
            })
            .map(|(value, _)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_two_middle_ones() {
        let of = |values: &[i64]| {
            let mut tally = Tally::default();
            values.iter().for_each(|value| tally.add_value(*value));
            tally.median()
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[9]), Some(9.0));
        assert_eq!(of(&[9, 1, 5]), Some(5.0));
        assert_eq!(of(&[1, 2, 2, 9]), Some(2.0));
        assert_eq!(of(&[4, 1, 9, 2]), Some(3.0));
        let mut tally = Tally::default();
        [4, 1, 9].iter().for_each(|value| tally.add_value(*value));
        tally.remove_value(9);
        tally.remove_value(77);
        assert_eq!((tally.median(), tally.in_scope()), (Some(2.5), 2));
    }

    #[test]
    fn pooling_is_the_tally_of_all_rows() {
        let (mut one, mut two, mut all) = (Tally::default(), Tally::default(), Tally::default());
        for value in [3, 8, 8] {
            one.add_value(value);
            all.add_value(value);
        }
        two.add_value(40);
        all.add_value(40);
        one.merge(&two);
        assert_eq!(one, all);
        let mut counted = Tally::counted(1, 2);
        counted.merge(&Tally::counted(9, 98));
        // Never the mean of 50 % and 9 %.
        assert_eq!(counted.ratio(), Some(0.1));
        assert_eq!(Tally::default().ratio(), None);
    }

    #[test]
    fn halves_are_pooled_each_for_itself_and_an_empty_one_is_whole() {
        let mut tally = Tally::default();
        assert_eq!(tally.halves(), None);
        tally.add_parts(0, 1);
        assert_eq!(tally.halves(), Some(0.5), "nothing has come due");
        tally.add_to_second(1_000, 1);
        let mut other = Tally::counted(3, 3);
        other.add_to_second(0, 3);
        tally.merge(&other);
        assert_eq!((tally.halves(), tally.in_scope(), tally.for_milli()), (Some(0.5), 8, 4_000));
    }
}
