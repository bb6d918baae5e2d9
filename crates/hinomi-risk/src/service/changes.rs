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
use crate::state::{Affected, Carried, InUnits, Places};
use hinomi_advisories::VulnerabilityRow;
use hinomi_advisories::read::{self as advisories, Stretch, VulnerabilityChange};
use hinomi_core::{Scope, UnitId};
use hinomi_db::Db;
use hinomi_tickets::{Open, Owed};
use roaring::RoaringBitmap;
use std::collections::{HashMap, HashSet};

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
    /// The most urgent units, at most [`UNITS_TOLD`].
    pub units: Vec<UnitShare>,
    /// Units beside them.
    pub units_more: usize,
    /// Of all units.
    pub open_tickets: u64,
    /// Of all units' open items, the earliest.
    pub due_at: Option<i64>,
}

/// So many units are told for a vulnerability.
pub const UNITS_TOLD: usize = 10;

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
    let affected = carried.affected_on(db, places.carriers()).await?;
    let is_begun = |row: &&Affected| row.from_at >= window.since && row.from_at < window.until;
    let begun: HashSet<i64> = affected.iter().filter(is_begun).map(|row| row.vulnerability).collect();
    let mut ids: Vec<i64> = affected.iter().map(|row| row.vulnerability).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut log: HashMap<i64, Vec<VulnerabilityChange>> = HashMap::new();
    for change in advisories::changes_within(db, &ids, &window.log).await? {
        log.entry(change.vulnerability_id).or_default().push(change);
    }
    let new: HashSet<i64> =
        advisories::first_seen_within(db, &ids, &window.log).await?.into_iter().map(|(id, _)| id).collect();
    let moved: Vec<i64> =
        ids.into_iter().filter(|id| begun.contains(id) || log.contains_key(id) || new.contains(id)).collect();
    let rows = advisories::most_urgent(db, &moved, limit).await?;
    let omitted = moved.len() - rows.len();
    let mut shares = shares(db, (carried, open), (scope, places), &rows, window.until).await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let meaning = shares.by_row.remove(&row.id).unwrap_or_default();
            Changed {
                is_new: new.contains(&row.id),
                newly_here: begun.contains(&row.id),
                changes: log.remove(&row.id).unwrap_or_default(),
                assets: meaning.assets,
                systems: meaning.systems,
                units: meaning.units,
                units_more: meaning.units_more,
                open_tickets: meaning.open_tickets,
                due_at: meaning.due_at,
                row,
            }
        })
        .collect();
    Ok(Changes { rows, units: shares.units, omitted })
}

/// A unit's share while it is counted: by its number, no text.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    unit: u32,
    assets: u64,
    vulnerabilities: u64,
    tickets: u64,
    overdue: u64,
    due_at: Option<i64>,
}

impl Share {
    /// Whoever is due first comes first; who has nothing to do comes last.
    fn order(&self) -> (bool, i64, u32) {
        (self.tickets == 0, self.due_at.unwrap_or(i64::MAX), self.unit)
    }

    fn owe(&mut self, owed: &Owed) {
        self.tickets = owed.tickets;
        self.overdue = owed.overdue;
        self.due_at = owed.due_at;
    }
}

/// Numbers of units, in the order of their ids: those that carry something; then those that only owe, as they come.
struct Units {
    ids: Vec<String>,
    numbers: HashMap<UnitId, u32>,
}

impl Units {
    fn new(ids: &[String]) -> Self {
        let parsed = ids.iter().zip(0u32..).filter_map(|(id, number)| Some((id.parse().ok()?, number)));
        Self { ids: ids.to_vec(), numbers: parsed.collect() }
    }

    fn number(&mut self, unit: UnitId) -> u32 {
        let next = self.ids.len() as u32;
        *self.numbers.entry(unit).or_insert_with(|| {
            self.ids.push(unit.to_string());
            next
        })
    }

    /// What units carry and what they owe, of one vulnerability or of all.
    fn shares(&mut self, carried: &InUnits, owed: &[Owed]) -> Vec<Share> {
        let assets = (0u32..).zip(&carried.carriers);
        let mut shares: Vec<Share> =
            assets.map(|(unit, assets)| Share { unit, assets: *assets, ..Share::default() }).collect();
        for one in owed {
            let unit = self.number(one.unit_id) as usize;
            if shares.len() <= unit {
                shares.resize(unit + 1, Share { unit: unit as u32, ..Share::default() });
                (0u32..).zip(&mut shares).for_each(|(unit, share)| share.unit = unit);
            }
            shares[unit].owe(one);
        }
        shares.retain(|share| share.assets > 0 || share.tickets > 0);
        shares
    }

