// SPDX-License-Identifier: Apache-2.0
//! Making a pack: everything is counted here, once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_maturity::MaturityError;
use hinomi_maturity::model::Month;
use hinomi_maturity::service::{self as maturity, UnitView};
use hinomi_org::model::{Tree, TreeNode};
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;
use hinomi_score::maturity::Axis;

use super::document::{
    PackAxis, PackCells, PackClose, PackDocument, PackExploited, PackOpen, PackTargetMissed, PackTrend,
    PackUnit, PackUnitCases,
};
use super::moved::{End, moved};
use super::outer::outer;
use super::read::{pack_id, stored_document};
use super::store::{self, CaseRow, CellRow, PackHead, TicketFacts};
use crate::department::open_counted;
use crate::error::ReviewError;

const DAY_MICROS: i64 = 86_400_000_000;
const TREND_MONTHS: i32 = 12;

/// Makes the pack of a closed month for a unit. `None` when it is there already.
pub async fn pack_make(app: &App, unit: UnitId, month: Month) -> Result<Option<String>, ReviewError> {
    let unit_id = unit.to_string();
    if pack_id(&app.db, &unit_id, &month.to_string()).await?.is_some() {
        return Ok(None);
    }
    let (document, rows) = collect(app, unit, month).await?;
    let damaged = |cause: String| ReviewError::Damaged { what: "pack", id: unit_id.clone(), cause };
    let text = serde_json::to_string(&document).map_err(|error| damaged(error.to_string()))?;
    let head = PackHead {
        id: hinomi_core::content_uuid("review-pack", &[&document.month, &unit_id]).to_string(),
        month: document.month,
        unit_id: unit_id.clone(),
        made_at: app.now().as_micros(),
        hash: blake3::hash(text.as_bytes()).to_hex().to_string(),
    };
    let mut tx = app.db.begin().await?;
    let is_first = store::add(&mut tx, &head, &text, &rows).await?;
    tx.commit().await?;
    Ok(is_first.then_some(head.id))
}

type Rows = BTreeMap<String, Vec<i64>>;

/// One end of the month: what was open in each unit alone, under the tree of its day.
struct Standing {
    at: Time,
    tree: Tree,
    cells: HashMap<String, Vec<CellRow>>,
}

impl Standing {
    async fn read(db: &Db, at: Time) -> Result<Self, ReviewError> {
        let mut cells: HashMap<String, Vec<CellRow>> = HashMap::new();
        for row in store::cells_at(db, at).await? {
            cells.entry(row.unit_id.clone()).or_default().push(row);
        }
        Ok(Self { at, tree: hinomi_org::tree_at(db, at).await?, cells })
    }

    fn rows<'a>(&'a self, units: &'a HashSet<String>) -> impl Iterator<Item = &'a CellRow> {
        units.iter().filter_map(|unit| self.cells.get(unit)).flatten()
    }

    fn cells(&self, units: &HashSet<String>) -> PackCells {
        let mut cells = PackCells::default();
        for row in self.rows(units) {
            match row.criticality {
                4 => cells.critical += row.cases,
                3 => cells.high += row.cases,
                2 => cells.medium += row.cases,
                _ => cells.low += row.cases,
            }
            cells.overdue += row.overdue;
        }
        cells
    }

    /// Days by which the latest is overdue.
    fn latest_days(&self, units: &HashSet<String>) -> Option<i64> {
        let now = self.at.as_micros();
        let earliest = self.rows(units).map(|row| row.earliest_due).min()?;
        (earliest < now).then(|| (now - earliest) / DAY_MICROS)
    }
}

/// What is not as it was: cases that changed between the ends, and those whose unit came or went.
struct Changed {
    before: HashMap<i64, CaseRow>,
    after: HashMap<i64, CaseRow>,
    between: Vec<(i64, String)>,
    facts: HashMap<i64, TicketFacts>,
}

