// SPDX-License-Identifier: Apache-2.0
//! What a month is computed from: the tree of its end, and of each unit itself the counted rows.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_core::Time;
use hinomi_score::maturity::Facts;
use serde::{Deserialize, Serialize};

use super::CountedRow;

/// The names of the counts that stand beside a score; their rows are kept with those of the indicators.
pub const BESIDE: [&str; 4] = ["accepted", "retracted", "retired", "lowered"];

/// Counts that stand beside a score, so that nobody can raise it in silence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Beside {
    /// Tickets that ended otherwise than by a fix, a disappearance or a retraction: accepted risks.
    pub accepted: i64,
    /// Tickets whose advisory was retracted; they count neither for nor against.
    pub retracted: i64,
    /// Assets taken out of use in the month.
    pub retired: i64,
    /// Tickets whose criticality was lowered in the month.
    pub lowered: i64,
}

impl Beside {
    pub fn merge(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.retracted += other.retracted;
        self.retired += other.retired;
        self.lowered += other.lowered;
    }
}

/// How fresh a source was at the month's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SourceState {
    pub source: String,
    pub newest_at: Option<Time>,
    /// Missing or too old: what is made from it scores 0.
    pub blind: bool,
}

/// A unit in preorder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub unit_id: String,
    pub parent_no: Option<usize>,
    /// Persons of the unit itself.
    pub people: i64,
    /// Kind of seat → (filled, required) of the unit itself.
    pub seats: BTreeMap<String, (i64, i64)>,
    /// Month → (reviews held, reviews owed) of the unit itself.
    pub reviews: BTreeMap<String, (i64, i64)>,
    /// Axes whose procedure somebody approved for the unit and what is below it.
    pub approved: BTreeSet<String>,
    /// What was true of the unit, where that is stored and not to be found from the seats.
    pub facts: Option<Facts>,
    pub beside: Beside,
    /// Indicator → rows of the unit itself.
    pub rows: BTreeMap<String, Vec<CountedRow>>,
}

/// Everything that a month is computed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gathered {
    /// A parent before its children.
    pub places: Vec<Place>,
    pub sources: Vec<SourceState>,
    /// Indicators that were gathered; all others are awaited.
    pub gathered: Vec<String>,
    /// Months of which each wants its review, for the gate that asks for it.
    pub review_months: Vec<String>,
    /// Some procedure was approved somewhere, so that its lack says something.
    pub has_approvals: bool,
}

impl Gathered {
    /// Where the unit's rows go; those of a unit that is not in the tree go to the group, so that none is lost.
    pub(crate) fn add(&mut self, unit_no: Option<usize>, indicator: &str, row: CountedRow) {
        let Some(place) = self.places.get_mut(unit_no.unwrap_or(0)) else { return };
        match place.rows.get_mut(indicator) {
            Some(rows) => rows.push(row),
            None => {
                place.rows.insert(indicator.to_owned(), vec![row]);
            }
        }
    }

    pub(crate) fn is_blind(&self, sources: &[String]) -> bool {
        self.sources.iter().any(|state| state.blind && sources.contains(&state.source))
    }
}
