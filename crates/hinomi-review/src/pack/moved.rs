// SPDX-License-Identifier: Apache-2.0
//! Why there are other cases at the end of a month than at its beginning.
//!
//! ```text
//!              at the end: here            elsewhere                nowhere
//! before: here      stayed              moved / handed out          closed
//!    elsewhere  moved / handed in              –                      –
//!      nowhere  opened / reopened              –               came and went
//! ```
//! "Here" is the unit's subtree, each end under its own tree: a department that moves takes its cases along, and the sum still
//! adds up. What stood the same in the same place at both ends is no part of it: only how many there were is.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::document::PackMoved;
use super::store::{CaseRow, TicketFacts};

/// One end of the month.
pub(super) struct End<'a> {
    /// How many cases there were here.
    pub(super) total: i64,
    /// Those that changed in the month, or whose unit came or went.
    pub(super) cases: &'a HashMap<i64, CaseRow>,
    /// The subtree of that day.
    pub(super) units: &'a HashSet<String>,
}

impl<'a> End<'a> {
    fn here(&self, id: i64) -> Option<&'a CaseRow> {
        self.cases.get(&id).filter(|case| self.units.contains(&case.unit_id))
    }
}

/// The sum and, by figure, the cases of each part.
pub(super) fn moved(
    before: &End<'_>,
    after: &End<'_>,
    between: &[(i64, String)],
    facts: &HashMap<i64, TicketFacts>,
    before_at: i64,
) -> (PackMoved, BTreeMap<String, Vec<i64>>) {
    let mut rows: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut put = |part: &str, id: i64| rows.entry(format!("moved.{part}")).or_default().push(id);
    let mut ids: Vec<i64> = before.cases.keys().chain(after.cases.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let (was, is) = (before.here(id), after.here(id));
        match (was, is) {
            (Some(was), Some(is)) if is.criticality > was.criticality => put("raised", id),
            (Some(was), Some(is)) if is.criticality < was.criticality => put("lowered", id),
            (Some(_), Some(_)) | (None, None) => {}
            (None, Some(is)) => put(arrival(before.cases.get(&id), is, facts.get(&id), before_at), id),
            (Some(was), None) => put(departure(was, after.cases.get(&id), facts.get(&id)), id),
        }
    }
    for (id, unit) in between {
        let at_an_end = before.cases.contains_key(id) || after.cases.contains_key(id);
        if !at_an_end && after.units.contains(unit) {
            put("came_and_went", *id);
        }
    }
    let count = |part: &str| rows.get(&format!("moved.{part}")).map_or(0, Vec::len) as i64;
    let sum = PackMoved {
        before: before.total,
        opened: count("opened"),
        reopened: count("reopened"),
        moved_in: count("moved_in"),
        handed_in: count("handed_in"),
        closed_fixed: count("closed_fixed"),
        closed_gone: count("closed_gone"),
        closed_retracted: count("closed_retracted"),
        closed_other: count("closed_other"),
        moved_out: count("moved_out"),
        handed_out: count("handed_out"),
        after: after.total,
        came_and_went: count("came_and_went"),
        raised: count("raised"),
        lowered: count("lowered"),
    };
    (sum, rows)
}

fn arrival(
    elsewhere: Option<&CaseRow>,
    is: &CaseRow,
    facts: Option<&TicketFacts>,
    before_at: i64,
) -> &'static str {
    match elsewhere {
        Some(was) if was.unit_id == is.unit_id => "moved_in",
        Some(_) => "handed_in",
        None if facts.is_some_and(|facts| facts.opened_at <= before_at) => "reopened",
        None => "opened",
    }
}

fn departure(was: &CaseRow, elsewhere: Option<&CaseRow>, facts: Option<&TicketFacts>) -> &'static str {
    match (elsewhere, facts.and_then(|facts| facts.closure.as_deref())) {
        (Some(is), _) if was.unit_id == is.unit_id => "moved_out",
        (Some(_), _) => "handed_out",
        (None, Some("fixed")) => "closed_fixed",
        (None, Some("gone")) => "closed_gone",
        (None, Some("retracted")) => "closed_retracted",
        (None, _) => "closed_other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(list: &[(i64, &str, i64)]) -> HashMap<i64, CaseRow> {
        let case = |(id, unit, criticality): &(i64, &str, i64)| {
            let row = CaseRow {
                case_id: *id,
                unit_id: (*unit).to_owned(),
                system_id: "s".to_owned(),
                criticality: *criticality,
                due_at: 0,
            };
            (*id, row)
        };
        list.iter().map(case).collect()
    }

    fn units(list: &[&str]) -> HashSet<String> {
        list.iter().map(|unit| (*unit).to_owned()).collect()
    }

    fn facts(list: &[(i64, i64, Option<&str>)]) -> HashMap<i64, TicketFacts> {
        let fact = |(id, opened_at, closure): &(i64, i64, Option<&str>)| {
            let closure = closure.map(str::to_owned);
            (*id, TicketFacts { id: *id, closure, opened_at: *opened_at })
        };
        list.iter().map(fact).collect()
    }

    #[test]
    fn the_sum_adds_up_and_every_part_has_its_rows() {
        // B joins the subtree in the month, C leaves it; 6 is handed from A to D, 7 from D to A.
        let first = cases(&[
            (1, "A", 2),
            (2, "A", 3),
            (3, "A", 1),
            (4, "B", 2),
            (5, "C", 2),
            (6, "A", 2),
            (7, "D", 2),
        ]);
        let last = cases(&[
            (1, "A", 4),
            (4, "B", 2),
            (5, "C", 2),
            (6, "D", 2),
            (7, "A", 2),
            (8, "A", 1),
            (9, "A", 1),
        ]);
        let (before_units, after_units) = (units(&["A", "C"]), units(&["A", "B"]));
        // One more stayed as it was.
        let before = End { total: 6, cases: &first, units: &before_units };
        let after = End { total: 6, cases: &last, units: &after_units };
        let facts = facts(&[(2, 1, Some("fixed")), (3, 1, Some("gone")), (8, 150, None), (9, 50, None)]);
        let between = [(10, "A".to_owned()), (11, "D".to_owned())];
        let (sum, rows) = moved(&before, &after, &between, &facts, 100);
        assert_eq!((sum.before, sum.after), (6, 6));
        assert_eq!((sum.opened, sum.reopened, sum.moved_in, sum.handed_in), (1, 1, 1, 1));
        assert_eq!((sum.closed_fixed, sum.closed_gone, sum.moved_out, sum.handed_out), (1, 1, 1, 1));
        assert_eq!((sum.raised, sum.lowered, sum.came_and_went), (1, 0, 1));
        let came = sum.opened + sum.reopened + sum.moved_in + sum.handed_in;
        let closed = sum.closed_fixed + sum.closed_gone + sum.closed_retracted + sum.closed_other;
        assert_eq!(sum.before + came - closed - sum.moved_out - sum.handed_out, sum.after);
        assert_eq!(rows["moved.moved_in"], [4]);
        assert_eq!(rows["moved.moved_out"], [5]);
        assert_eq!(rows["moved.reopened"], [9]);
        assert_eq!(rows["moved.came_and_went"], [10]);
        assert!(!rows.contains_key("moved.lowered"));
    }
}
