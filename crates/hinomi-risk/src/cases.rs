// SPDX-License-Identifier: Apache-2.0
//! Every case interval, in memory: the heat map of any day is one pass over plain numbers.
//!
//! ```text
//! v_case_interval ─ changed since `sequence` ─→ [from, to, due, unit, criticality] × intervals ─→ counts by unit
//! ```
//! Some forty bytes an interval; a group's 400,000 are counted in a few milliseconds, where the database takes a
//! hundred times as long. Kept fresh by the intervals' `sequence`; losing it loses nothing.

use crate::error::RiskError;
use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::{Db, values};
use std::collections::HashMap;
use std::str::FromStr;

/// When a unit had a case in a criticality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) from_at: i64,
    pub(crate) to_at: i64,
    pub(crate) due_at: i64,
    pub(crate) criticality: u8,
    unit: u32,
}

/// A case over all its intervals, as it stands now: what its ticket says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) opened_at: i64,
    /// The end of time while it is open.
    pub(crate) closed_at: i64,
    pub(crate) criticality: u8,
    unit: u32,
    latest_from: i64,
}

#[derive(Default)]
pub(crate) struct Cases {
    /// The highest change that was read; nothing yet when absent.
    sequence: Option<i64>,
    units: Vec<UnitId>,
    unit_numbers: HashMap<String, u32>,
    intervals: Vec<Interval>,
    cases: HashMap<i64, Case>,
    /// Where an interval stands: (case, from) is its name.
    places: HashMap<(i64, i64), u32>,
}

#[derive(sqlx::FromRow)]
struct Row {
    case_id: i64,
    from_at: i64,
    to_at: i64,
    unit_id: String,
    criticality: i64,
    due_at: i64,
    sequence: i64,
}

impl Cases {
    /// Reads what changed since the last call; the first call reads everything.
    pub(crate) async fn refresh(&mut self, db: &Db) -> Result<(), RiskError> {
        let after = self.sequence.unwrap_or(-1);
        db.each(
            "SELECT case_id, from_at, to_at, unit_id, criticality, due_at, sequence FROM v_case_interval \
             WHERE sequence > $1",
            values![after],
            |row: Row| self.take(row),
        )
        .await?;
        Ok(())
    }

    fn take(&mut self, row: Row) {
        self.sequence = Some(self.sequence.unwrap_or(-1).max(row.sequence));
        let Some(unit) = self.unit_number(row.unit_id) else { return };
        let interval = Interval {
            from_at: row.from_at,
            to_at: row.to_at,
            due_at: row.due_at,
            criticality: row.criticality.clamp(1, 4) as u8,
            unit,
        };
        self.file_case(row.case_id, &interval);
        let next = self.intervals.len() as u32;
        let place = *self.places.entry((row.case_id, row.from_at)).or_insert(next);
        match self.intervals.get_mut(place as usize) {
            Some(known) => *known = interval,
            None => self.intervals.push(interval),
        }
    }

    fn file_case(&mut self, case_id: i64, interval: &Interval) {
        let case = self.cases.entry(case_id).or_insert(Case {
            opened_at: interval.from_at,
            closed_at: interval.to_at,
            criticality: interval.criticality,
            unit: interval.unit,
            latest_from: interval.from_at,
        });
        case.opened_at = case.opened_at.min(interval.from_at);
        if interval.from_at >= case.latest_from {
            (case.latest_from, case.closed_at) = (interval.from_at, interval.to_at);
            (case.unit, case.criticality) = (interval.unit, interval.criticality);
        }
    }

    /// The cases whose unit of now is in the scope.
    pub(crate) fn cases_within(&self, scope: &Scope) -> impl Iterator<Item = &Case> {
        let visible: Vec<bool> = self.units.iter().map(|unit| scope.contains(*unit)).collect();
        self.cases.values().filter(move |case| visible.get(case.unit as usize).copied().unwrap_or(false))
    }

    fn unit_number(&mut self, unit_id: String) -> Option<u32> {
        if let Some(known) = self.unit_numbers.get(&unit_id) {
            return Some(*known);
        }
        let number = self.units.len() as u32;
        self.units.push(UnitId::from_str(&unit_id).ok()?);
        self.unit_numbers.insert(unit_id, number);
        Some(number)
    }

    /// The intervals of units in the scope, each with its unit.
    pub(crate) fn within(&self, scope: &Scope) -> impl Iterator<Item = (UnitId, &Interval)> {
        let visible: Vec<Option<UnitId>> =
            self.units.iter().map(|unit| scope.contains(*unit).then_some(*unit)).collect();
        self.intervals.iter().filter_map(move |interval| {
            visible.get(interval.unit as usize).copied().flatten().map(|unit| (unit, interval))
        })
    }

    /// Open cases at an instant by unit and criticality (at 1 to 4), and how many of them are overdue (at 0).
    pub(crate) fn counts_at(&self, scope: &Scope, at: Time) -> HashMap<UnitId, [i64; 5]> {
        let at = at.as_micros();
        let mut counts = vec![[0i64; 5]; self.units.len()];
        for interval in &self.intervals {
            if interval.from_at <= at
                && at < interval.to_at
                && let Some(of_unit) = counts.get_mut(interval.unit as usize)
            {
                of_unit[usize::from(interval.criticality)] += 1;
                of_unit[0] += i64::from(interval.due_at < at);
            }
        }
        let counted = self.units.iter().copied().zip(counts);
        counted.filter(|(unit, of_unit)| of_unit[1..] != [0; 4] && scope.contains(*unit)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(case_id: i64, from_at: i64, to_at: i64, unit: UnitId, sequence: i64) -> Row {
        Row {
            case_id,
            from_at,
            to_at,
            unit_id: unit.to_string(),
            criticality: 3,
            due_at: from_at + 5,
            sequence,
        }
    }

    #[test]
    fn an_interval_that_ends_later_takes_its_own_place() {
        let unit = UnitId::from_content(&["a"]);
        let mut cases = Cases::default();
        cases.take(row(1, 10, i64::MAX, unit, 1));
        cases.take(row(2, 12, i64::MAX, unit, 2));
        assert_eq!(cases.counts_at(&Scope::all(), Time::from_micros(30))[&unit], [2, 0, 0, 2, 0]);
        cases.take(row(1, 10, 20, unit, 3));
        assert_eq!(cases.counts_at(&Scope::all(), Time::from_micros(30))[&unit], [1, 0, 0, 1, 0]);
        assert_eq!(cases.counts_at(&Scope::all(), Time::from_micros(13))[&unit], [0, 0, 0, 2, 0]);
        assert!(cases.counts_at(&Scope::all(), Time::from_micros(9)).is_empty());
        assert!(cases.counts_at(&Scope::units(Vec::new()), Time::from_micros(13)).is_empty());
        assert_eq!(cases.within(&Scope::all()).count(), 2);
        cases.take(row(1, 25, i64::MAX, unit, 4));
        let mut all: Vec<(i64, i64)> =
            cases.cases_within(&Scope::all()).map(|case| (case.opened_at, case.closed_at)).collect();
        all.sort_unstable();
        assert_eq!(all, [(10, i64::MAX), (12, i64::MAX)]);
    }
}