    /// The most urgent of them.
    fn told(&self, mut shares: Vec<Share>, most: usize) -> Vec<UnitShare> {
        if shares.len() > most {
            shares.select_nth_unstable_by_key(most, Share::order);
            shares.truncate(most);
        }
        shares.sort_unstable_by_key(Share::order);
        let told = shares.into_iter().map(|share| UnitShare {
            unit_id: self.ids[share.unit as usize].clone(),
            assets: share.assets,
            vulnerabilities: share.vulnerabilities,
            open_tickets: share.tickets,
            overdue: share.overdue,
            due_at: share.due_at,
        });
        told.collect()
    }
}

/// What one vulnerability means.
#[derive(Default)]
struct Meaning {
    assets: u64,
    systems: usize,
    units: Vec<UnitShare>,
    units_more: usize,
    open_tickets: u64,
    due_at: Option<i64>,
}

struct Shares {
    by_row: HashMap<i64, Meaning>,
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
    let mut units = Units::new(places.units());
    let mut all = RoaringBitmap::new();
    let mut named: HashMap<u32, u64> = HashMap::new();
    let mut by_row = HashMap::new();
    let mut components = components_by_vulnerability(db, &ids).await?;
    for id in ids.iter().copied() {
        let components = components.remove(&id).unwrap_or_default();
        let carriers = carried.carriers_of_any(components) & places.carriers();
        let in_units = places.in_units(&carriers);
        let mut shares = units.shares(&in_units, &open.owed(scope, id, now));
        for share in &mut shares {
            share.vulnerabilities = 1;
            *named.entry(share.unit).or_default() += 1;
        }
        let meaning = Meaning {
            assets: carriers.len(),
            systems: in_units.systems,
            units_more: shares.len().saturating_sub(UNITS_TOLD),
            open_tickets: shares.iter().map(|share| share.tickets).sum(),
            due_at: shares.iter().filter_map(|share| share.due_at).min(),
            units: units.told(shares, UNITS_TOLD),
        };
        by_row.insert(id, meaning);
        all |= carriers;
    }
    let mut totals = units.shares(&places.in_units(&all), &open.owed_of_any(scope, &ids, now));
    for share in &mut totals {
        share.vulnerabilities = named.get(&share.unit).copied().unwrap_or(0);
    }
    Ok(Shares { by_row, units: units.told(totals, usize::MAX) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(number: u128) -> UnitId {
        UnitId::from_content(&[&number.to_string()])
    }

    #[test]
    fn the_most_urgent_units_are_told_and_who_only_owes_is_among_them() {
        let mut ids: Vec<String> = (0..30).map(|number| unit(number).to_string()).collect();
        ids.sort_unstable();
        let mut units = Units::new(&ids);
        let carried = InUnits { systems: 30, carriers: vec![2; 30] };
        let owed = |unit_id, due_at| Owed { unit_id, tickets: 3, overdue: 1, due_at };
        let third: UnitId = ids[2].parse().unwrap();
        let gone = unit(99);
        let shares = units.shares(&carried, &[owed(third, None), owed(gone, Some(7))]);
        assert_eq!(shares.len(), 31);
        let told = units.told(shares.clone(), 4);
        let share = |id: &str, assets, due_at| UnitShare {
            unit_id: id.to_owned(),
            assets,
            vulnerabilities: 0,
            open_tickets: 3,
            overdue: 1,
            due_at,
        };
        assert_eq!(told[..2], [share(&gone.to_string(), 0, Some(7)), share(&ids[2], 2, None)]);
        let rest: Vec<&str> = told[2..].iter().map(|share| share.unit_id.as_str()).collect();
        assert_eq!(rest, [&ids[0], &ids[1]], "who owes nothing comes last, in the order of the ids");
        assert_eq!(units.told(shares, usize::MAX).len(), 31);
        // Nothing but debts: whoever carries nothing and owes nothing is not named.
        let none = InUnits { systems: 0, carriers: vec![0; 30] };
        assert_eq!(units.shares(&none, &[owed(gone, None)]).len(), 1);
    }
}
