// SPDX-License-Identifier: Apache-2.0
//! A formula set as people read it, and what a changed one would have made of the newest closed month.

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_score::maturity::{Axis, FormulaSet, GateRule, Indicator};
use serde::Serialize;
use utoipa::ToSchema;

use super::evaluate::indices_before;
use super::formulas::{FiledFormulas, formula_list};
use super::read::{ChildAxis, GateView, gate_words, is_withheld};
use super::tree::{Tree, UnitName, names};
use super::verify::stored;
use crate::error::MaturityError;
use crate::model::{Month, compute};
use crate::store::{figures, formulas};

/// An indicator's formula with where its rows come from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormulaIndicator {
    pub code: String,
    pub version: u32,
    pub weight: u32,
    pub formula: String,
    /// What its rows for (or its values) are.
    pub counts: String,
    pub counts_ja: String,
    /// What is in scope.
    pub among: String,
    pub among_ja: String,
    pub sources: Vec<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormulaAxis {
    pub axis: String,
    /// The seat that answers for it.
    pub owner_seat: String,
    /// It speaks of persons, so that small units show it only inside their parent.
    pub personal: bool,
    pub indicators: Vec<FormulaIndicator>,
    /// Beside the gates of every axis.
    pub gates: Vec<GateView>,
}

/// A whole set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormulaSheet {
    #[serde(flatten)]
    pub filed: FiledFormulas,
    pub toml: String,
    /// An axis whose measurable indicators weigh less is not rated.
    pub least_weight: u32,
    /// A blind indicator of at least this weight …
    pub blind_weight: u32,
    /// … keeps the axis at this level at most.
    pub blind_level: u8,
    /// Units with fewer people show no axis of their own that speaks of persons.
    pub least_people: i64,
    pub axes: Vec<FormulaAxis>,
    /// Of every axis.
    pub gates: Vec<GateView>,
}

fn indicator(one: &Indicator) -> FormulaIndicator {
    FormulaIndicator {
        code: one.code.clone(),
        version: one.version,
        weight: one.weight,
        formula: one.shape.formula(),
        counts: one.counts.clone(),
        counts_ja: one.counts_ja.clone(),
        among: one.among.clone(),
        among_ja: one.among_ja.clone(),
        sources: one.sources.clone(),
    }
}

/// A filed set by its version.
pub async fn formula_get(db: &Db, version: &str, now: Time) -> Result<FormulaSheet, MaturityError> {
    let unknown = || MaturityError::FormulaUnknown { version: version.to_owned() };
    let filed = formula_list(db, now).await?.into_iter().find(|set| set.version == version);
    let filed = filed.ok_or_else(unknown)?;
    let rows = formulas::formulas(db).await?;
    let (_, _, toml) = rows.into_iter().find(|(known, ..)| known == version).ok_or_else(unknown)?;
    let set = FormulaSet::parse(&toml, version)?;
    let gates = |wanted: Option<Axis>| -> Vec<GateView> {
        let is_wanted = |gate: &&GateRule| gate.axis == wanted;
        set.gates.iter().filter(is_wanted).map(|gate| gate_words(gate.level, &gate.test, "")).collect()
    };
    let axis = |axis: Axis| FormulaAxis {
        axis: axis.code().to_owned(),
        owner_seat: set.axis(axis).map_or_else(String::new, |rule| rule.owner_seat.clone()),
        personal: set.axis(axis).is_some_and(|rule| rule.personal),
        indicators: set.of_axis(axis).map(indicator).collect(),
        gates: gates(Some(axis)),
    };
    Ok(FormulaSheet {
        filed,
        least_weight: set.least_weight,
        blind_weight: set.blind_weight,
        blind_level: set.blind_level,
        least_people: set.least_people,
        axes: Axis::ALL.into_iter().map(axis).collect(),
        gates: gates(None),
        toml,
    })
}

/// One unit under two sets.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TriedUnit {
    pub unit: UnitName,
    /// As it was closed.
    pub before: Vec<ChildAxis>,
    /// Under the set that is tried.
    pub after: Vec<ChildAxis>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TriedFormulas {
    /// The month whose counted rows were scored again.
    pub month: String,
    /// Units of which at least one index or level would be another.
    pub changed: usize,
    /// The highest unit and those directly below it.
    pub units: Vec<TriedUnit>,
}

/// Scores the newest closed month's rows by a set that is not filed. Nothing is written.
pub async fn formula_try(db: &Db, scope: &Scope, toml: &str) -> Result<TriedFormulas, MaturityError> {
    let set = FormulaSet::parse(toml, "formulas")?;
    let tree = Tree::of(db, None).await?;
    let month: Month = tree.month()?;
    let gathered = stored(db, &tree.close).await?;
    let computed = compute(&set, &gathered, &indices_before(db, month, tree.close.evaluated_at).await?);
    let rows = figures::all_axes(db, tree.close.id).await?;
    let top = tree.find(scope, None)?;
    let sees = |no: &usize| tree.units[*no].unit_id.parse::<UnitId>().is_ok_and(|id| scope.contains(id));
    let shown: Vec<usize> = std::iter::once(top).chain(tree.children(top)).filter(sees).collect();
    let ids: Vec<String> = shown.iter().map(|no| tree.units[*no].unit_id.clone()).collect();
    let named = names(db, month, &ids).await?;
    let axis_of = |no: usize, axis: Axis, tenths: Option<i64>, level: i64| {
        let withheld = is_withheld(&set, axis, tree.units[no].people);
        ChildAxis {
            axis: axis.code().to_owned(),
            score: tenths.filter(|_| !withheld).map(|tenths| tenths as f64 / 10.0),
            level: if withheld { 0 } else { level },
        }
    };
    let before = |no: usize| {
        let of_unit = rows.iter().filter(|row| row.unit_no == no as i64);
        let view = |row: &figures::AxisRow| {
            Axis::of_code(&row.axis).map(|axis| axis_of(no, axis, row.tenths, row.level))
        };
        let mut axes: Vec<ChildAxis> = of_unit.filter_map(view).collect();
        axes.sort_by_key(|axis| Axis::ALL.iter().position(|known| known.code() == axis.axis));
        axes
    };
    let after = |no: usize| -> Vec<ChildAxis> {
        let axes = computed.get(no).map(|figures| figures.axes.as_slice()).unwrap_or_default();
        axes.iter().map(|one| axis_of(no, one.axis, one.index.tenths, i64::from(one.level))).collect()
    };
    let differs = |row: &&figures::AxisRow| {
        let figures = usize::try_from(row.unit_no).ok().and_then(|no| computed.get(no));
        let found = figures.and_then(|unit| unit.axes.iter().find(|one| one.axis.code() == row.axis));
        found.is_none_or(|one| one.index.tenths != row.tenths || i64::from(one.level) != row.level)
    };
    let mut changed: Vec<i64> = rows.iter().filter(differs).map(|row| row.unit_no).collect();
    changed.dedup();
    let unit = |no: &usize| {
        let id = tree.units[*no].unit_id.clone();
        let unnamed = || UnitName { id: id.clone(), name: String::new(), name_ja: String::new() };
        let name = named.get(&id).cloned().unwrap_or_else(unnamed);
        TriedUnit { unit: name, before: before(*no), after: after(*no) }
    };
    Ok(TriedFormulas {
        month: tree.close.month.clone(),
        changed: changed.len(),
        units: shown.iter().map(unit).collect(),
    })
}
