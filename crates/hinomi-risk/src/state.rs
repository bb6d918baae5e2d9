// SPDX-License-Identifier: Apache-2.0
//! Who carries what, kept in memory between requests.

use crate::cases::Cases;
use crate::error::RiskError;
use hinomi_advisories::read::SearchIndex;
use hinomi_core::Scope;
use hinomi_db::sea_query::{Expr, ExprTrait, Query};
use hinomi_db::{Db, Engine, scope::ScopeFilter};
use hinomi_inventory::CarrierIndex;
use hinomi_tickets::OpenTickets;
use roaring::RoaringBitmap;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedRwLockReadGuard, RwLock};

/// The carrier index and the bitmaps asked of it, valid until the inventory changes; and which component is affected by what,
/// valid until a match changes.
#[derive(Default)]
pub struct Carried {
    index: CarrierIndex,
    bitmaps: HashMap<u32, Arc<RoaringBitmap>>,
    /// In the order of the components.
    affected: Arc<Vec<Affected>>,
    /// The highest change of the matches when `affected` was read.
    matches: Option<i64>,
}

/// That a component is affected by a vulnerability, and since when.
#[derive(Debug, Clone, Copy)]
pub struct Affected {
    pub component: u32,
    pub vulnerability: i64,
    pub from_at: i64,
}

impl Carried {
    /// Every carrier on which some source shows the component.
    pub fn carriers_of(&mut self, component: u32) -> Arc<RoaringBitmap> {
        let index = &self.index;
        Arc::clone(self.bitmaps.entry(component).or_insert_with(|| Arc::new(index.carriers_of(component))))
    }

    pub fn carriers_of_any(&mut self, components: impl IntoIterator<Item = u32>) -> RoaringBitmap {
        let mut all = RoaringBitmap::new();
        for component in components {
            all |= &*self.carriers_of(component);
        }
        all
    }

    pub fn index(&self) -> &CarrierIndex {
        &self.index
    }

    /// What is affected by what now, by component.
    pub async fn affected(&mut self, db: &Db) -> Result<Arc<Vec<Affected>>, RiskError> {
        let newest = hinomi_findings::highest_sequence(db).await?;
        if self.matches != Some(newest) {
            let rows = hinomi_findings::open_affected(db).await?.into_iter();
            let affected = rows.map(|row| Affected {
                component: row.component_id as u32,
                vulnerability: row.vulnerability_id,
                from_at: row.from_at,
            });
            let mut affected: Vec<Affected> = affected.collect();
            affected.sort_unstable_by_key(|row| row.component);
            self.affected = Arc::new(affected);
            self.matches = Some(newest);
        }
        Ok(Arc::clone(&self.affected))
    }
}

impl Carried {
    /// As [`Self::affected`], but only what one of these carriers carries.
    pub async fn affected_on(&mut self, db: &Db, on: &RoaringBitmap) -> Result<Vec<Affected>, RiskError> {
        let affected = self.affected(db).await?;
        let of_components = affected.chunk_by(|left, right| left.component == right.component);
        let mut found = Vec::new();
        for rows in of_components {
            let is_carried = |row: &Affected| !self.carriers_of(row.component).is_disjoint(on);
            if rows.first().is_some_and(is_carried) {
                found.extend_from_slice(rows);
            }
        }
        Ok(found)
    }
}

/// Shared by the handlers of this crate.
#[derive(Clone, Default)]
pub struct RiskState {
    carried: Arc<Mutex<Carried>>,
    cases: Arc<RwLock<Cases>>,
    vulnerabilities: SearchIndex,
    open: OpenTickets,
}

impl RiskState {
    /// What is open, for whoever else counts it.
    pub fn open_tickets(&self) -> &OpenTickets {
        &self.open
    }

    /// Reads everything, so that the first page does not wait for it.
    pub async fn warm(&self, db: &Db) -> Result<(), RiskError> {
        self.fresh(db).await?.affected(db).await?;
        self.cases(db).await?;
        self.open.fresh(db).await?;
        Ok(())
    }

    /// The index, up to date with the database.
    pub async fn fresh(&self, db: &Db) -> Result<OwnedMutexGuard<Carried>, RiskError> {
        let mut carried = Arc::clone(&self.carried).lock_owned().await;
        let before = carried.index.sequence();
        carried.index.refresh(db).await?;
        if carried.index.sequence() != before {
            carried.bitmaps.clear();
        }
        Ok(carried)
    }

