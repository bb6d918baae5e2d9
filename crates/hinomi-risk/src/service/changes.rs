// SPDX-License-Identifier: Apache-2.0
//! What changed since a moment about what affects us, and who must act.
//!
//! ```text
//! what affects a visible carrier ─┬─ became known since          new
//!                                 ├─ its log has lines since     changed
//!                                 └─ its match began since       newly here
//!                                        └─→ units: whose assets carry it, which of their tickets are open and when due
//! ```

use crate::error::RiskError;
use crate::service::vulnerabilities::components_by_vulnerability;
use crate::state::{Carried, assets_of};
use hinomi_advisories::VulnerabilityRow;
use hinomi_advisories::read::{self as advisories, Stretch, VulnerabilityChange};
use hinomi_core::{Scope, UnitId};
use hinomi_db::Db;
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// One vulnerability of which something changed.
#[derive(Debug, Clone)]
pub struct Changed {
    pub row: VulnerabilityRow,
    /// It became known since then.
    pub is_new: bool,
    /// A match on something that somebody carries began since then.
    pub newly_here: bool,
    pub changes: Vec<VulnerabilityChange>,
    pub assets: u64,
    pub systems: usize,
    pub units: Vec<UnitShare>,
}

/// What one unit has of a vulnerability, or of all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitShare {
    pub unit_id: String,
    pub assets: u64,
    pub vulnerabilities: u64,
    pub open_tickets: u64,
    pub overdue: u64,
    /// Of the open items, the earliest.
    pub due_at: Option<i64>,
}

/// Everything that changed, the worst first, and the units that must act, the most urgent first.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub rows: Vec<Changed>,
    pub units: Vec<UnitShare>,
    /// More than were asked for.
    pub omitted: usize,
}

#[derive(Debug, Clone, sqlx::FromRow)]
struct ItemRow {
    vulnerability_id: i64,
    ticket_id: i64,
    unit_id: UnitId,
    due_at: Option<i64>,
}

/// From when until when, in microseconds: for matches, and for judging what is overdue.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub since: i64,
    pub until: i64,
    /// What of the logs.
    pub log: Stretch,
}

impl Window {
    pub fn of_time(since: i64, until: i64) -> Self {
        Self { since, until, log: Stretch::of_time(since, until) }
    }
}

/// What changed within the window, for what the scope shows now.
pub async fn changes(
    db: &Db,
    carried: &mut Carried,
    scope: &Scope,
    on: &RoaringBitmap,
    window: Window,
    limit: usize,
) -> Result<Changes, RiskError> {
    let mut begun: HashSet<i64> = HashSet::new();
    let mut ids: BTreeSet<i64> = BTreeSet::new();
    let mut known: HashMap<u32, bool> = HashMap::new();
    for row in hinomi_findings::open_affected(db).await? {
        let component = row.component_id as u32;
        if *known.entry(component).or_insert_with(|| !carried.carriers_of(component).is_disjoint(on)) {
            ids.insert(row.vulnerability_id);
            if row.from_at >= window.since && row.from_at < window.until {
                begun.insert(row.vulnerability_id);
            }
        }
    }
    let ids: Vec<i64> = ids.into_iter().collect();
    let mut log: HashMap<i64, Vec<VulnerabilityChange>> = HashMap::new();
    for change in advisories::changes_within(db, &ids, &window.log).await? {
        log.entry(change.vulnerability_id).or_default().push(change);
    }
    let new: HashSet<i64> =
        advisories::first_seen_within(db, &ids, &window.log).await?.into_iter().map(|(id, _)| id).collect();
    let moved: Vec<i64> =
        ids.into_iter().filter(|id| begun.contains(id) || log.contains_key(id) || new.contains(id)).collect();
    let mut rows = advisories::vulnerabilities_by_ids(db, &moved).await?;
    rows.sort_by(|left, right| {
        let urgency = |row: &VulnerabilityRow| (row.known_exploited, row.severity_rank, row.epss_band);
        urgency(right).cmp(&urgency(left)).then_with(|| left.canonical.cmp(&right.canonical))
    });
    let omitted = rows.len().saturating_sub(limit);
    rows.truncate(limit);
    let shares = shares(db, carried, scope, on, &rows, window.until).await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let (assets, systems, units) = shares.by_row.get(&row.id).cloned().unwrap_or_default();
            Changed {
                is_new: new.contains(&row.id),
                newly_here: begun.contains(&row.id),
                changes: log.remove(&row.id).unwrap_or_default(),
                assets,
                systems,
                units,
                row,
            }
        })
        .collect();
    Ok(Changes { rows, units: shares.units, omitted })
}

