// SPDX-License-Identifier: Apache-2.0
//! From gathered rows to the figures of every unit.
//!
//! ```text
//! own rows ─→ tallies ─ children into parents ─→ indicator scores ─→ axis index ─→ level
//! ```

use std::collections::{BTreeMap, HashMap};

use hinomi_score::maturity::{Axis, AxisIndex, Facts, FormulaSet, Indicator, Outcome, Shape, Tally};

use super::{Beside, CountedRow, Gathered, Place, Subject};

/// An indicator of one unit's subtree.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorFigure {
    pub code: String,
    pub outcome: Outcome,
    pub for_milli: i64,
    pub in_scope: i64,
    pub value: Option<f64>,
}

/// An axis of one unit's subtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AxisFigure {
    pub axis: Axis,
    pub index: AxisIndex,
    pub level: u8,
}

/// All figures of one unit's subtree.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFigures {
    pub people: i64,
    pub facts: Facts,
    pub beside: Beside,
    pub indicators: Vec<IndicatorFigure>,
    pub axes: Vec<AxisFigure>,
}

/// A month, by place.
pub type Computed = Vec<UnitFigures>;

/// Sums of a subtree on their way up.
#[derive(Debug, Clone, Default)]
struct Sums {
    people: i64,
    beside: Beside,
    seats: BTreeMap<String, (i64, i64)>,
    reviews: BTreeMap<String, (i64, i64)>,
    tallies: BTreeMap<String, Tally>,
}

/// Computes every unit. `before` gives the indices of earlier months, the latest first, by unit and axis.
pub fn compute(
    set: &FormulaSet,
    gathered: &Gathered,
    before: &HashMap<(String, Axis), Vec<Option<i64>>>,
) -> Computed {
    let mut sums = own_sums(set, gathered);
    for no in (1..sums.len()).rev() {
        let Some(parent) = gathered.places[no].parent_no.filter(|parent| *parent < no) else { continue };
        let (upper, lower) = sums.split_at_mut(no);
        upper[parent].merge(&lower[0]);
    }
    let mut figures: Computed = Vec::with_capacity(sums.len());
    for (place, sums) in gathered.places.iter().zip(&sums) {
        let above = place.parent_no.and_then(|parent| figures.get(parent)).map(|parent| &parent.facts);
        let facts = place.facts.clone().unwrap_or_else(|| facts_of(set, (gathered, place), sums, above));
        figures.push(figures_of(set, gathered, sums, facts, |axis| {
            before.get(&(place.unit_id.clone(), axis)).map_or(&[], Vec::as_slice)
        }));
    }
    figures
}

fn own_sums(set: &FormulaSet, gathered: &Gathered) -> Vec<Sums> {
    let own = |place: &Place| {
        let tallies = place.rows.iter().filter_map(|(code, rows)| {
            let indicator = set.indicator(code)?;
            Some((code.clone(), tally_of(indicator, rows)))
        });
        Sums {
            people: place.people,
            beside: place.beside,
            seats: place.seats.clone(),
            reviews: place.reviews.clone(),
            tallies: tallies.collect(),
        }
    };
    gathered.places.iter().map(own).collect()
}

/// The tally of rows, as the indicator's shape wants it.
pub(crate) fn tally_of(indicator: &Indicator, rows: &[CountedRow]) -> Tally {
    let mut tally = Tally::default();
    for row in rows {
        match indicator.shape {
            Shape::MedianFalling { .. } => tally.add_value(row.amount),
            // One half is about departments, the other about what they did.
            Shape::Halves if !matches!(row.subject, Subject::Unit(_)) => {
                tally.add_to_second(row.amount, i64::from(row.in_scope));
            }
            _ => tally.add_parts(row.amount, i64::from(row.in_scope)),
        }
    }
    tally
}

impl Sums {
    fn merge(&mut self, child: &Self) {
        self.people += child.people;
        self.beside.merge(&child.beside);
        for (kind, (filled, required)) in &child.seats {
            let sum = self.seats.entry(kind.clone()).or_default();
            sum.0 += filled;
            sum.1 += required;
        }
        for (month, (held, owed)) in &child.reviews {
            let sum = self.reviews.entry(month.clone()).or_default();
            sum.0 += held;
            sum.1 += owed;
        }
        for (code, tally) in &child.tallies {
            self.tallies.entry(code.clone()).or_default().merge(tally);
        }
    }
}

/// The key under which it is kept whether the seats of a kind are filled.
fn seat_fact(kind: &str) -> String {
    format!("seat:{kind}")
}