async fn changed(
    db: &Db,
    (from, to): (Time, Time),
    (before, after): (&HashSet<String>, &HashSet<String>),
) -> Result<Changed, ReviewError> {
    let by_case =
        |rows: Vec<CaseRow>| rows.into_iter().map(|row| (row.case_id, row)).collect::<HashMap<_, _>>();
    let went_or_came: Vec<&String> = before.symmetric_difference(after).collect();
    let throughout = match went_or_came.is_empty() {
        true => HashMap::new(),
        false => by_case(store::cases_throughout(db, from, to, &went_or_came).await?),
    };
    let mut first = by_case(store::cases_ended(db, from, to).await?);
    let mut last = by_case(store::cases_begun(db, from, to).await?);
    first.extend(throughout.clone());
    last.extend(throughout);
    let ids: BTreeSet<i64> = first.keys().chain(last.keys()).copied().collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let facts = store::ticket_facts(db, &ids).await?;
    Ok(Changed {
        between: store::cases_between(db, from, to).await?,
        facts: facts.into_iter().map(|fact| (fact.id, fact)).collect(),
        before: first,
        after: last,
    })
}

fn subtree(tree: &Tree, unit: UnitId) -> HashSet<String> {
    tree.subtree_nodes(unit).iter().map(|node| node.id.to_string()).collect()
}

fn named(node: &TreeNode) -> PackUnit {
    PackUnit { id: node.id.to_string(), name: node.name.clone(), name_ja: node.name_ja.clone() }
}

