// SPDX-License-Identifier: Apache-2.0
//! From rows to a value.

use std::collections::{BTreeMap, HashSet};

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_maturity::model::Month;
use hinomi_platform::days::GroupDays;

use super::Addressed;
use crate::ReviewError;
use crate::measures::model::{ByUnit, Kind, Measure, Row, RowSet};
use crate::measures::store::facts;

/// A software list counts as fresh for so long.
const FRESH_DAYS: i64 = 30;
/// As `v_system` stores it.
const INTERNET: i64 = 3;

/// A value that nobody wrote down yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    pub(crate) value: Option<f64>,
    pub(crate) counted: i64,
    pub(crate) among: i64,
    pub(crate) by_unit: ByUnit,
    pub(crate) rows: RowSet,
}

/// The units addressed, as the tree was at an instant; sorted.
pub(crate) async fn covered(db: &Db, addressed: &[Addressed], at: Time) -> Result<Vec<UnitId>, ReviewError> {
    let tree = hinomi_org::tree_at(db, at).await?;
    let mut units: Vec<UnitId> = Vec::new();
    for one in addressed {
        match one.subtree {
            true => units.extend(tree.subtree(one.unit_id)),
            false => units.push(one.unit_id),
        }
    }
    units.sort_unstable();
    units.dedup();
    Ok(units)
}

/// What the measure says of the units at an instant. `month`: the closed month that ended there, where there is one.
pub(crate) async fn evaluate(
    db: &Db,
    measure: &Measure,
    addressed: &[Addressed],
    at: Time,
    month: Option<Month>,
) -> Result<Measured, ReviewError> {
    if measure.kind.is_of_maturity() {
        return of_maturity(db, measure, addressed, at, month).await;
    }
    let units: Vec<String> = covered(db, addressed, at).await?.iter().map(UnitId::to_string).collect();
    let rows = match measure.kind {
        Kind::FreshInventories => assets(db, at, &units).await?,
        Kind::VacantSeats => seats(db, at, &units).await?,
        _ => tickets(db, measure, at, &units).await?,
    };
    let mut by_unit = rows.by_unit();
    // Units without a row are asked too: who sees them may see that there is none.
    for unit in units {
        by_unit.entry(unit).or_default();
    }
    let counted = by_unit.values().map(|(counted, _)| counted).sum();
    let among = by_unit.values().map(|(_, among)| among).sum();
    Ok(Measured { value: measure.kind.value(counted, among), counted, among, by_unit, rows })
}

async fn tickets(db: &Db, measure: &Measure, at: Time, units: &[String]) -> Result<RowSet, ReviewError> {
    let ranks = measure.ranks();
    let with: Option<HashSet<i64>> = match &measure.vulnerability {
        None => None,
        Some(name) => {
            let vulnerability = hinomi_advisories::read::vulnerability(db, name).await?;
            Some(facts::tickets_with(db, at, vulnerability.id).await?.into_iter().collect())
        }
    };
    let exploited = match measure.kind {
        Kind::KnownExploited => exploited(db, at).await?,
        _ => HashSet::new(),
    };
    let is_wanted = |row: &facts::TicketRow| {
        (ranks.is_empty() || ranks.contains(&row.criticality))
            && measure.package.as_ref().is_none_or(|package| *package == row.package)
            && (!measure.internet || row.reachability == INTERNET)
            && with.as_ref().is_none_or(|with| with.contains(&row.case_id))
            && (measure.kind != Kind::KnownExploited || exploited.contains(&row.case_id))
    };
    let mut rows = Vec::new();
    for row in facts::tickets(db, at, units).await?.into_iter().filter(is_wanted) {
        let is_overdue = row.due_at < at.as_micros();
        if measure.kind == Kind::OverdueTickets && !is_overdue {
            continue;
        }
        let counts = measure.kind != Kind::OverdueShare || is_overdue;
        rows.push(Row { unit: row.unit_id, id: row.case_id.to_string(), counts });
    }
    Ok(RowSet::new("ticket", rows))
}

