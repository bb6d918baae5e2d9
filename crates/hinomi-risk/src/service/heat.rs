// SPDX-License-Identifier: Apache-2.0
//! Heat map, residual and trend: counts of case intervals.
//!
//! ```text
//! interval (case, unit, criticality, from, to)  holds at t  ⇔  from ≤ t < to
//! cell (unit, criticality) at t = intervals that hold at t, of the unit's subtree in the tree of t
//! ```

use crate::cases::Edge;
use crate::error::RiskError;
use crate::state::RiskState;
use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::{Alias, Expr, ExprTrait, Query};
use hinomi_db::{Db, values};
use hinomi_org::model::{Tree, TreeNode};
use hinomi_platform::days::GroupDays;
use jiff::ToSpan;
use std::collections::HashMap;

const DAY_MICROS: i64 = 86_400_000_000;

/// Open cases by case criticality.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Cells {
    pub critical: i64,
    pub high: i64,
    pub medium: i64,
    pub low: i64,
}

impl Cells {
    pub fn add(&mut self, rank: i64, count: i64) {
        match rank {
            4 => self.critical += count,
            3 => self.high += count,
            2 => self.medium += count,
            _ => self.low += count,
        }
    }

    pub fn total(&self) -> i64 {
        self.critical + self.high + self.medium + self.low
    }

    fn merge(&mut self, other: &Self) {
        self.critical += other.critical;
        self.high += other.high;
        self.medium += other.medium;
        self.low += other.low;
    }
}

/// The open cases of one unit alone.
#[derive(Debug, Clone, Copy, Default)]
struct OfUnit {
    cells: Cells,
    overdue: i64,
}

/// One row of the heat map.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct HeatRow {
    pub unit_id: String,
    pub name: String,
    pub name_ja: String,
    pub kind: String,
    /// Can be opened to show the units below it.
    pub has_children: bool,
    /// True for the unit's own cases, when it has some beside those of the units below it.
    pub own: bool,
    /// True for a unit that had ended by then and still owned something: it counts with the last parent that it had.
    pub gone: bool,
    pub cells: Cells,
    pub overdue: i64,
    pub total: i64,
}

#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct HeatMap {
    pub at: Time,
    pub unit: Option<UnitRef>,
    /// From the group down to the unit.
    pub path: Vec<UnitRef>,
    pub rows: Vec<HeatRow>,
    pub totals: Totals,
}

#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct UnitRef {
    pub id: String,
    pub name: String,
    pub name_ja: String,
}

#[derive(Debug, Clone, Copy, Default, serde::Serialize, utoipa::ToSchema)]
pub struct Totals {
    pub critical: i64,
    pub high: i64,
    pub medium: i64,
    pub low: i64,
    pub overdue: i64,
    pub total: i64,
}

/// The heat map below a unit (the group's, or what the reader sees of it) at an instant.
pub async fn heat_map(
    db: &Db,
    state: &RiskState,
    scope: &Scope,
    unit: Option<UnitId>,
    at: Time,
) -> Result<HeatMap, RiskError> {
    let tree = hinomi_org::tree_at(db, at).await?;
    let counts = counts_at(db, state, scope, at).await?;
    let highest = highest(&tree, scope);
    // Whoever sees one unit and what is below it begins there.
    let unit = unit.or_else(|| highest.first().copied().filter(|_| highest.len() == 1));
    let tops = match unit {
        Some(unit) => below(&tree, scope, unit, &counts)?,
        None => highest,
    };
    let mut rows = Vec::new();
    for top in &tops {
        rows.push(row_of(&tree, *top, &counts, scope, false));
    }
    if let (Some(unit), Some(own)) = (unit, unit.and_then(|unit| counts.get(&unit)))
        && own.cells.total() > 0
        && !tops.contains(&unit)
    {
        let mut row = row_of(&tree, unit, &counts, scope, true);
        row.cells = own.cells;
        row.overdue = own.overdue;
        row.total = own.cells.total();
        rows.insert(0, row);
    }
    let mut sum = OfUnit::default();
    for row in &rows {
        sum.cells.merge(&row.cells);
        sum.overdue += row.overdue;
    }
    let path = unit.map_or_else(Vec::new, |unit| tree.path(unit));
    let reference = |id: UnitId| {
        tree.get_or_gone(id).map(|node| UnitRef {
            id: id.to_string(),
            name: node.name.clone(),
            name_ja: node.name_ja.clone(),
        })
    };
    Ok(HeatMap {
        at,
        unit: unit.and_then(reference),
        path: path
            .iter()
            .filter(|node| scope.contains(node.id))
            .filter_map(|node| reference(node.id))
            .collect(),
        rows,
        totals: Totals {
            critical: sum.cells.critical,
            high: sum.cells.high,
            medium: sum.cells.medium,
            low: sum.cells.low,
            overdue: sum.overdue,
            total: sum.cells.total(),
        },
    })
}

