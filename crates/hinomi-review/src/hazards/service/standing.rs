// SPDX-License-Identifier: Apache-2.0
//! What shows vulnerabilities now, read at once: a hazard of thousands of systems costs as many statements as one of a single
//! system.
//!
//! ```text
//! vulnerabilities ─┬─→ open items of tickets ──────────────┐
//!                  └─→ affected components ─→ carriers ────┴─→ each ticket with the assets that show it
//! ```

use std::collections::{BTreeSet, HashMap, HashSet};

use hinomi_db::Db;
use hinomi_inventory::CarrierIndex;

use crate::ReviewError;
use crate::hazards::store::{self, AssetRow, HazardRow, ItemRow, OpenRow};

/// A ticket that shows a vulnerability, with its assets that do.
pub(super) struct Shown {
    pub(super) item: OpenRow,
    pub(super) assets: BTreeSet<String>,
}

/// The hazards under control, what they hold, and what shows their vulnerabilities now.
pub(in crate::hazards) struct Standing {
    hazards: Vec<HazardRow>,
    held: HashMap<i64, Vec<ItemRow>>,
    shown: HashMap<i64, Vec<Shown>>,
}

impl Standing {
    pub(in crate::hazards) async fn read(db: &Db, vulnerabilities: &[i64]) -> Result<Self, ReviewError> {
        let mut hazards = store::all(db).await?;
        hazards.retain(|row| row.state == "open" && vulnerabilities.contains(&row.vulnerability_id));
        let ids: Vec<i64> = hazards.iter().map(|row| row.id).collect();
        let mut held: HashMap<i64, Vec<ItemRow>> = HashMap::new();
        for item in store::items(db, &ids).await? {
            held.entry(item.hazard_id).or_default().push(item);
        }
        let mut shown: HashMap<i64, Vec<Shown>> = HashMap::new();
        for one in shown_of(db, vulnerabilities).await? {
            shown.entry(one.item.vulnerability_id).or_default().push(one);
        }
        Ok(Self { hazards, held, shown })
    }

    /// The hazard of a vulnerability, when it is under control already.
    pub(super) fn hazard_of(&self, vulnerability: i64) -> Option<&HazardRow> {
        self.hazards.iter().find(|row| row.vulnerability_id == vulnerability)
    }

    pub(super) fn held(&self, hazard: i64) -> &[ItemRow] {
        self.held.get(&hazard).map_or(&[], Vec::as_slice)
    }

    pub(super) fn shown(&self, vulnerability: i64) -> &[Shown] {
        self.shown.get(&vulnerability).map_or(&[], Vec::as_slice)
    }
}

/// What a remediation unit is called, in a system.
type Place<'a> = (&'a str, &'a str, &'a str, &'a str);

async fn shown_of(db: &Db, vulnerabilities: &[i64]) -> Result<Vec<Shown>, ReviewError> {
    let items = store::open_items(db, vulnerabilities).await?;
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let now = hinomi_findings::OPEN - 1;
    let matches = hinomi_findings::matches_of_vulnerabilities(db, vulnerabilities, now).await?;
    let mut affected: HashMap<i64, BTreeSet<u32>> = HashMap::new();
    for row in matches.iter().filter(|row| row.state == "affected") {
        affected.entry(row.vulnerability_id).or_default().insert(row.component_id as u32);
    }
    let ids: BTreeSet<u32> = affected.values().flatten().copied().collect();
    let ids: Vec<u32> = ids.into_iter().collect();
    let components = hinomi_inventory::components_by_ids(db, &ids).await?;
    let mut index = CarrierIndex::default();
    index.refresh(db).await?;
    let systems: HashSet<&String> = items.iter().map(|item| &item.system_id).collect();
    let systems: Vec<String> = systems.into_iter().cloned().collect();
    let mut by_system: HashMap<&str, Vec<&AssetRow>> = HashMap::new();
    let assets = store::assets_of(db, &systems).await?;
    for asset in &assets {
        by_system.entry(&asset.system_id).or_default().push(asset);
    }
    let mut tickets: HashMap<(i64, Place<'_>), BTreeSet<String>> = HashMap::new();
    for (vulnerability, wanted) in &affected {
        for component in components.iter().filter(|row| wanted.contains(&(row.id as u32))) {
            let carriers = index.carriers_of(component.id as u32);
            let release = component.release.as_deref().unwrap_or_default();
            for (system, assets) in &by_system {
                let place = (*system, component.ecosystem.as_str(), release, component.package.as_str());
                let here = assets.iter().filter(|asset| carriers.contains(asset.ordinal as u32));
                for asset in here {
                    tickets.entry((*vulnerability, place)).or_default().insert(asset.id.clone());
                }
            }
        }
    }
    let assets_of = |item: &OpenRow| {
        let place =
            (item.system_id.as_str(), item.ecosystem.as_str(), item.release.as_str(), item.package.as_str());
        tickets.get(&(item.vulnerability_id, place)).cloned().unwrap_or_default()
    };
    Ok(items.iter().map(|item| Shown { assets: assets_of(item), item: item.clone() }).collect())
}