async fn collect(app: &App, unit: UnitId, month: Month) -> Result<(PackDocument, Rows), ReviewError> {
    let db = &app.db;
    let all = Scope::all();
    let view = maturity::unit_view(db, &all, Some(unit), Some(month)).await?;
    if view.month.preview {
        return Err(MaturityError::MonthRuns { month: month.to_string() }.into());
    }
    let days = &GroupDays::load(db).await?;
    let before = Standing::read(db, month.plus(-1).last_instant(days)).await?;
    let after = Standing::read(db, month.last_instant(days)).await?;
    let (before_units, after_units) = (subtree(&before.tree, unit), subtree(&after.tree, unit));
    let changed = changed(db, (before.at, after.at), (&before_units, &after_units)).await?;
    let open = PackOpen { now: after.cells(&after_units), before: before.cells(&before_units) };
    let (moved, mut rows) = moved(
        &End { total: open.before.total(), cases: &changed.before, units: &before_units },
        &End { total: open.now.total(), cases: &changed.after, units: &after_units },
        &changed.between,
        &changed.facts,
        before.at.as_micros(),
    );
    let exploited = exploited(db, unit, month, (&after_units, after.at), &mut rows).await?;
    let mut targets_missed = missed(&view, month);
    for child in after.tree.children(unit) {
        match maturity::unit_view(db, &all, Some(child.id), Some(month)).await {
            Ok(view) => targets_missed.extend(missed(&view, month)),
            Err(MaturityError::UnitUnknown { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let outer = outer(app, &after.tree, unit, (month, after.at)).await?;
    let document = PackDocument {
        month: month.to_string(),
        unit: view.unit.clone().into(),
        as_of: after.at,
        close: PackClose {
            revision: view.month.revision,
            evaluated_at: view.month.evaluated_at,
            formula: view.month.formula.clone(),
            rows_hash: view.month.rows_hash.clone(),
        },
        axes: axes(&view),
        trend: trend(db, days, unit, month).await?,
        open,
        moved,
        units: unit_cases(&before, &after, unit),
        exploited,
        targets_missed,
        hazards: Some(outer.hazards),
        directives: Some(outer.directives),
        programmes: Some(outer.programmes),
        blind: view.month.sources.iter().filter(|one| one.blind).map(|one| one.source.clone()).collect(),
    };
    Ok((document, rows))
}

fn axes(view: &UnitView) -> Vec<PackAxis> {
    let axis = |axis: &maturity::AxisView| PackAxis {
        axis: axis.axis.clone(),
        score: axis.score,
        level: axis.level,
        before: axis.before,
        target: axis.target.as_ref().map(|target| target.score),
        gap: axis.gap,
        withheld: axis.withheld,
    };
    view.axes.iter().map(axis).collect()
}

/// Targets whose month has come and that were not reached; an axis that is not rated reached nothing, and says so elsewhere.
fn missed(view: &UnitView, month: Month) -> Vec<PackTargetMissed> {
    let month = month.to_string();
    let late = |axis: &maturity::AxisView| {
        let (target, score) = (axis.target.as_ref()?, axis.score?);
        (target.month <= month && score < target.score).then(|| PackTargetMissed {
            unit: view.unit.clone().into(),
            axis: axis.axis.clone(),
            score,
            target: target.score,
            due: target.month.clone(),
        })
    };
    view.axes.iter().filter_map(late).collect()
}

async fn trend(db: &Db, days: &GroupDays, unit: UnitId, month: Month) -> Result<Vec<PackTrend>, ReviewError> {
    let first = month.plus(1 - TREND_MONTHS).to_string();
    let last = month.to_string();
    let mut points = maturity::trend(db, &Scope::all(), Some(unit), 120).await?;
    points.retain(|point| !point.preview && point.month >= first && point.month <= last);
    let months: Vec<Month> =
        points.iter().map(|point| point.month.parse()).collect::<Result<_, MaturityError>>()?;
    let ends: Vec<Time> = months.iter().map(|month| month.last_instant(days)).collect();
    let trees = hinomi_org::trees_at(db, &ends).await?;
    let counted = open_counted(db, (&first, &last)).await?;
    let mut trend = Vec::new();
    for ((point, at), tree) in points.into_iter().zip(ends).zip(trees) {
        let units = subtree(&tree, unit);
        let asked;
        let open = match counted.get(&point.month) {
            Some(open) => open,
            None => {
                asked = store::open_at(db, at).await?;
                &asked
            }
        };
        // The trend comes in an order of its own.
        let score = |axis: Axis| {
            let found = point.axes.iter().find(|one| one.axis == axis.code());
            found.and_then(|one| one.score)
        };
        trend.push(PackTrend {
            scores: Axis::ALL.into_iter().map(score).collect(),
            open: open.iter().filter(|(id, _)| units.contains(id)).map(|(_, count)| count).sum(),
            month: point.month,
        });
    }
    Ok(trend)
}

/// The units right below, and the unit itself where it has cases of its own.
fn unit_cases(before: &Standing, after: &Standing, unit: UnitId) -> Vec<PackUnitCases> {
    let line = |node: &TreeNode, was: &HashSet<String>, is: &HashSet<String>| PackUnitCases {
        unit: named(node),
        now: after.cells(is),
        before: before.cells(was),
        latest_days: after.latest_days(is),
    };
    let mut lines: Vec<PackUnitCases> = Vec::new();
    let own = HashSet::from([unit.to_string()]);
    if let Some(node) = after.tree.get(unit) {
        let line = line(node, &own, &own);
        if line.now.total() > 0 {
            lines.push(line);
        }
    }
    for child in after.tree.children(unit) {
        lines.push(line(child, &subtree(&before.tree, child.id), &subtree(&after.tree, child.id)));
    }
    lines
}

async fn exploited(
    db: &Db,
    unit: UnitId,
    month: Month,
    (units, at): (&HashSet<String>, Time),
    rows: &mut Rows,
) -> Result<PackExploited, ReviewError> {
    let mut open = store::cases_exploited(db, at).await?;
    open.retain(|case| units.contains(&case.unit_id));
    let overdue: Vec<i64> =
        open.iter().filter(|case| case.due_at < at.as_micros()).map(|case| case.case_id).collect();
    let systems: HashSet<&str> = open.iter().map(|case| case.system_id.as_str()).collect();
    let before = match pack_id(db, &unit.to_string(), &month.plus(-1).to_string()).await? {
        Some(id) => stored_document(db, &id).await?.map(|document| document.exploited.open),
        None => None,
    };
    let counted = PackExploited {
        open: open.len() as i64,
        overdue: overdue.len() as i64,
        systems: systems.len() as i64,
        before,
    };
    rows.insert("exploited".to_owned(), open.iter().map(|case| case.case_id).collect());
    rows.insert("exploited.overdue".to_owned(), overdue);
    Ok(counted)
}
