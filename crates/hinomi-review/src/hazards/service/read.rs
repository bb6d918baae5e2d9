// SPDX-License-Identifier: Apache-2.0
//! Hazards as a reader sees them: those with a ticket of a unit of theirs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hinomi_core::{PersonId, Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_platform::App;

use crate::ReviewError;
use crate::hazards::model::{
    HazardAsset, HazardDetail, HazardEvent, HazardItem, HazardSystem, HazardView, obstacles,
};
use crate::hazards::store::{self, EventRow, HazardRow, ItemRow, StandingRow};

fn sees(scope: &Scope, unit: &str) -> bool {
    scope.is_all() || unit.parse::<UnitId>().is_ok_and(|unit| scope.contains(unit))
}

/// How tickets stand with hazards: (hazard, ticket).
type Standings = HashMap<(i64, i64), StandingRow>;

async fn standings(db: &Db, hazards: &[i64]) -> Result<Standings, ReviewError> {
    let rows = store::standings(db, hazards).await?;
    Ok(rows.into_iter().map(|row| ((row.hazard_id, row.ticket_id), row)).collect())
}

/// It still shows the vulnerability. A ticket that no longer names it has it under the name of another that it became part of:
/// until the hazard follows, it is open.
fn is_open(standings: &Standings, hazard: &HazardRow, ticket: i64) -> bool {
    standings.get(&(hazard.id, ticket)).is_none_or(|row| row.closed_at.is_none())
}

async fn leads(db: &Db, rows: &[HazardRow]) -> Result<HashMap<String, String>, ReviewError> {
    let mut names = HashMap::new();
    for id in rows.iter().filter_map(|row| row.lead_id.as_ref()).collect::<BTreeSet<_>>() {
        let Ok(person) = id.parse::<PersonId>() else { continue };
        if let Some(account) = hinomi_platform::accounts::by_person(db, person).await? {
            names.insert(id.clone(), account.name);
        }
    }
    Ok(names)
}

fn view(
    row: &HazardRow,
    items: &[ItemRow],
    scope: &Scope,
    standings: &Standings,
    leads: &HashMap<String, String>,
) -> HazardView {
    let visible: Vec<&ItemRow> = items.iter().filter(|item| sees(scope, &item.unit_id)).collect();
    HazardView {
        id: row.id.to_string(),
        number: format!("H-{}", row.id),
        name: row.name.clone(),
        origin: row.origin.clone(),
        reason: row.reason.clone(),
        opened_at: Time::from_micros(row.opened_at),
        opened_by: row.opened_by.clone(),
        lead_name: row.lead_id.as_ref().and_then(|id| leads.get(id)).cloned(),
        lead_id: row.lead_id.clone(),
        lead_due_at: Time::from_micros(row.lead_due_at),
        tell_due_at: Time::from_micros(row.tell_due_at),
        told_at: row.told_at.map(Time::from_micros),
        measure_at: row.measure_at.map(Time::from_micros),
        state: row.state.clone(),
        released_at: row.released_at.map(Time::from_micros),
        released_by: row.released_by.clone(),
        tickets_open: visible.iter().filter(|item| is_open(standings, row, item.ticket_id)).count() as i64,
        tickets: visible.len() as i64,
        systems: distinct(
            visible.iter().filter_map(|item| standings.get(&(row.id, item.ticket_id))).map(|row| {
                HazardSystem { name: row.system_name.clone(), name_ja: row.system_name_ja.clone() }
            }),
        ),
        unit_ids: distinct(visible.iter().map(|item| item.unit_id.clone())),
        hidden: (items.len() - visible.len()) as i64,
    }
}

fn distinct<T: Ord>(found: impl Iterator<Item = T>) -> Vec<T> {
    found.collect::<BTreeSet<T>>().into_iter().collect()
}

/// The chosen hazards that concern the reader, the newest first.
async fn views(db: &Db, scope: &Scope, rows: Vec<HazardRow>) -> Result<Vec<HazardView>, ReviewError> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let items = store::items(db, &ids).await?;
    let standings = standings(db, &ids).await?;
    let leads = leads(db, &rows).await?;
    let mut by_hazard: HashMap<i64, Vec<ItemRow>> = HashMap::new();
    for item in items {
        by_hazard.entry(item.hazard_id).or_default().push(item);
    }
    let mut views = Vec::new();
    for row in &rows {
        let items = by_hazard.remove(&row.id).unwrap_or_default();
        if scope.is_all() || items.iter().any(|item| sees(scope, &item.unit_id)) {
            views.push(view(row, &items, scope, &standings, &leads));
        }
    }
    Ok(views)
}