    /// Finds vulnerabilities by what they are called.
    pub(crate) fn vulnerabilities(&self) -> &SearchIndex {
        &self.vulnerabilities
    }

    /// The case intervals, up to date with the database. Many count at once: only who takes in what changed is alone.
    pub(crate) async fn cases(&self, db: &Db) -> Result<OwnedRwLockReadGuard<Cases>, RiskError> {
        let cases = Arc::clone(&self.cases).read_owned().await;
        if !cases.is_old(db).await? {
            return Ok(cases);
        }
        drop(cases);
        let mut cases = Arc::clone(&self.cases).write_owned().await;
        cases.refresh(db).await?;
        Ok(cases.downgrade())
    }
}

/// Carriers (asset ordinals) in use that a scope shows.
pub async fn visible(db: &Db, scope: &Scope) -> Result<RoaringBitmap, RiskError> {
    let mut select = Query::select();
    // One text: a hundred thousand rows would cost more than all that is done with them.
    let list = match db.engine() {
        Engine::Sqlite => "COALESCE(group_concat(ordinal), '')",
        Engine::Postgres => "COALESCE(string_agg(ordinal::text, ','), '')",
    };
    select.expr(Expr::cust(list)).from("v_asset").within("unit_id", scope);
    select.and_where(Expr::col("retired_at").is_null());
    let list: String = db.select_scalar(&select).await?;
    Ok(list.split(',').filter_map(|ordinal| ordinal.parse::<u32>().ok()).collect())
}

/// The carriers in use of one system that a scope shows.
#[derive(Debug, Clone)]
pub struct OnSystem {
    pub system_id: String,
    pub unit_id: String,
    pub carriers: RoaringBitmap,
}

/// As [`visible`], by the system that each belongs to: one pass over an index, however many assets there are.
pub async fn visible_by_system(db: &Db, scope: &Scope) -> Result<Vec<OnSystem>, RiskError> {
    let mut select = Query::select();
    let list = match db.engine() {
        Engine::Sqlite => "group_concat(ordinal)",
        Engine::Postgres => "string_agg(ordinal::text, ',')",
    };
    select.columns(["system_id", "unit_id"]).expr(Expr::cust(list)).from("v_asset").within("unit_id", scope);
    select.and_where(Expr::col("retired_at").is_null());
    select.add_group_by([Expr::col("system_id"), Expr::col("unit_id")]);
    let rows: Vec<(String, String, String)> = db.select_all(&select).await?;
    let parse = |list: &str| list.split(',').filter_map(|ordinal| ordinal.parse::<u32>().ok()).collect();
    let on = |(system_id, unit_id, list): (String, String, String)| OnSystem {
        system_id,
        unit_id,
        carriers: parse(&list),
    };
    Ok(rows.into_iter().map(on).collect())
}

/// Which systems a scope shows, and where each of their carriers belongs: whom a set of carriers concerns is counted from
/// it, without reading an asset.
#[derive(Debug, Default)]
pub struct Places {
    systems: Vec<OnSystem>,
    /// By the number of the carrier, the place of its system; [`NOWHERE`] for others.
    system_of: Vec<u32>,
    all: RoaringBitmap,
    units: Vec<String>,
    /// By the place of a system, the place of its unit.
    unit_of: Vec<u32>,
}

/// How many carriers each unit has, and on how many systems.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct InUnits {
    pub systems: usize,
    /// By the place of the unit in [`Places::units`].
    pub carriers: Vec<u64>,
}

const NOWHERE: u32 = u32::MAX;
/// Asking every system costs about as much as looking up so many carriers for each.
const CARRIERS_A_SYSTEM: u64 = 8;

impl Places {
    pub async fn load(db: &Db, scope: &Scope) -> Result<Self, RiskError> {
        Ok(Self::of(visible_by_system(db, scope).await?))
    }

    fn of(systems: Vec<OnSystem>) -> Self {
        let mut all = RoaringBitmap::new();
        systems.iter().for_each(|system| all |= &system.carriers);
        let mut system_of = vec![NOWHERE; all.max().map_or(0, |last| last as usize + 1)];
        for (place, system) in (0u32..).zip(&systems) {
            system.carriers.iter().for_each(|carrier| system_of[carrier as usize] = place);
        }
        let mut units: Vec<String> = systems.iter().map(|system| system.unit_id.clone()).collect();
        units.sort_unstable();
        units.dedup();
        let place = |system: &OnSystem| units.binary_search(&system.unit_id).unwrap_or_default() as u32;
        let unit_of = systems.iter().map(place).collect();
        Self { systems, system_of, all, units, unit_of }
    }

