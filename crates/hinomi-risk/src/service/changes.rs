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
use crate::state::{Carried, Places};
use hinomi_advisories::VulnerabilityRow;
use hinomi_advisories::read::{self as advisories, Stretch, VulnerabilityChange};
use hinomi_core::Scope;
use hinomi_db::Db;
use hinomi_tickets::{Open, Owed};
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
    (carried, open): (&mut Carried, &Open),
    (scope, places): (&Scope, &Places),
    window: Window,
    limit: usize,
) -> Result<Changes, RiskError> {
    let mut begun: HashSet<i64> = HashSet::new();
    let mut ids: BTreeSet<i64> = BTreeSet::new();
    let mut known: HashMap<u32, bool> = HashMap::new();
    for row in carried.affected(db).await?.iter() {
        let is_carried = *known
            .entry(row.component)
            .or_insert_with(|| !carried.carriers_of(row.component).is_disjoint(places.carriers()));
        if is_carried {
            ids.insert(row.vulnerability);
            if row.from_at >= window.since && row.from_at < window.until {
                begun.insert(row.vulnerability);
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
    let shares = shares(db, (carried, open), (scope, places), &rows, window.until).await?;
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
    (carried, open): (&mut Carried, &Open),
    (scope, places): (&Scope, &Places),
    rows: &[VulnerabilityRow],
    now: i64,
) -> Result<Shares, RiskError> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut all = RoaringBitmap::new();
    let mut named: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_row = HashMap::new();
    let mut components = components_by_vulnerability(db, &ids).await?;
    for id in ids.iter().copied() {
        let components = components.remove(&id).unwrap_or_default();
        let carriers = carried.carriers_of_any(components) & places.carriers();
        let mut units: BTreeMap<String, UnitShare> = BTreeMap::new();
        let systems = places.counts(&carriers);
        for (system, assets) in &systems {
            units.entry(system.unit_id.clone()).or_default().assets += assets;
        }
        for one in open.owed(scope, id, now) {
            tell(units.entry(one.unit_id.to_string()).or_default(), &one);
        }
        units.keys().for_each(|unit| *named.entry(unit.clone()).or_default() += 1);
        let units = units.into_iter();
        let mut units: Vec<UnitShare> =
            units.map(|(unit_id, share)| UnitShare { unit_id, vulnerabilities: 1, ..share }).collect();
        sort(&mut units);
        by_row.insert(id, (carriers.len(), systems.len(), units));
        all |= carriers;
    }
    let mut totals: BTreeMap<String, UnitShare> = BTreeMap::new();
    for (system, assets) in places.counts(&all) {
        totals.entry(system.unit_id.clone()).or_default().assets += assets;
    }
    for one in open.owed_of_any(scope, &ids, now) {
        tell(totals.entry(one.unit_id.to_string()).or_default(), &one);
    }
    let mut units: Vec<UnitShare> = totals
        .into_iter()
        .map(|(unit_id, share)| UnitShare {
            vulnerabilities: named.get(&unit_id).copied().unwrap_or(0),
            unit_id,
            ..share
        })
        .collect();
    sort(&mut units);
    Ok(Shares { by_row, units })
}

/// Whoever is due first comes first; who has nothing to do comes last.
fn sort(units: &mut [UnitShare]) {
    units.sort_by(|left, right| {
        let key = |share: &UnitShare| (share.open_tickets == 0, share.due_at.unwrap_or(i64::MAX));
        key(left).cmp(&key(right)).then_with(|| left.unit_id.cmp(&right.unit_id))
    });
}

fn tell(share: &mut UnitShare, owed: &Owed) {
    share.open_tickets = owed.tickets;
    share.overdue = owed.overdue;
    share.due_at = owed.due_at;
}
