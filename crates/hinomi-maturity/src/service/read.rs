// SPDX-License-Identifier: Apache-2.0
//! A unit's month: index, level and gates of each axis, the indicators with their counts, what stands beside.

use std::collections::HashMap;

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_score::maturity::{Axis, AxisIndex, FormulaSet, GateTest, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

use super::formulas_named;
use super::targets::{self, Target};
use super::tree::{Tree, UnitName, names};
use crate::error::MaturityError;
use crate::model::{Beside, IndicatorFigure, Month, SourceState, facts_of_axis, outcome_in};
use crate::store::figures::{self, IndicatorRow};
use crate::store::snapshots::{self, CloseRow};

/// An evaluated month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MonthView {
    /// YYYY-MM.
    pub month: String,
    /// 0 preview, 1 the close, higher: corrections.
    pub revision: i64,
    /// The month still runs.
    pub preview: bool,
    pub evaluated_at: Time,
    /// Version of the formula set.
    pub formula: String,
    pub actor: String,
    pub reason: String,
    /// Of every counted row.
    pub rows_hash: String,
    pub sources: Vec<SourceState>,
    /// Closed long after its time: what sources keep only as of now was taken down late as well.
    pub late: bool,
    /// The zone in which the month began and ended.
    pub zone: String,
    pub from: Option<Time>,
    pub to: Option<Time>,
}

impl From<CloseRow> for MonthView {
    fn from(row: CloseRow) -> Self {
        Self {
            preview: row.revision == 0,
            late: row.late,
            zone: row.zone,
            from: row.start_at.map(Time::from_micros),
            to: row.end_at.map(Time::from_micros),
            evaluated_at: Time::from_micros(row.evaluated_at),
            sources: serde_json::from_str(&row.sources).unwrap_or_default(),
            month: row.month,
            revision: row.revision,
            formula: row.formula,
            actor: row.actor,
            reason: row.reason,
            rows_hash: row.rows_hash,
        }
    }
}