/// Tickets with an open vulnerability that was known to be exploited then: what was listed later says nothing of that day.
async fn exploited(db: &Db, at: Time) -> Result<HashSet<i64>, ReviewError> {
    let items = facts::exploited_items(db, at).await?;
    let mut ids: Vec<i64> = items.iter().map(|(_, vulnerability)| *vulnerability).collect();
    ids.sort_unstable();
    ids.dedup();
    let listed: HashSet<i64> = hinomi_advisories::read::vulnerabilities_by_ids(db, &ids)
        .await?
        .into_iter()
        .filter(|row| row.known_exploited && row.kev_added.is_none_or(|added| added <= at.as_micros()))
        .map(|row| row.id)
        .collect();
    Ok(items.into_iter().filter(|(_, id)| listed.contains(id)).map(|(ticket, _)| ticket).collect())
}

async fn assets(db: &Db, at: Time, units: &[String]) -> Result<RowSet, ReviewError> {
    let since = at.plus_days(-FRESH_DAYS);
    let rows = facts::assets(db, (since, at), units).await?.into_iter().map(|row| Row {
        counts: row.is_fresh,
        id: row.ordinal.to_string(),
        unit: row.unit_id,
    });
    Ok(RowSet::new("asset", rows.collect()))
}

async fn seats(db: &Db, at: Time, units: &[String]) -> Result<RowSet, ReviewError> {
    let vacant = facts::seats(db, at, units).await?.into_iter().filter(|row| !row.held);
    let rows = vacant.map(|row| Row { unit: row.unit_id, id: row.id, counts: true });
    Ok(RowSet::new("seat", rows.collect()))
}

/// The Maturity Monitor has counted its rows already: the value is its figure, the row is the indicator, which opens them.
async fn of_maturity(
    db: &Db,
    measure: &Measure,
    addressed: &[Addressed],
    at: Time,
    month: Option<Month>,
) -> Result<Measured, ReviewError> {
    let [one] = addressed else {
        let message =
            "a figure of the Maturity Monitor is that of one unit with everything below it".to_owned();
        return Err(ReviewError::Invalid { field: "measure", message });
    };
    let all = Scope::all();
    let month = match month {
        Some(month) => Some(month),
        None => running_or_newest(db, at).await?,
    };
    let view = hinomi_maturity::service::unit_view(db, &all, Some(one.unit_id), month).await?;
    let unit = one.unit_id.to_string();
    let mut found = None;
    let mut rows = Vec::new();
    for axis in &view.axes {
        if measure.axis.as_deref() == Some(axis.axis.as_str()) {
            found = axis.score;
            rows.extend(axis.indicators.iter().filter(|one| one.score.is_some()).map(|one| Row {
                unit: unit.clone(),
                id: one.code.clone(),
                counts: true,
            }));
        }
        for indicator in &axis.indicators {
            if measure.indicator.as_deref() == Some(indicator.code.as_str()) {
                found = indicator.score.map(|score| score * 100.0);
                rows.push(Row { unit: unit.clone(), id: indicator.code.clone(), counts: true });
            }
        }
    }
    if rows.is_empty() {
        let wanted = measure.axis.as_ref().or(measure.indicator.as_ref());
        let message = format!("{:?} has no figure for this unit", wanted.map_or("", String::as_str));
        return Err(ReviewError::Invalid { field: "measure", message });
    }
    // In tenths of a hundred points, so that a part of a share is a share.
    let tenths = found.map(|value| (value * 10.0).round() as i64);
    let counted = tenths.unwrap_or(0);
    let among = if tenths.is_some() { 1_000 } else { 0 };
    Ok(Measured {
        value: tenths.map(|tenths| tenths as f64 / 10.0),
        counted,
        among,
        by_unit: BTreeMap::from([(unit, (counted, among))]),
        rows: RowSet::new("indicator", rows),
    })
}

/// The running month's preview where there is one, else the newest closed month.
async fn running_or_newest(db: &Db, at: Time) -> Result<Option<Month>, ReviewError> {
    let running = Month::of(at, &GroupDays::load(db).await?);
    let name = running.to_string();
    let months = hinomi_maturity::service::months(db).await?;
    Ok(months.iter().any(|view| view.month == name).then_some(running))
}
