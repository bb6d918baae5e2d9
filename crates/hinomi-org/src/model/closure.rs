// SPDX-License-Identifier: Apache-2.0
//! The closure of a history: one row for every (ancestor, descendant) and every interval in which they were that.
//!
//! Walking up from a unit, each step cuts the interval to the parent's own versions:
//!
//! ```text
//! D1 under JP [0, 5), under EU [5, ∞)      JP under HQ [0, ∞)
//!  ⇒ (JP, D1, 1) [0,5)   (EU, D1, 1) [5,∞)   (HQ, D1, 2) [0,∞)   — adjacent pieces are joined
//! ```

use hinomi_core::{Time, UnitId};

use super::{History, UnitVersion};

/// `ancestor` stood `depth` steps above `descendant` during `[from, to)`; depth 0 is the unit itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClosureRow {
    pub ancestor: UnitId,
    pub descendant: UnitId,
    pub from: Time,
    pub to: Time,
    pub depth: i64,
}

pub(super) fn closure(history: &History) -> Vec<ClosureRow> {
    let mut rows = Vec::new();
    for unit in history.units() {
        for version in &unit.versions {
            let itself = ClosureRow {
                ancestor: unit.id,
                descendant: unit.id,
                from: version.from,
                to: version.to,
                depth: 0,
            };
            rows.push(itself);
            let mut path = vec![unit.id];
            walk_up(history, version, itself, &mut path, &mut |row| rows.push(row));
        }
    }
    join_adjacent(rows)
}

/// Whether the unit meets itself on the way up during this version.
pub(super) fn stands_below_itself(history: &History, unit: UnitId, version: &UnitVersion) -> bool {
    let start = ClosureRow { ancestor: unit, descendant: unit, from: version.from, to: version.to, depth: 0 };
    let mut path = vec![unit];
    walk_up(history, version, start, &mut path, &mut |_| {})
}

/// Reports each ancestor above `version` during `below`; true when the way up comes back to where it started.
fn walk_up(
    history: &History,
    version: &UnitVersion,
    below: ClosureRow,
    path: &mut Vec<UnitId>,
    report: &mut impl FnMut(ClosureRow),
) -> bool {
    let Some(parent) = version.parent.and_then(|parent| history.get(parent)) else { return false };
    if path.contains(&parent.id) {
        return path.first() == Some(&parent.id);
    }
    path.push(parent.id);
    let mut circular = false;
    for above in &parent.versions {
        let from = above.from.max(below.from);
        let to = above.to.min(below.to);
        if from < to {
            let row = ClosureRow { ancestor: parent.id, from, to, depth: below.depth + 1, ..below };
            report(row);
            circular |= walk_up(history, above, row, path, report);
        }
    }
    path.pop();
    circular
}

fn join_adjacent(mut rows: Vec<ClosureRow>) -> Vec<ClosureRow> {
    rows.sort_unstable();
    let mut joined: Vec<ClosureRow> = Vec::with_capacity(rows.len());
    for row in rows {
        match joined.last_mut() {
            Some(last)
                if (last.ancestor, last.descendant, last.depth, last.to)
                    == (row.ancestor, row.descendant, row.depth, row.from) =>
            {
                last.to = row.to;
            }
            _ => joined.push(row),
        }
    }
    joined
}