    /// The units that have a system, in the order of their ids.
    pub fn units(&self) -> &[String] {
        &self.units
    }

    /// Every carrier that the scope shows.
    pub fn carriers(&self) -> &RoaringBitmap {
        &self.all
    }

    /// The systems with at least one of the carriers, and with how many.
    pub fn counts(&self, carriers: &RoaringBitmap) -> Vec<(&OnSystem, u64)> {
        self.systems.iter().zip(self.by_system(carriers)).filter(|(_, count)| *count > 0).collect()
    }

    pub fn in_units(&self, carriers: &RoaringBitmap) -> InUnits {
        let mut found = InUnits { systems: 0, carriers: vec![0; self.units.len()] };
        for (unit, count) in self.unit_of.iter().zip(self.by_system(carriers)) {
            found.systems += usize::from(count > 0);
            found.carriers[*unit as usize] += count;
        }
        found
    }

    fn by_system(&self, carriers: &RoaringBitmap) -> Vec<u64> {
        let mut counts = vec![0u64; self.systems.len()];
        if carriers.len() <= CARRIERS_A_SYSTEM * self.systems.len() as u64 {
            let places = carriers.iter().filter_map(|carrier| self.system_of.get(carrier as usize));
            places.filter(|place| **place != NOWHERE).for_each(|place| counts[*place as usize] += 1);
        } else {
            for (count, system) in counts.iter_mut().zip(&self.systems) {
                *count = system.carriers.intersection_len(carriers);
            }
        }
        counts
    }
}

/// An asset behind a carrier.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AssetRef {
    pub id: String,
    pub ordinal: i64,
    pub name: String,
    pub system_id: String,
    pub unit_id: String,
}

/// A page of the assets in use behind carriers, in the order of their names, after (name, id).
pub async fn assets_page(
    db: &Db,
    carriers: &RoaringBitmap,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<AssetRef>, RiskError> {
    let sql = db.pick(
        "SELECT id, ordinal, name, system_id, unit_id FROM v_asset \
         WHERE ordinal IN (SELECT value FROM json_each($1)) AND retired_at IS NULL AND (name, id) > ($2, $3) \
         ORDER BY name, id LIMIT $4",
        "SELECT id, ordinal, name, system_id, unit_id FROM v_asset \
         WHERE ordinal IN (SELECT value::bigint FROM json_each($1)) AND retired_at IS NULL AND (name, id) > ($2, $3) \
         ORDER BY name, id LIMIT $4",
    );
    let list: Vec<u32> = carriers.iter().collect();
    let (name, id) = after.unwrap_or_default();
    let list = serde_json::to_string(&list).unwrap_or_default();
    Ok(db.all(sql, hinomi_db::values![list, name.to_owned(), id.to_owned(), limit]).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_carriers_and_many_are_counted_alike() {
        let on = |no: u32, carriers: std::ops::Range<u32>| OnSystem {
            system_id: format!("s{no}"),
            unit_id: "u".to_owned(),
            carriers: carriers.collect(),
        };
        let places = Places::of(vec![on(0, 0..100), on(1, 100..103), on(2, 300..400)]);
        assert_eq!(places.carriers().len(), 203);
        let counted = |carriers: RoaringBitmap| -> Vec<(String, u64)> {
            let counts = places.counts(&carriers).into_iter();
            counts.map(|(system, count)| (system.system_id.clone(), count)).collect()
        };
        // 200 and 999 are nobody's.
        let few: RoaringBitmap = [5, 99, 101, 200, 999].into_iter().collect();
        assert_eq!(counted(few), [("s0".to_owned(), 2), ("s1".to_owned(), 1)]);
        let many: RoaringBitmap = (50..1_000).collect();
        assert_eq!(counted(many), [("s0".to_owned(), 50), ("s1".to_owned(), 3), ("s2".to_owned(), 100)]);
        assert!(counted(RoaringBitmap::new()).is_empty());
        assert_eq!(places.units(), ["u"]);
        assert_eq!(places.in_units(&(90..102).collect()), InUnits { systems: 2, carriers: vec![12] });
    }
}
