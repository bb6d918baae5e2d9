// SPDX-License-Identifier: Apache-2.0
//! Making a pack: everything is counted here, once.

use std::collections::{BTreeMap, HashMap, HashSet};

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
use super::store::{self, CaseRow, PackHead, TicketFacts};
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

/// Both ends of the month, with the trees of their days.
struct Ends {
    before_tree: Tree,
    after_tree: Tree,
    before_at: Time,
    after_at: Time,
    before: HashMap<i64, CaseRow>,
    after: HashMap<i64, CaseRow>,
    facts: HashMap<i64, TicketFacts>,
}

async fn ends(db: &Db, days: &GroupDays, month: Month) -> Result<Ends, ReviewError> {
    let (before_at, after_at) = (month.plus(-1).last_instant(days), month.last_instant(days));
    let by_case = |rows: Vec<CaseRow>| rows.into_iter().map(|row| (row.case_id, row)).collect();
    let facts = store::ticket_facts(db, month.start(days)).await?;
    Ok(Ends {
        before_tree: hinomi_org::tree_at(db, before_at).await?,
        after_tree: hinomi_org::tree_at(db, after_at).await?,
        before: by_case(store::cases_at(db, before_at).await?),
        after: by_case(store::cases_at(db, after_at).await?),
        facts: facts.into_iter().map(|fact| (fact.id, fact)).collect(),
        before_at,
        after_at,
    })
}

fn subtree(tree: &Tree, unit: UnitId) -> HashSet<String> {
    tree.subtree_nodes(unit).iter().map(|node| node.id.to_string()).collect()
}

fn named(node: &TreeNode) -> PackUnit {
    PackUnit { id: node.id.to_string(), name: node.name.clone(), name_ja: node.name_ja.clone() }
}

fn cells_of<'a>(cases: impl Iterator<Item = &'a CaseRow>, at: Time) -> PackCells {
    let mut cells = PackCells::default();
    for case in cases {
        match case.criticality {
            4 => cells.critical += 1,
            3 => cells.high += 1,
            2 => cells.medium += 1,
            _ => cells.low += 1,
        }
        cells.overdue += i64::from(case.due_at < at.as_micros());
    }
    cells
}

async fn collect(app: &App, unit: UnitId, month: Month) -> Result<(PackDocument, Rows), ReviewError> {
    let db = &app.db;
    let all = Scope::all();
    let view = maturity::unit_view(db, &all, Some(unit), Some(month)).await?;
    if view.month.preview {
        return Err(MaturityError::MonthRuns { month: month.to_string() }.into());
    }
    let days = &GroupDays::load(db).await?;
    let ends = ends(db, days, month).await?;
    let before_units = subtree(&ends.before_tree, unit);
    let after_units = subtree(&ends.after_tree, unit);
    let between = store::cases_between(db, ends.before_at, ends.after_at).await?;
    let (moved, mut rows) = moved(
        &End { cases: &ends.before, units: &before_units },
        &End { cases: &ends.after, units: &after_units },
        &between,
        &ends.facts,
        ends.before_at.as_micros(),
    );
    let inside = |cases: &'_ HashMap<i64, CaseRow>, units: &HashSet<String>, at: Time| {
        cells_of(cases.values().filter(|case| units.contains(&case.unit_id)), at)
    };
    let open = PackOpen {
        now: inside(&ends.after, &after_units, ends.after_at),
        before: inside(&ends.before, &before_units, ends.before_at),
    };
    let exploited = exploited(db, unit, month, &ends, &after_units, &mut rows).await?;
    let mut targets_missed = missed(&view, month);
    for child in ends.after_tree.children(unit) {
        match maturity::unit_view(db, &all, Some(child.id), Some(month)).await {
            Ok(view) => targets_missed.extend(missed(&view, month)),
            Err(MaturityError::UnitUnknown { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let outer = outer(app, &ends.after_tree, unit, (month, ends.after_at)).await?;
    let document = PackDocument {
        month: month.to_string(),
        unit: view.unit.clone().into(),
        as_of: ends.after_at,
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
        units: unit_cases(&ends, unit),
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
    let points = maturity::trend(db, &Scope::all(), Some(unit), 120).await?;
    let first = month.plus(1 - TREND_MONTHS).to_string();
    let last = month.to_string();
    let mut trend = Vec::new();
    for point in points {
        if point.preview || point.month < first || point.month > last {
            continue;
        }
        let at = point.month.parse::<Month>()?.last_instant(days);
        let units = subtree(&hinomi_org::tree_at(db, at).await?, unit);
        let open = store::open_at(db, at).await?;
        // The trend comes in an order of its own.
        let score = |axis: Axis| {
            let found = point.axes.iter().find(|one| one.axis == axis.code());
            found.and_then(|one| one.score)
        };
        trend.push(PackTrend {
            month: point.month.clone(),
            scores: Axis::ALL.into_iter().map(score).collect(),
            open: open.iter().filter(|(id, _)| units.contains(id)).map(|(_, count)| count).sum(),
        });
    }
    Ok(trend)
}

/// The units right below, and the unit itself where it has cases of its own.
fn unit_cases(ends: &Ends, unit: UnitId) -> Vec<PackUnitCases> {
    let line = |node: &TreeNode, before: &HashSet<String>, after: &HashSet<String>| {
        let here = |case: &&CaseRow| after.contains(&case.unit_id);
        let now = ends.after_at.as_micros();
        PackUnitCases {
            unit: named(node),
            now: cells_of(ends.after.values().filter(here), ends.after_at),
            before: cells_of(
                ends.before.values().filter(|case| before.contains(&case.unit_id)),
                ends.before_at,
            ),
            latest_days: ends
                .after
                .values()
                .filter(here)
                .filter(|case| case.due_at < now)
                .map(|case| (now - case.due_at) / DAY_MICROS)
                .max(),
        }
    };
    let mut lines: Vec<PackUnitCases> = Vec::new();
    let own = HashSet::from([unit.to_string()]);
    if let Some(node) = ends.after_tree.get(unit) {
        let line = line(node, &own, &own);
        if line.now.total() > 0 {
            lines.push(line);
        }
    }
    for child in ends.after_tree.children(unit) {
        let before = subtree(&ends.before_tree, child.id);
        lines.push(line(child, &before, &subtree(&ends.after_tree, child.id)));
    }
    lines
}

async fn exploited(
    db: &Db,
    unit: UnitId,
    month: Month,
    ends: &Ends,
    units: &HashSet<String>,
    rows: &mut Rows,
) -> Result<PackExploited, ReviewError> {
    let is_exploited =
        |case: &&CaseRow| ends.facts.get(&case.case_id).is_some_and(|facts| facts.known_exploited);
    let mut open: Vec<&CaseRow> =
        ends.after.values().filter(|case| units.contains(&case.unit_id)).filter(is_exploited).collect();
    open.sort_by_key(|case| case.case_id);
    let overdue: Vec<i64> =
        open.iter().filter(|case| case.due_at < ends.after_at.as_micros()).map(|case| case.case_id).collect();
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
