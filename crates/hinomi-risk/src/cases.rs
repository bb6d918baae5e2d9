// SPDX-License-Identifier: Apache-2.0
//! Every case interval, in memory: the heat map of any day is one pass over plain numbers.
//!
//! ```text
//! v_case_interval ─ changed since `sequence` ─→ [from, to, due, unit, criticality │ since, next] × intervals ─→ counts
//! ```
//! Some fifty bytes an interval; a group's 400,000 are counted in a few milliseconds, where the database takes a
//! hundred times as long. What an interval has to know of its case (since when it is open, when the next interval begins)
//! stands beside it, so that no question follows cases from interval to interval. Kept fresh by the intervals' `sequence`;
//! losing it loses nothing.

use crate::error::RiskError;
use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::{Db, values};
use std::collections::HashMap;
use std::str::FromStr;

/// There is no later one.
const NEVER: i64 = i64::MAX;

/// When a unit had a case in a criticality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) from_at: i64,
    pub(crate) to_at: i64,
    pub(crate) due_at: i64,
    /// When the case was opened, the last time before this interval.
    since: i64,
    /// When the case's next interval begins.
    next_from: i64,
    unit: u32,
    pub(crate) criticality: u8,
    /// The case was closed and came back, before this interval or after it.
    returned: bool,
}

impl Interval {
    fn opens(&self) -> bool {
        self.since == self.from_at
    }

    fn closes(&self) -> bool {
        self.to_at != NEVER && self.next_from != self.to_at
    }
}

/// A case as it stood at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) criticality: u8,
    /// When it was opened, the last time if it has come back since; absent while it is closed.
    pub(crate) open_since: Option<i64>,
}

/// When a case was opened, or closed, however its unit and criticality changed meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    Opened(i64),
    Closed(i64),
}

#[derive(Default)]
pub(crate) struct Cases {
    /// The highest change that was read; nothing yet when absent.
    sequence: Option<i64>,
    units: Vec<UnitId>,
    unit_numbers: HashMap<String, u32>,
    intervals: Vec<Interval>,
    /// Where the intervals of each case stand, in the order of time.
    cases: HashMap<i64, Vec<u32>>,
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

const CHANGED: &str = "SELECT case_id, from_at, to_at, unit_id, criticality, due_at, sequence FROM v_case_interval \
                       WHERE sequence > $1";

impl Cases {
    /// Reads what changed since the last call, row by row: the first call reads everything.
    pub(crate) async fn refresh(&mut self, db: &Db) -> Result<(), RiskError> {
        let after = values![self.sequence.unwrap_or(-1)];
        db.each(CHANGED, after, |row: Row| self.take(row)).await?;
        Ok(())
    }

    /// Whether anything changed since; true before the first call of [`Self::refresh`].
    pub(crate) async fn is_old(&self, db: &Db) -> Result<bool, RiskError> {
        let Some(after) = self.sequence else { return Ok(true) };
        let newer =
            "SELECT COUNT(*) FROM (SELECT 1 FROM v_case_interval WHERE sequence > $1 LIMIT 1) AS newer";
        Ok(db.scalar::<i64>(newer, values![after]).await? > 0)
    }

    fn take(&mut self, row: Row) {
        self.sequence = Some(self.sequence.unwrap_or(-1).max(row.sequence));
        let Some(unit) = self.unit_number(row.unit_id) else { return };
        let interval = Interval {
            from_at: row.from_at,
            to_at: row.to_at,
            due_at: row.due_at,
            since: row.from_at,
            next_from: NEVER,
            unit,
            criticality: row.criticality.clamp(1, 4) as u8,
            returned: false,
        };
        let next = self.intervals.len() as u32;
        let places = self.cases.entry(row.case_id).or_default();
        let at = places.partition_point(|place| self.intervals[*place as usize].from_at < interval.from_at);
        match places.get(at).map(|place| *place as usize) {
            Some(known) if self.intervals[known].from_at == interval.from_at => {
                self.intervals[known] = interval;
            }
            _ => {
                places.insert(at, next);
                self.intervals.push(interval);
            }
        }
        link(&mut self.intervals, places);
    }

    fn of_case<'a>(&'a self, places: &'a [u32]) -> impl Iterator<Item = &'a Interval> {
        places.iter().map(|place| &self.intervals[*place as usize])
    }

    fn visible(&self, scope: &Scope) -> Vec<bool> {
        self.units.iter().map(|unit| scope.contains(*unit)).collect()
    }