/// The units of the rows: the unit's children, with those that are gone and still have cases, or itself when it has
/// none.
fn below(
    tree: &Tree,
    scope: &Scope,
    unit: UnitId,
    counts: &HashMap<UnitId, OfUnit>,
) -> Result<Vec<UnitId>, RiskError> {
    if tree.get_or_gone(unit).is_none() || !scope.contains(unit) {
        return Err(RiskError::UnitUnknown { id: unit.to_string() });
    }
    let mut children: Vec<UnitId> = tree.children(unit).map(|node| node.id).collect();
    let counts = |id: &UnitId| {
        tree.subtree(*id).iter().any(|below| scope.contains(*below) && counts.contains_key(below))
    };
    children.extend(gone_below(tree, unit).filter(counts));
    Ok(if children.is_empty() { vec![unit] } else { children })
}

/// The units that are gone and count directly below one: those whose last parent it was, and where it stands also those
/// that have no other place.
fn gone_below(tree: &Tree, unit: UnitId) -> impl Iterator<Item = UnitId> {
    let stands = tree.get(unit).is_some();
    let is_below = move |node: &&TreeNode| match node.parent_id {
        Some(parent) if tree.get_or_gone(parent).is_some() => parent == unit,
        _ => stands && tree.standing(node.id) == Some(unit),
    };
    tree.gone().iter().filter(is_below).map(|node| node.id)
}

/// The units that the reader sees without seeing what they belong to.
fn highest(tree: &Tree, scope: &Scope) -> Vec<UnitId> {
    let visible = tree.nodes().iter().map(|node| node.id).filter(|id| scope.contains(*id));
    visible.filter(|id| tree.parent(*id).is_none_or(|parent| !scope.contains(parent))).collect()
}

fn row_of(tree: &Tree, unit: UnitId, counts: &HashMap<UnitId, OfUnit>, scope: &Scope, own: bool) -> HeatRow {
    let mut sum = OfUnit::default();
    let gone = tree.get(unit).is_none();
    for id in tree.subtree(unit) {
        if let Some(counted) = counts.get(&id).filter(|_| scope.contains(id)) {
            sum.cells.merge(&counted.cells);
            sum.overdue += counted.overdue;
        }
    }
    let node = tree.get_or_gone(unit);
    HeatRow {
        unit_id: unit.to_string(),
        name: node.map(|node| node.name.clone()).unwrap_or_default(),
        name_ja: node.map(|node| node.name_ja.clone()).unwrap_or_default(),
        kind: node.map(|node| node.kind.name().to_owned()).unwrap_or_default(),
        has_children: !own && tree.children(unit).next().is_some(),
        own,
        gone,
        total: sum.cells.total(),
        cells: sum.cells,
        overdue: sum.overdue,
    }
}

/// Open cases by unit at an instant, within the scope.
async fn counts_at(
    db: &Db,
    state: &RiskState,
    scope: &Scope,
    at: Time,
) -> Result<HashMap<UnitId, OfUnit>, RiskError> {
    let counted = state.cases(db).await?.counts_at(scope, at);
    Ok(counted
        .into_iter()
        .map(|(unit, [overdue, low, medium, high, critical])| {
            (unit, OfUnit { cells: Cells { critical, high, medium, low }, overdue })
        })
        .collect())
}

/// Open cases by their age.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct AgeBucket {
    /// Days: `0-7`, `8-30`, `31-90`, `91-180`, `181+`.
    pub label: String,
    pub critical: i64,
    pub high: i64,
    pub medium: i64,
    pub low: i64,
}

/// What was instructed, what is left, since when.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Residual {
    pub at: Time,
    pub open: i64,
    /// Tickets ever issued up to then.
    pub instructed_total: i64,
    pub closed_total: i64,
    pub age_buckets: Vec<AgeBucket>,
    pub oldest_days: Option<i64>,
    pub median_days: Option<i64>,
}