/// `state`: `open`, `released`, or absent for all.
pub(in crate::hazards) async fn list(
    db: &Db,
    scope: &Scope,
    state: Option<&str>,
) -> Result<Vec<HazardView>, ReviewError> {
    let mut rows = store::all(db).await?;
    rows.retain(|row| state.is_none_or(|state| row.state == state));
    views(db, scope, rows).await
}

/// Hazards under control at an instant, for packs. Their tickets are counted as they stand now.
pub async fn hazards_of(db: &Db, scope: &Scope, at: Time) -> Result<Vec<HazardView>, ReviewError> {
    let at = at.as_micros();
    let mut rows = store::all(db).await?;
    rows.retain(|row| row.opened_at <= at && row.released_at.is_none_or(|released| released > at));
    views(db, scope, rows).await
}

fn unknown(id: i64) -> ReviewError {
    ReviewError::Unknown { what: "hazard", code: "hazard-not-found", id: id.to_string() }
}

/// A hazard with its tickets, its log, and what stands between it and its release.
pub(in crate::hazards) async fn detail(
    app: &App,
    scope: &Scope,
    id: i64,
) -> Result<(HazardRow, HazardDetail), ReviewError> {
    let db = &app.db;
    let row = store::one(db, id).await?.ok_or_else(|| unknown(id))?;
    let hazard = views(db, scope, vec![row.clone()]).await?.pop().ok_or_else(|| unknown(id))?;
    let items = store::items(db, &[id]).await?;
    let standings = standings(db, &[id]).await?;
    let visible: Vec<&ItemRow> = items.iter().filter(|item| sees(scope, &item.unit_id)).collect();
    let ids: BTreeSet<String> = visible.iter().flat_map(|item| asset_ids(item)).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let since = row.measure_at.unwrap_or(row.opened_at);
    let seen: BTreeMap<String, HazardAsset> = store::seen(db, &ids)
        .await?
        .into_iter()
        .map(|asset| {
            let is_fresh = asset.retired_at.is_some() || asset.seen_at.is_some_and(|seen| seen > since);
            let shown = HazardAsset {
                id: asset.id.clone(),
                name: asset.name,
                seen_at: asset.seen_at.filter(|seen| *seen > i64::MIN).map(Time::from_micros),
                fresh: is_fresh,
            };
            (asset.id, shown)
        })
        .collect();
    let units: Vec<UnitId> = visible.iter().filter_map(|item| item.unit_id.parse().ok()).collect();
    let units = hinomi_org::unit_names(db, app.now(), &units).await?;
    let item_view = |item: &&ItemRow| {
        let unit = item.unit_id.parse().ok().and_then(|unit: UnitId| units.get(&unit));
        let (unit_name, unit_name_ja) = unit.cloned().unwrap_or_default();
        let standing = standings.get(&(id, item.ticket_id));
        HazardItem {
            ticket_id: item.ticket_id.to_string(),
            package: standing.map_or_else(String::new, |row| row.package.clone()),
            system_id: item.system_id.clone(),
            system_name: standing.map_or_else(String::new, |row| row.system_name.clone()),
            system_name_ja: standing.map_or_else(String::new, |row| row.system_name_ja.clone()),
            unit_id: item.unit_id.clone(),
            unit_name,
            unit_name_ja,
            added_at: Time::from_micros(item.added_at),
            open: is_open(&standings, &row, item.ticket_id),
            closed_at: standing.and_then(|row| row.closed_at).map(Time::from_micros),
            closure: standing.and_then(|row| row.closure.clone()),
            assets: asset_ids(item).iter().filter_map(|id| seen.get(id)).cloned().collect(),
        }
    };
    let items: Vec<HazardItem> = visible.iter().map(item_view).collect();
    let events = store::events(db, id).await?.into_iter().filter(|row| is_told(scope, row)).map(|row| {
        HazardEvent { at: Time::from_micros(row.at), actor: row.actor, kind: row.kind, text: row.text }
    });
    let detail = HazardDetail { obstacles: obstacles(&items), items, events: events.collect(), hazard };
    Ok((row, detail))
}

/// An entry of the log is for whoever sees a unit that its author speaks for.
fn is_told(scope: &Scope, row: &EventRow) -> bool {
    let Some(units) = &row.unit_ids else { return true };
    let units: Vec<String> = serde_json::from_str(units).unwrap_or_default();
    scope.is_all() || units.iter().any(|unit| sees(scope, unit))
}

pub(in crate::hazards) fn asset_ids(item: &ItemRow) -> Vec<String> {
    serde_json::from_str(&item.assets).unwrap_or_default()
}
