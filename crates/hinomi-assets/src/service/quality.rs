// SPDX-License-Identifier: Apache-2.0
//! How true the inventory is: what a unit improves first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_inventory::CarrierIndex;
use hinomi_inventory::service::read::carriers_of_unknown_ecosystems;
use hinomi_org::{unit_names, unit_scope};
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use crate::error::AssetError;
use crate::settings::stale_before;
use crate::store;

/// How many assets of a unit want attention, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataQuality {
    pub assets: i64,
    /// Of no system.
    pub unowned: i64,
    /// Not seen lately.
    pub stale: i64,
    pub without_inventory: i64,
    /// Only scanners know them.
    pub discovered: i64,
    /// Open questions: what may be a duplicate.
    pub in_question: i64,
    /// Assets with components of an ecosystem that matching does not know.
    pub unknown_ecosystem: i64,
}

impl DataQuality {
    fn add(&mut self, more: &Self) {
        self.assets += more.assets;
        self.unowned += more.unowned;
        self.stale += more.stale;
        self.without_inventory += more.without_inventory;
        self.discovered += more.discovered;
        self.in_question += more.in_question;
        self.unknown_ecosystem += more.unknown_ecosystem;
    }
}

/// A unit's own assets, without those of units below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataQualityOfUnit {
    pub unit_id: UnitId,
    pub unit_name: String,
    pub unit_name_ja: String,
    #[serde(flatten)]
    pub counts: DataQuality,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataQualityReport {
    pub total: DataQuality,
    /// Units with assets or questions, the worst first.
    pub units: Vec<DataQualityOfUnit>,
    /// Records that could not be made part of the inventory: they are tried again at each run. Told to who answers for
    /// everything, since nobody knows whose they are.
    pub failed: i64,
    /// The longest waiting of them.
    pub failures: Vec<AssetFailure>,
    /// Units that have ended and still own systems: nobody is there to look after those.
    pub ended_units: Vec<EndedUnit>,
}

/// A unit that is no longer there, and how many systems it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EndedUnit {
    pub unit_id: UnitId,
    pub unit_name: String,
    pub unit_name_ja: String,
    pub systems: i64,
}

/// A record of a source that could not be made part of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssetFailure {
    pub source: String,
    /// How the source names it.
    pub key: String,
    pub message: String,
    pub since: Time,
}

const FAILURES_LISTED: i64 = 50;

/// Who carries what, kept in memory between requests and brought up to date by each.
#[derive(Clone, Default)]
pub struct Carried(Arc<Mutex<CarrierIndex>>);

/// Counts of everything in scope and, when given, below `unit`.
pub async fn data_quality(
    db: &Db,
    carried: &Carried,
    scope: &Scope,
    unit: Option<UnitId>,
    now: Time,
) -> Result<DataQualityReport, AssetError> {
    let scope = unit_scope(db, scope, unit, now).await?;
    let (failed, failures) = match scope.is_all() {
        true => (store::failures::count(db).await?, store::failures::list(db, FAILURES_LISTED).await?),
        false => (0, Vec::new()),
    };
    let before = stale_before(db, now).await?;
    let mut units: BTreeMap<UnitId, DataQuality> = BTreeMap::new();
    for row in store::quality::counts(db, before).await? {
        units.insert(
            row.unit_id,
            DataQuality {
                assets: row.assets,
                unowned: row.unowned,
                stale: row.stale,
                without_inventory: row.without_inventory,
                discovered: row.discovered,
                ..DataQuality::default()
            },
        );
    }
    for (unit, count) in store::quality::questions(db).await? {
        units.entry(unit).or_default().in_question = count;
    }
    let strange: BTreeSet<i64> = {
        let mut index = carried.0.lock().await;
        carriers_of_unknown_ecosystems(db, &mut index).await?
    };
    let strange: Vec<i64> = strange.into_iter().collect();
    for (unit, count) in store::quality::units_of(db, &strange).await? {
        units.entry(unit).or_default().unknown_ecosystem = count;
    }
    units.retain(|unit, _| scope.contains(*unit));
    let ids: Vec<UnitId> = units.keys().copied().collect();
    let names: HashMap<UnitId, (String, String)> = unit_names(db, now, &ids).await?;
    let mut total = DataQuality::default();
    units.values().for_each(|counts| total.add(counts));
    let mut units: Vec<DataQualityOfUnit> = units
        .into_iter()
        .map(|(unit_id, counts)| {
            let (unit_name, unit_name_ja) = names.get(&unit_id).cloned().unwrap_or_default();
            DataQualityOfUnit { unit_id, unit_name, unit_name_ja, counts }
        })
        .collect();
    let wanting = |one: &DataQuality| {
        one.unowned + one.stale + one.without_inventory + one.in_question + one.unknown_ecosystem
    };
    units.sort_by(|left, right| {
        (wanting(&right.counts), &left.unit_name).cmp(&(wanting(&left.counts), &right.unit_name))
    });
    let failure = |row: store::failures::FailureRow| AssetFailure {
        source: row.source,
        key: row.source_key,
        message: row.message,
        since: row.since,
    };
    let failures = failures.into_iter().map(failure).collect();
    let ended_units = ended_units(db, &scope, now).await?;
    Ok(DataQualityReport { total, units, failed, failures, ended_units })
}

/// Closing a unit hands its systems over; one that was planned to end may have had some when the day came.
async fn ended_units(db: &Db, scope: &Scope, now: Time) -> Result<Vec<EndedUnit>, AssetError> {
    let tree = hinomi_org::tree_at(db, now).await?;
    let mut owning = store::estate::systems_by_unit(db).await?;
    owning.retain(|(unit, _)| scope.contains(*unit) && tree.get(*unit).is_none());
    let ids: Vec<UnitId> = owning.iter().map(|(unit, _)| *unit).collect();
    let names = unit_names(db, now, &ids).await?;
    let mut ended: Vec<EndedUnit> = owning
        .into_iter()
        .map(|(unit_id, systems)| {
            let (unit_name, unit_name_ja) = names.get(&unit_id).cloned().unwrap_or_default();
            EndedUnit { unit_id, unit_name, unit_name_ja, systems }
        })
        .collect();
    ended.sort_by(|left, right| {
        (right.systems, &left.unit_name, left.unit_id).cmp(&(left.systems, &right.unit_name, right.unit_id))
    });
    Ok(ended)
}