/// What is older counts as so old: a century.
const OLDEST_DAYS: usize = 36_525;
const AGES: [(&str, i64); 5] = [("0-7", 7), ("8-30", 30), ("31-90", 90), ("91-180", 180), ("181+", i64::MAX)];

pub async fn residual(db: &Db, state: &RiskState, scope: &Scope, at: Time) -> Result<Residual, RiskError> {
    let now = at.as_micros();
    let mut instructed_total = 0;
    // Cases by the days of their age and by criticality: a company's are not older than it is, and few ages are not met.
    let mut by_age: Vec<[i64; 5]> = Vec::new();
    for case in state.cases(db).await?.standing_at(scope, at) {
        instructed_total += 1;
        let Some(since) = case.open_since else { continue };
        let days = usize::try_from((now - since) / DAY_MICROS).unwrap_or(0).min(OLDEST_DAYS);
        if by_age.len() <= days {
            by_age.resize(days + 1, [0; 5]);
        }
        by_age[days][usize::from(case.criticality)] += 1;
    }
    let mut cells = [Cells::default(); AGES.len()];
    let mut ages: Vec<(i64, i64)> = Vec::new();
    for (age_days, of_age) in (0..).zip(&by_age) {
        let bucket = AGES.iter().position(|(_, up_to)| age_days <= *up_to);
        for (criticality, cases) in (0..).zip(of_age).filter(|(_, cases)| **cases > 0) {
            if let Some(bucket) = bucket {
                cells[bucket].add(criticality, *cases);
            }
            ages.push((age_days, *cases));
        }
    }
    let open: i64 = ages.iter().map(|(_, cases)| cases).sum();
    Ok(Residual {
        at,
        open,
        instructed_total,
        closed_total: instructed_total - open,
        age_buckets: AGES
            .iter()
            .zip(cells)
            .map(|((label, _), cells)| AgeBucket {
                label: (*label).to_owned(),
                critical: cells.critical,
                high: cells.high,
                medium: cells.medium,
                low: cells.low,
            })
            .collect(),
        oldest_days: ages.last().map(|(age, _)| *age),
        median_days: median(&ages, open),
    })
}

/// The age that half of the cases have not passed.
fn median(ages: &[(i64, i64)], open: i64) -> Option<i64> {
    let mut seen = 0;
    ages.iter()
        .find(|(_, cases)| {
            seen += cases;
            seen * 2 >= open
        })
        .map(|(age, _)| *age)
}

/// One day of the trend.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct TrendDay {
    /// YYYY-MM-DD.
    pub day: String,
    pub open: Cells,
    /// Tickets opened and closed since the day before in this list.
    pub opened: i64,
    pub closed: i64,
}

/// The open cases at the end of each given day, in one pass over the intervals.
pub async fn trend(
    db: &Db,
    state: &RiskState,
    scope: &Scope,
    (group, days): (&GroupDays, &[Time]),
) -> Result<Vec<TrendDay>, RiskError> {
    let mut out: Vec<TrendDay> = days
        .iter()
        .map(|day| TrendDay {
            day: group.day_of(*day).to_string(),
            open: Cells::default(),
            opened: 0,
            closed: 0,
        })
        .collect();
    // Each interval covers a run of the sorted days: differences at its ends, summed up once.
    let mut steps = vec![[0i64; 5]; days.len() + 1];
    let cases = state.cases(db).await?;
    for (_, interval) in cases.within(scope) {
        let criticality = i64::from(interval.criticality);
        let start = days.partition_point(|day| day.as_micros() < interval.from_at);
        let end = days.partition_point(|day| day.as_micros() < interval.to_at);
        if start < end {
            steps[start][criticality.clamp(1, 4) as usize] += 1;
            steps[end][criticality.clamp(1, 4) as usize] -= 1;
        }
    }
    let mut running = [0i64; 5];
    for (day, step) in out.iter_mut().zip(&steps) {
        for (rank, change) in step.iter().enumerate() {
            running[rank] += change;
        }
        for rank in 1..=4i64 {
            day.open.add(rank, running[rank as usize]);
        }
    }
    cases.each_case(scope, |edges| count_edges(days, edges, &mut out));
    Ok(out)
}