/// Every evaluation, the newest first.
pub async fn months(db: &Db) -> Result<Vec<MonthView>, MaturityError> {
    Ok(snapshots::closes(db).await?.into_iter().rev().map(MonthView::from).collect())
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GateView {
    pub level: u8,
    /// `rated`, `score`, `score_kept`, `no_weak`, `indicator`, `fact`.
    pub kind: String,
    /// The indicator, or the name of the fact.
    pub subject: Option<String>,
    pub at_least: Option<f64>,
    /// `met`, `not_met`, `awaited`; empty where no unit is looked at.
    pub state: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IndicatorView {
    pub code: String,
    pub version: u32,
    pub weight: u32,
    /// `ratio`, `rising`, `falling`, `median_falling`.
    pub shape: String,
    pub formula: String,
    /// `scored`, `not_in_scope`, `blind`, `awaited`.
    pub state: String,
    /// 0 to 1.
    pub score: Option<f64>,
    /// The share or the median behind it.
    pub value: Option<f64>,
    pub counted: f64,
    pub in_scope: i64,
    /// Points of the axis that it does not bring.
    pub missing_points: f64,
    /// In scope the month before.
    pub in_scope_before: Option<i64>,
    /// More than a fifth more or fewer in scope than the month before.
    pub moved: bool,
    pub sources: Vec<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AxisView {
    pub axis: String,
    /// 0 to 100; absent when the axis is not rated.
    pub score: Option<f64>,
    /// 0 to 4.
    pub level: i64,
    /// Weight of the indicators that count.
    pub weight: i64,
    /// With less weight the axis is not rated.
    pub least_weight: i64,
    /// It speaks of persons and the unit is too small to show it.
    pub withheld: bool,
    pub before: Option<f64>,
    pub target: Option<Target>,
    /// What is missing to the target, in points.
    pub gap: Option<f64>,
    pub gates: Vec<GateView>,
    pub indicators: Vec<IndicatorView>,
    /// Data that its other indicators wait for.
    pub awaits: Vec<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChildAxis {
    pub axis: String,
    pub score: Option<f64>,
    pub level: i64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChildView {
    pub unit: UnitName,
    pub has_children: bool,
    pub axes: Vec<ChildAxis>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnitView {
    pub month: MonthView,
    pub unit: UnitName,
    pub path: Vec<UnitName>,
    pub people: i64,
    pub axes: Vec<AxisView>,
    pub beside: Beside,
    pub children: Vec<ChildView>,
    /// The group wants departments ranked.
    pub ranked: bool,
}

/// One unit's month, as a reader sees it.
pub async fn unit_view(
    db: &Db,
    scope: &Scope,
    unit: Option<UnitId>,
    month: Option<Month>,
) -> Result<UnitView, MaturityError> {
    let tree = Tree::of(db, month).await?;
    let no = tree.find(scope, unit)?;
    let set = formulas_named(db, &tree.close.formula).await?;
    let children = visible_children(&tree, scope, no);
    let path = tree.path(no);
    let ids: Vec<String> = path.iter().chain(&children).map(|no| tree.units[*no].unit_id.clone()).collect();
    let named = names(db, tree.month()?, &ids).await?;
    let name = |no: usize| {
        let id = &tree.units[no].unit_id;
        let unnamed = || UnitName { id: id.clone(), name: String::new(), name_ja: String::new() };
        named.get(id).cloned().unwrap_or_else(unnamed)
    };
    let axes = axes_of(db, &tree, &set, no).await?;
    let row = &tree.units[no];
    let sees = |no: &&usize| tree.units[**no].unit_id.parse::<UnitId>().is_ok_and(|id| scope.contains(id));
    Ok(UnitView {
        unit: name(no),
        path: path.iter().filter(sees).map(|no| name(*no)).collect(),
        people: row.people,
        axes,
        beside: serde_json::from_str(&row.beside).unwrap_or_default(),
        children: children_of(db, &tree, &set, &children, name).await?,
        month: tree.close.clone().into(),
        ranked: super::RANKS.read(db).await? == "on",
    })
}

fn visible_children(tree: &Tree, scope: &Scope, no: usize) -> Vec<usize> {
    let sees = |no: &usize| tree.units[*no].unit_id.parse::<UnitId>().is_ok_and(|id| scope.contains(id));
    tree.children(no).into_iter().filter(sees).collect()
}

async fn children_of(
    db: &Db,
    tree: &Tree,
    set: &FormulaSet,
    children: &[usize],
    name: impl Fn(usize) -> UnitName,
) -> Result<Vec<ChildView>, MaturityError> {
    let numbers: Vec<i64> = children.iter().map(|no| *no as i64).collect();
    let mut by_unit: HashMap<i64, Vec<figures::AxisRow>> = HashMap::new();
    for row in figures::axes(db, tree.close.id, &numbers).await? {
        by_unit.entry(row.unit_no).or_default().push(row);
    }
    let view = |no: &usize| {
        let rows = by_unit.remove(&(*no as i64)).unwrap_or_default();
        let people = tree.units[*no].people;
        let axes = Axis::ALL.into_iter().map(|axis| {
            let row = rows.iter().find(|row| row.axis == axis.code());
            let row = row.filter(|_| !is_withheld(set, axis, people));
            ChildAxis {
                axis: axis.code().to_owned(),
                score: row.and_then(|row| points(row.tenths)),
                level: row.map_or(0, |row| row.level),
            }
        });
        ChildView { unit: name(*no), has_children: tree.end_of(*no) > *no + 1, axes: axes.collect() }
    };
    Ok(children.iter().map(view).collect())
}

fn points(tenths: Option<i64>) -> Option<f64> {
    tenths.map(|tenths| tenths as f64 / 10.0)
}

/// Axes that speak of persons are shown only where nobody can be told from the others.
pub(super) fn is_withheld(set: &FormulaSet, axis: Axis, people: i64) -> bool {
    set.axis(axis).is_some_and(|rule| rule.personal) && people < set.least_people
}

/// What the month before says of the same unit.
struct Before {
    indices: Vec<HashMap<String, Option<i64>>>,
    in_scope: HashMap<String, i64>,
}

async fn before(db: &Db, tree: &Tree, unit_id: &str) -> Result<Before, MaturityError> {
    let month = tree.month()?;
    let mut before = Before { indices: Vec::new(), in_scope: HashMap::new() };
    for back in 1..=2 {
        let earlier = month.plus(-back).to_string();
        let Some(close) = snapshots::closed_by(db, &earlier, tree.close.evaluated_at).await? else { break };
        let Some(unit) = figures::unit(db, close.id, unit_id).await? else { break };
        let axes = figures::axes(db, close.id, &[unit.unit_no]).await?;
        before.indices.push(axes.into_iter().map(|row| (row.axis, row.tenths)).collect());
        if back == 1 {
            let rows = figures::indicators(db, close.id, unit.unit_no).await?;
            before.in_scope = rows.into_iter().map(|row| (row.indicator, row.in_scope)).collect();
        }
    }
    Ok(before)
}

async fn axes_of(db: &Db, tree: &Tree, set: &FormulaSet, no: usize) -> Result<Vec<AxisView>, MaturityError> {
    let unit = &tree.units[no];
    let rows = figures::axes(db, tree.close.id, &[no as i64]).await?;
    let stored: Vec<IndicatorFigure> =
        figures::indicators(db, tree.close.id, no as i64).await?.into_iter().map(figure).collect();
    let before = before(db, tree, &unit.unit_id).await?;
    let path: Vec<String> = tree.path(no).iter().map(|no| tree.units[*no].unit_id.clone()).collect();
    let wanted = targets::in_force(db, &path, &tree.close.month).await?;
    let facts = serde_json::from_str(&unit.facts).unwrap_or_default();
    let view = |axis: Axis| {
        let row = rows.iter().find(|row| row.axis == axis.code());
        let withheld = is_withheld(set, axis, unit.people);
        let tenths = row.and_then(|row| row.tenths).filter(|_| !withheld);
        let weight = row.map_or(0, |row| row.weight);
        let index = AxisIndex { tenths, weight: weight as u32 };
        let earlier: Vec<Option<i64>> =
            before.indices.iter().map(|axes| axes.get(axis.code()).copied().flatten()).collect();
        let of_axis = facts_of_axis(set, axis, &facts);
        let levelled = set.level(axis, index, &earlier, &of_axis, outcome_in(&stored));
        let target = wanted.get(axis.code()).cloned();
        let score = points(tenths);
        AxisView {
            axis: axis.code().to_owned(),
            score,
            level: row.filter(|_| !withheld).map_or(0, |row| row.level),
            weight,
            least_weight: i64::from(set.least_weight),
            withheld,
            before: earlier
                .first()
                .copied()
                .flatten()
                .filter(|_| !withheld)
                .and_then(|tenths| points(Some(tenths))),
            gap: target.as_ref().zip(score).map(|(target, score)| (target.score - score).max(0.0)),
            target,
            gates: levelled.gates.iter().map(gate_view).collect(),
            indicators: if withheld {
                Vec::new()
            } else {
                indicator_views(set, axis, &stored, &before, weight)
            },
            awaits: awaits(set, axis, &stored),
        }
    };
    Ok(Axis::ALL.into_iter().map(view).collect())
}

/// A stored figure as the arithmetic knows it.
pub(super) fn figure(row: IndicatorRow) -> IndicatorFigure {
    let outcome = match (row.state.as_str(), row.score) {
        ("scored", Some(score)) => Outcome::Scored(score),
        ("blind", _) => Outcome::Blind,
        ("not_in_scope", _) => Outcome::NotInScope,
        _ => Outcome::Awaited,
    };
    IndicatorFigure {
        code: row.indicator,
        outcome,
        for_milli: row.for_milli,
        in_scope: row.in_scope,
        value: row.value,
    }
}

fn gate_view(gate: &hinomi_score::maturity::Gate) -> GateView {
    gate_words(gate.level, &gate.test, gate.state.as_str())
}

/// A gate as pages tell it.
pub(super) fn gate_words(level: u8, test: &GateTest, state: &str) -> GateView {
    let (kind, subject, at_least) = match test {
        GateTest::Rated => ("rated", None, None),
        GateTest::Score { at_least } => ("score", None, Some(*at_least)),
        GateTest::ScoreKept { at_least, .. } => ("score_kept", None, Some(*at_least)),
        GateTest::NoWeak { at_least, .. } => ("no_weak", None, Some(*at_least)),
        GateTest::Indicator { code, at_least } => ("indicator", Some(code.clone()), Some(*at_least)),
        GateTest::Fact { name } => ("fact", Some(name.clone()), None),
    };
    GateView { level, kind: kind.to_owned(), subject, at_least, state: state.to_owned() }
}

fn indicator_views(
    set: &FormulaSet,
    axis: Axis,
    stored: &[IndicatorFigure],
    before: &Before,
    weight: i64,
) -> Vec<IndicatorView> {
    let outcome = outcome_in(stored);
    let view = |one: &hinomi_score::maturity::Indicator| {
        let figure = stored.iter().find(|figure| figure.code == one.code);
        let outcome = outcome(one);
        let in_scope = figure.map_or(0, |figure| figure.in_scope);
        let in_scope_before = before.in_scope.get(&one.code).copied();
        let missing = outcome.score().map_or(0.0, |score| 1.0 - score);
        IndicatorView {
            code: one.code.clone(),
            version: one.version,
            weight: one.weight,
            shape: one.shape.name().to_owned(),
            formula: one.shape.formula(),
            state: match outcome {
                Outcome::Scored(_) => "scored",
                Outcome::NotInScope => "not_in_scope",
                Outcome::Blind => "blind",
                Outcome::Awaited => "awaited",
            }
            .to_owned(),
            score: outcome.score(),
            value: figure.and_then(|figure| figure.value),
            counted: figure.map_or(0.0, |figure| figure.for_milli as f64 / 1_000.0),
            in_scope,
            missing_points: 100.0 * missing * f64::from(one.weight) / (weight.max(1) as f64),
            in_scope_before,
            moved: in_scope_before.is_some_and(|before| has_moved(before, in_scope)),
            sources: one.sources.clone(),
        }
    };
    set.of_axis(axis).map(view).collect()
}

/// By more than a fifth of what it was.
fn has_moved(before: i64, now: i64) -> bool {
    before != now && (now - before).abs().saturating_mul(5) > before
}

/// Data that there is: an indicator that is not counted waits for its other sources.
const HERE: [&str; 8] = [
    "assets",
    "tickets",
    "organisation",
    "self-check",
    "review",
    "obligations",
    "improvements",
    "attendance",
];

fn awaits(set: &FormulaSet, axis: Axis, stored: &[IndicatorFigure]) -> Vec<String> {
    let outcome = outcome_in(stored);
    let awaited = set.of_axis(axis).filter(|one| outcome(one) == Outcome::Awaited);
    let mut sources: Vec<String> = awaited.flat_map(|one| one.sources.clone()).collect();
    sources.retain(|source| !HERE.contains(&source.as_str()));
    sources.sort();
    sources.dedup();
    sources
}

/// An axis in a month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrendPoint {
    pub month: String,
    pub preview: bool,
    pub axes: Vec<ChildAxis>,
}

/// A unit's own past, the oldest month first.
pub async fn trend(
    db: &Db,
    scope: &Scope,
    unit: Option<UnitId>,
    months: i32,
) -> Result<Vec<TrendPoint>, MaturityError> {
    let tree = Tree::of(db, None).await?;
    let unit_id = tree.units[tree.find(scope, unit)?].unit_id.clone();
    let set = formulas_named(db, &tree.close.formula).await?;
    let newest = tree.month()?.plus(1);
    let rows = figures::trend(db, &unit_id, &newest.plus(-months).to_string(), &newest.to_string()).await?;
    let mut trend: Vec<TrendPoint> = Vec::new();
    let mut revision = -1;
    for row in rows {
        let Some(axis) = Axis::of_code(&row.axis) else { continue };
        let is_new = trend.last().is_none_or(|point| point.month != row.month);
        if is_new || revision != row.revision {
            // A correction takes the place of what it corrects.
            if !is_new {
                trend.pop();
            }
            trend.push(TrendPoint { month: row.month, preview: row.revision == 0, axes: Vec::new() });
            revision = row.revision;
        }
        let withheld = is_withheld(&set, axis, row.people);
        if let Some(point) = trend.last_mut() {
            point.axes.push(ChildAxis {
                axis: row.axis,
                score: points(row.tenths).filter(|_| !withheld),
                level: if withheld { 0 } else { row.level },
            });
        }
    }
    Ok(trend)
}

#[cfg(test)]
mod tests {
    use super::has_moved;

    #[test]
    fn a_fifth_is_no_move_and_more_is() {
        assert!(!has_moved(100, 120) && !has_moved(100, 80) && !has_moved(0, 0));
        assert!(has_moved(100, 121) && has_moved(100, 79) && has_moved(0, 1) && has_moved(4, 5));
    }
}