struct Shares {
    by_row: HashMap<i64, (u64, usize, Vec<UnitShare>)>,
    units: Vec<UnitShare>,
}

async fn shares(
    db: &Db,
    carried: &mut Carried,
    scope: &Scope,
    on: &RoaringBitmap,
    rows: &[VulnerabilityRow],
    now: i64,
) -> Result<Shares, RiskError> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let components = components_by_vulnerability(db, &ids).await?;
    let carriers: HashMap<i64, RoaringBitmap> = components
        .into_iter()
        .map(|(id, components)| (id, carried.carriers_of_any(components) & on))
        .collect();
    let mut all = RoaringBitmap::new();
    carriers.values().for_each(|bitmap| all |= bitmap);
    let places: HashMap<u32, (String, String)> = assets_of(db, &all)
        .await?
        .into_iter()
        .map(|asset| (asset.ordinal as u32, (asset.unit_id, asset.system_id)))
        .collect();
    let mut items: HashMap<i64, Vec<ItemRow>> = HashMap::new();
    for item in open_items(db, &ids).await?.into_iter().filter(|item| scope.contains(item.unit_id)) {
        items.entry(item.vulnerability_id).or_default().push(item);
    }
    let mut totals: BTreeMap<String, (RoaringBitmap, UnitShare, HashSet<i64>)> = BTreeMap::new();
    let mut by_row = HashMap::new();
    for row in rows {
        let mut systems: BTreeSet<&str> = BTreeSet::new();
        let mut units: BTreeMap<String, UnitShare> = BTreeMap::new();
        let bitmap = carriers.get(&row.id).cloned().unwrap_or_default();
        for carrier in &bitmap {
            let Some((unit, system)) = places.get(&carrier) else { continue };
            systems.insert(system);
            units.entry(unit.clone()).or_default().assets += 1;
            totals.entry(unit.clone()).or_default().0.insert(carrier);
        }
        for item in items.get(&row.id).into_iter().flatten() {
            let unit = item.unit_id.to_string();
            add(units.entry(unit.clone()).or_default(), item, now);
            let total = totals.entry(unit).or_default();
            if total.2.insert(item.ticket_id) {
                add(&mut total.1, item, now);
            } else {
                total.1.due_at = earliest(total.1.due_at, item.due_at);
            }
        }
        for unit in units.keys() {
            totals.entry(unit.clone()).or_default().1.vulnerabilities += 1;
        }
        let mut units: Vec<UnitShare> = units
            .into_iter()
            .map(|(unit_id, share)| UnitShare { unit_id, vulnerabilities: 1, ..share })
            .collect();
        sort(&mut units);
        by_row.insert(row.id, (bitmap.len(), systems.len(), units));
    }
    let mut units: Vec<UnitShare> = totals
        .into_iter()
        .map(|(unit_id, (carriers, share, _))| UnitShare { unit_id, assets: carriers.len(), ..share })
        .collect();
    sort(&mut units);
    Ok(Shares { by_row, units })
}

fn add(share: &mut UnitShare, item: &ItemRow, now: i64) {
    share.open_tickets += 1;
    share.overdue += u64::from(item.due_at.is_some_and(|due| due < now));
    share.due_at = earliest(share.due_at, item.due_at);
}

fn earliest(left: Option<i64>, right: Option<i64>) -> Option<i64> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (left, right) => left.or(right),
    }
}

/// Whoever is due first comes first; who has nothing to do comes last.
fn sort(units: &mut [UnitShare]) {
    units.sort_by(|left, right| {
        let key = |share: &UnitShare| (share.open_tickets == 0, share.due_at.unwrap_or(i64::MAX));
        key(left).cmp(&key(right)).then_with(|| left.unit_id.cmp(&right.unit_id))
    });
}

async fn open_items(db: &Db, ids: &[i64]) -> Result<Vec<ItemRow>, RiskError> {
    let sql = db.pick(
        "SELECT i.vulnerability_id, i.ticket_id, t.unit_id, i.due_at FROM v_ticket_item i \
         JOIN v_ticket t ON t.id = i.ticket_id WHERE i.closed_at IS NULL \
         AND i.vulnerability_id IN (SELECT value FROM json_each($1))",
        "SELECT i.vulnerability_id, i.ticket_id, t.unit_id, i.due_at FROM v_ticket_item i \
         JOIN v_ticket t ON t.id = i.ticket_id WHERE i.closed_at IS NULL \
         AND i.vulnerability_id IN (SELECT value::bigint FROM json_each($1))",
    );
    Ok(db.all(sql, hinomi_db::values![serde_json::to_string(ids).unwrap_or_default()]).await?)
}