/// Counts a case once in each list in which it was opened, and closed, by the last time that it was: as the lists of
/// tickets do.
fn count_edges(days: &[Time], edges: &[(Edge, bool)], out: &mut [TrendDay]) {
    let place = |edge: &Edge| match edge {
        Edge::Opened(at) => point(days, *at).map(|day| (day, true)),
        Edge::Closed(at) => point(days, *at).map(|day| (day, false)),
    };
    for (number, (edge, is_visible)) in edges.iter().enumerate() {
        let Some((day, opened)) = place(edge) else { continue };
        let is_last = edges[number + 1..].iter().all(|(later, _)| place(later) != Some((day, opened)));
        if *is_visible && is_last {
            *(if opened { &mut out[day].opened } else { &mut out[day].closed }) += 1;
        }
    }
}

/// The day in whose list something counts that happened since the day before; what lies outside counts nowhere.
fn point(days: &[Time], happened_at: i64) -> Option<usize> {
    let (first, last) = (days.first()?.as_micros(), days.last()?.as_micros());
    (first < happened_at && happened_at <= last)
        .then(|| days.partition_point(|end| end.as_micros() < happened_at))
}

/// The ends of the last days, one a week over so many months, and today.
pub fn trend_days(group: &GroupDays, now: Time, months: i64) -> Vec<Time> {
    let today = group.day_of(now);
    let weeks = (months * 365 / 12 / 7).clamp(1, 520);
    let day = |week: i64| today.checked_sub((7 * week).days()).unwrap_or(today);
    (0..=weeks).rev().map(|week| group.end_of(day(week))).collect()
}

/// Counts that stand beside the heat map.
#[derive(Debug, Clone, Default, sqlx::FromRow)]
pub struct AssetCounts {
    pub assets: i64,
    pub without_inventory: i64,
    pub unassigned: i64,
    pub stale: i64,
}

pub async fn asset_counts(db: &Db, scope: &Scope, stale_before: Time) -> Result<AssetCounts, RiskError> {
    let mut select = Query::select();
    select
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("assets"))
        .expr_as(Expr::cust("COUNT(*) FILTER (WHERE NOT has_inventory)"), Alias::new("without_inventory"))
        .expr_as(Expr::cust("COUNT(*) FILTER (WHERE unassigned)"), Alias::new("unassigned"))
        .expr_as(
            Expr::cust_with_values("COUNT(*) FILTER (WHERE last_seen < $1)", [stale_before.as_micros()]),
            Alias::new("stale"),
        )
        .from("v_asset")
        .and_where(Expr::col("retired_at").is_null())
        .within("unit_id", scope);
    Ok(db.select_one(&select).await?)
}

pub async fn system_count(db: &Db, scope: &Scope) -> Result<i64, RiskError> {
    let mut select = Query::select();
    select
        .expr(Expr::cust("COUNT(*)"))
        .from("v_system")
        .and_where(Expr::col("retired_at").is_null())
        .within("unit_id", scope);
    Ok(db.select_scalar(&select).await?)
}

/// Open tickets of systems by case criticality.
pub async fn tickets_by_system(db: &Db, systems: &[String]) -> Result<HashMap<String, Cells>, RiskError> {
    let rows: Vec<(String, i64, i64)> = db
        .all(
            "SELECT system_id, criticality, COUNT(*) FROM v_ticket WHERE is_open \
             AND system_id IN (SELECT value FROM json_each($1)) GROUP BY system_id, criticality",
            values![serde_json::to_string(systems).unwrap_or_default()],
        )
        .await?;
    let mut cells: HashMap<String, Cells> = HashMap::new();
    for (system, criticality, count) in rows {
        cells.entry(system).or_default().add(criticality, count);
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_age_of_the_middle_case() {
        assert_eq!(median(&[(1, 1), (5, 1), (9, 1)], 3), Some(5));
        assert_eq!(median(&[(1, 3), (9, 1)], 4), Some(1));
        assert_eq!(median(&[], 0), None);
    }

    #[test]
    fn trend_days_end_today_and_step_by_weeks() {
        let now: Time = "2026-03-10T12:00:00Z".parse().unwrap();
        let days = trend_days(&GroupDays::default(), now, 12);
        assert_eq!(days.len(), 53);
        assert_eq!(days.last().unwrap().to_string(), "2026-03-10T23:59:59.999999Z");
        assert!(days.windows(2).all(|pair| pair[1].as_micros() - pair[0].as_micros() == 7 * DAY_MICROS));
    }
}