    /// The cases that had been opened by an instant, of units in the scope as they were then, or when they were closed.
    pub(crate) fn standing_at(&self, scope: &Scope, at: Time) -> impl Iterator<Item = Standing> {
        let (at, visible) = (at.as_micros(), self.visible(scope));
        self.intervals.iter().filter_map(move |interval| {
            let is_last = interval.from_at <= at && at < interval.next_from;
            (is_last && visible[interval.unit as usize]).then(|| Standing {
                criticality: interval.criticality,
                open_since: (at < interval.to_at).then_some(interval.since),
            })
        })
    }

    /// Hands over the openings and closings of each case in the order of time, each with whether its unit of then is
    /// in the scope. Of a case that never came back they come one by one.
    pub(crate) fn each_case(&self, scope: &Scope, mut visit: impl FnMut(&[(Edge, bool)])) {
        let visible = self.visible(scope);
        let mut returned = false;
        for interval in &self.intervals {
            if interval.returned {
                returned = true;
                continue;
            }
            let is_visible = visible[interval.unit as usize];
            if interval.opens() {
                visit(&[(Edge::Opened(interval.from_at), is_visible)]);
            }
            if interval.closes() {
                visit(&[(Edge::Closed(interval.to_at), is_visible)]);
            }
        }
        if !returned {
            return;
        }
        let mut edges = Vec::new();
        for places in self.cases.values().filter(|places| places.len() > 1) {
            edges.clear();
            for interval in self.of_case(places).filter(|interval| interval.returned) {
                let is_visible = visible[interval.unit as usize];
                edges.extend(interval.opens().then_some((Edge::Opened(interval.from_at), is_visible)));
                edges.extend(interval.closes().then_some((Edge::Closed(interval.to_at), is_visible)));
            }
            visit(&edges);
        }
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

/// Tells the intervals of one case what they have to know of each other.
fn link(intervals: &mut [Interval], places: &[u32]) {
    let mut since = NEVER;
    let mut ended_at = None;
    let mut openings = 0;
    for (no, place) in places.iter().enumerate() {
        let next_from = places.get(no + 1).map_or(NEVER, |next| intervals[*next as usize].from_at);
        let interval = &mut intervals[*place as usize];
        if ended_at != Some(interval.from_at) {
            since = interval.from_at;
            openings += 1;
        }
        ended_at = Some(interval.to_at);
        (interval.since, interval.next_from) = (since, next_from);
    }
    for place in places {
        intervals[*place as usize].returned = openings > 1;
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
    }

    /// Open from 10 to 20, of a higher criticality in between, and again from 50.
    fn came_back(unit: UnitId, later: UnitId) -> Cases {
        let mut cases = Cases::default();
        // Changes come in the order in which they were written, not in that of time.
        cases.take(row(1, 50, i64::MAX, later, 3));
        cases.take(Row { criticality: 4, ..row(1, 14, 20, unit, 2) });
        cases.take(row(1, 10, 14, unit, 1));
        cases
    }

    #[test]
    fn a_case_is_as_it_was_then() {
        let (unit, later) = (UnitId::from_content(&["a"]), UnitId::from_content(&["b"]));
        let cases = came_back(unit, later);
        let at = |scope: &Scope, at: i64| cases.standing_at(scope, Time::from_micros(at)).next();
        let standing = |criticality, open_since| Some(Standing { criticality, open_since });
        let all = Scope::all();
        assert_eq!(at(&all, 9), None);
        assert_eq!(at(&all, 13), standing(3, Some(10)));
        assert_eq!(at(&all, 15), standing(4, Some(10)));
        assert_eq!(at(&all, 30), standing(4, None));
        assert_eq!(at(&all, 60), standing(3, Some(50)));
        let first = Scope::units(vec![unit]);
        assert_eq!((at(&first, 30), at(&first, 60)), (standing(4, None), None));
    }

    #[test]
    fn each_opening_and_closing_is_told_with_the_unit_of_then() {
        let (unit, later) = (UnitId::from_content(&["a"]), UnitId::from_content(&["b"]));
        let mut told = Vec::new();
        came_back(unit, later).each_case(&Scope::units(vec![unit]), |edges| told.extend_from_slice(edges));
        assert_eq!(told, [(Edge::Opened(10), true), (Edge::Closed(20), true), (Edge::Opened(50), false)]);
    }
}
