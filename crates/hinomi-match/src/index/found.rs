// SPDX-License-Identifier: Apache-2.0
//! What is told of a row that was hit: its evidence, and the version that closes it.

use std::cmp::Ordering;

use super::place::Placed;
use super::{CPE, Index, Row, RowKind};
use crate::arena::NONE;
use crate::evidence::{Evidence, Match, Rule, State, TextNumber};
use crate::query::PackageKey;

/// Rows of one record beyond this are not searched for a better fix than the one of the row that was hit.
const MAX_ROWS_FOR_FIX: usize = 256;

impl Index {
    /// A match by a row: of a package, of the version that was compared and whether that is its source's.
    pub(super) fn match_by(
        &self,
        package: PackageKey,
        row: &Row,
        (installed, by_source): (&str, bool),
        (state, rule, reason): (State, Rule, Option<String>),
    ) -> Match {
        let context = self.contexts.get(row.context as usize);
        let text_of = |number: Option<u32>| number.and_then(|number| self.optional_text(number));
        let enumerated = matches!(row.kind(), RowKind::Exact | RowKind::Text | RowKind::Pattern);
        let compared = matches!(
            row.kind(),
            RowKind::Exact | RowKind::Fixed | RowKind::LastAffected | RowKind::Limit | RowKind::Open
        );
        let entry = self.record(row.record);
        let statement = self.statement(row);
        let said = entry.filter(|_| statement.is_some()).map(|entry| self.said(entry, row));
        Match {
            advisory: entry.map_or("", |entry| self.store.texts.text(entry.id)).to_owned(),
            vulnerability: entry.and_then(|entry| self.optional_text(entry.vulnerability)),
            state,
            fixed: None,
            rule,
            evidence: Box::new(Evidence {
                package,
                release: text_of(context.map(|context| context.release)),
                channel: text_of(context.map(|context| context.channel)),
                module: text_of(context.map(|context| context.module)),
                installed: installed.to_owned(),
                by_source,
                scheme: compared.then(|| row.scheme().name().to_owned()),
                lo: self.optional_text(row.lo_text),
                hi: self.optional_text(if enumerated { row.lo_text } else { row.hi_text }),
                hi_inclusive: enumerated || row.kind() == RowKind::LastAffected,
                affected: row.affected,
                range: (row.range != NONE && row.flags & CPE == 0).then_some(row.range),
                criteria: None,
                host: Vec::new(),
                statements: said.into_iter().collect(),
            }),
            reason,
            id: TextNumber(entry.map(|entry| entry.id)),
        }
    }

    /// The smallest fixed version that leaves the interval which was hit, and that no other interval of the
    /// record contains, as the number of its text. `None` when the interval has no fixed end.
    pub(super) fn fix_of(&self, hit: &Row, applicable: &[&Row]) -> Option<u32> {
        if hit.kind() != RowKind::Fixed {
            return None;
        }
        if matches!(applicable, [_]) {
            return Some(hit.hi_text); // There is no other interval that might contain it.
        }
        let store = &self.store;
        let mut candidate: &Row = hit;
        for _ in 0..MAX_ROWS_FOR_FIX {
            let text = store.texts.text(candidate.hi_text);
            let placed = match candidate.flags & CPE {
                0 => Placed::new(candidate.scheme(), text)?,
                _ => Placed::of_bound(text)?,
            };
            let still_in = |row: &&&Row| row.scheme() == candidate.scheme() && placed.is_in(store, row);
            let Some(next) = applicable.iter().take(MAX_ROWS_FOR_FIX).find(still_in) else {
                return Some(candidate.hi_text);
            };
            // Each step leaves an interval upwards, so none is met twice.
            if next.kind() != RowKind::Fixed || placed.against_end(store, next) != Ordering::Less {
                return None;
            }
            candidate = next;
        }
        None
    }
}