/// Every seat of the kind below the unit is filled; a unit without one looks to what it belongs to.
fn facts_of(
    set: &FormulaSet,
    (gathered, place): (&Gathered, &Place),
    sums: &Sums,
    above: Option<&Facts>,
) -> Facts {
    let mut facts = Facts::new();
    for rule in &set.axes {
        let key = seat_fact(&rule.owner_seat);
        let own = sums.seats.get(&rule.owner_seat).filter(|(_, required)| *required > 0);
        let filled = match own {
            Some((filled, required)) => Some(filled == required),
            None => above.and_then(|above| above.get(&key)).copied(),
        };
        facts.insert(key, filled.unwrap_or(false));
        if gathered.has_approvals {
            let key = procedure_fact(rule.code);
            let is_above = above.and_then(|above| above.get(&key)).copied().unwrap_or(false);
            facts.insert(key, is_above || place.approved.contains(rule.code.code()));
        }
    }
    if !sums.reviews.is_empty() {
        let is_held =
            |month: &String| sums.reviews.get(month).is_some_and(|(held, owed)| *owed > 0 && held == owed);
        let is_held = gathered.review_months.iter().all(is_held);
        facts.insert(REVIEWED.to_owned(), is_held);
    }
    facts
}

/// Every review of the last three months was held.
const REVIEWED: &str = "reviewed-three-months";

/// The key under which it is kept whether an axis has an approved procedure.
fn procedure_fact(axis: Axis) -> String {
    format!("procedure:{}", axis.code())
}

/// The facts of one axis: its own seat is *the* seat.
pub(crate) fn facts_of_axis(set: &FormulaSet, axis: Axis, facts: &Facts) -> Facts {
    let mut of_axis = facts.clone();
    if let Some(filled) = set.axis(axis).and_then(|rule| facts.get(&seat_fact(&rule.owner_seat))) {
        of_axis.insert("owner-seat-filled".to_owned(), *filled);
    }
    if let Some(approved) = facts.get(&procedure_fact(axis)) {
        of_axis.insert("procedure-approved".to_owned(), *approved);
    }
    of_axis
}

fn figures_of<'a>(
    set: &FormulaSet,
    gathered: &Gathered,
    sums: &Sums,
    facts: Facts,
    before: impl Fn(Axis) -> &'a [Option<i64>],
) -> UnitFigures {
    let indicators: Vec<IndicatorFigure> = set
        .indicators
        .iter()
        .filter(|one| gathered.gathered.contains(&one.code) && is_fit(one))
        .map(|one| figure_of(one, gathered, sums))
        .collect();
    let outcome = outcome_in(&indicators);
    let axes = Axis::ALL.into_iter().map(|axis| {
        let index = set.index(axis, &outcome);
        let of_axis = facts_of_axis(set, axis, &facts);
        let level = set.level(axis, index, before(axis), &of_axis, &outcome).level;
        AxisFigure { axis, index, level }
    });
    let axes = axes.collect();
    drop(outcome);
    UnitFigures { people: sums.people, facts, beside: sums.beside, indicators, axes }
}

/// Whether the rows of an indicator are those that its formula speaks of: sets filed before it had rows say it otherwise.
fn is_fit(indicator: &Indicator) -> bool {
    indicator.code != "C4" || indicator.shape == Shape::Halves
}

/// What came of each indicator, of those that there are; the others are awaited.
pub(crate) fn outcome_in(figures: &[IndicatorFigure]) -> impl Fn(&Indicator) -> Outcome + '_ {
    |indicator| {
        figures
            .iter()
            .find(|figure| figure.code == indicator.code)
            .map_or(Outcome::Awaited, |figure| figure.outcome)
    }
}

fn figure_of(indicator: &Indicator, gathered: &Gathered, sums: &Sums) -> IndicatorFigure {
    let empty = Tally::default();
    let tally = sums.tallies.get(&indicator.code).unwrap_or(&empty);
    let assets = sums.tallies.get("S2").is_some_and(|tally| !tally.is_empty());
    // Assets there are, but no source has seen any, or none that knows of vulnerabilities has been heard of: nothing to count is
    // not the same as nothing to do.
    let is_unseen = tally.is_empty()
        && assets
        && (indicator.code == "S1" || indicator.code == "S3" && gathered.is_blind(&indicator.sources));
    let outcome = if is_unseen || (!tally.is_empty() && gathered.is_blind(&indicator.sources)) {
        Outcome::Blind
    } else {
        indicator.score(tally)
    };
    IndicatorFigure {
        code: indicator.code.clone(),
        outcome,
        for_milli: tally.for_milli(),
        in_scope: tally.in_scope(),
        value: indicator.value(tally),
    }
}

#[cfg(test)]
#[path = "compute_tests.rs"]
mod tests;
