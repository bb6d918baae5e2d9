// SPDX-License-Identifier: Apache-2.0
//! What the carriers of a system show now, by remediation unit and vulnerability.
//!
//! Affected components are few; which of a profile's components are affected is worked out once for each
//! profile, so that a host of a fleet costs its drift and the affected part of its image.

use super::due::{Carrier, Due};
use super::known::facts_of;
use crate::model::{TicketError, UnitKey};
use crate::plan::{VulnerabilityFacts, WantedItem, WantedUnit};
use hinomi_advisories::read::{self as advisories, Likelihoods};
use hinomi_db::Db;
use hinomi_inventory::{CarrierIndex, ComponentRow, components_by_ids};
use hinomi_version::Scheme;
use roaring::RoaringBitmap;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// From this many systems on, reading all open matches costs less than asking for components.
const READ_ALL_FROM: usize = 200;

/// An affected component, its unit and what it suffers from.
struct Affected {
    unit: UnitKey,
    /// Some component of the unit was matched anew.
    rematched: bool,
    scheme: Option<Scheme>,
    matches: Vec<AffectedMatch>,
}

struct AffectedMatch {
    vulnerability_id: i64,
    fixed: Option<String>,
    since: i64,
}

/// A kernel that is installed and does not run.
struct IdleKernel {
    unit: UnitKey,
    version: String,
}

pub(super) struct Shown {
    affected: HashMap<u32, Affected>,
    profiles: HashMap<i64, Vec<u32>>,
    vulnerabilities: HashMap<i64, VulnerabilityFacts>,
    idle_kernels: HashMap<u32, IdleKernel>,
    rematched: Vec<UnitKey>,
}

impl Shown {
    pub(super) async fn load(
        db: &Db,
        index: &CarrierIndex,
        likelihoods: &Likelihoods,
        due: &Due,
    ) -> Result<Self, TicketError> {
        let mut matches: HashMap<u32, Vec<AffectedMatch>> = HashMap::new();
        let mut file = |component_id: i64, found: AffectedMatch| {
            matches.entry(component_id as u32).or_default().push(found);
        };
        if due.systems.len() >= READ_ALL_FROM {
            for row in hinomi_findings::open_affected(db).await? {
                let (vulnerability_id, fixed, since) = (row.vulnerability_id, row.fixed, row.from_at);
                file(row.component_id, AffectedMatch { vulnerability_id, fixed, since });
            }
        } else {
            let carriers: RoaringBitmap = due
                .systems
                .iter()
                .flat_map(|system| due.carriers_of(&system.id))
                .map(|carrier| carrier.ordinal)
                .collect();
            let carried: Vec<u32> = index.components_on(&carriers).iter().collect();
            let rows =
                hinomi_findings::matches_of_components(db, &carried, hinomi_findings::OPEN - 1).await?;
            for row in
                rows.into_iter().filter(|row| row.to_at == hinomi_findings::OPEN && row.state == "affected")
            {
                let (vulnerability_id, fixed, since) = (row.vulnerability_id, row.fixed, row.from_at);
                file(row.component_id, AffectedMatch { vulnerability_id, fixed, since });
            }
        }
        let mut texts = Texts::default();
        let ids: Vec<u32> = matches.keys().copied().collect();
        let rematched: HashSet<UnitKey> =
            components_by_ids(db, &due.rematched).await?.iter().map(|row| texts.unit(row)).collect();
        let mut affected = HashMap::with_capacity(ids.len());
        for row in components_by_ids(db, &ids).await? {
            let matches = matches.remove(&(row.id as u32)).unwrap_or_default();
            let unit = texts.unit(&row);
            affected.insert(
                row.id as u32,
                Affected {
                    rematched: rematched.contains(&unit),
                    unit,
                    scheme: hinomi_match::resolve(&row.query()).scheme,
                    matches,
                },
            );
        }
        let profiles = index
            .profile_ids()
            .map(|id| {
                (id, index.profile(id).iter().copied().filter(|id| affected.contains_key(id)).collect())
            })
            .collect();
        let idle_kernels = hinomi_inventory::service::read::kernels_not_running(db)
            .await?
            .into_iter()
            .filter_map(|row| {
                let version = row.source_version.clone().or_else(|| row.version.clone())?;
                Some((row.id as u32, IdleKernel { unit: texts.unit(&row), version }))
            })
            .collect();
        let vulnerabilities = vulnerabilities(db, likelihoods, &affected).await?;
        let rematched = rematched.into_iter().collect();
        Ok(Self { affected, profiles, vulnerabilities, idle_kernels, rematched })
    }

    pub(super) fn vulnerabilities(&self) -> &HashMap<i64, VulnerabilityFacts> {
        &self.vulnerabilities
    }

    /// The units of the components that were matched anew.
    pub(super) fn rematched(&self) -> &[UnitKey] {
        &self.rematched
    }

    /// Everything that the carriers show, by unit; narrowed, of the units of rematched components alone.
    pub(super) fn wanted(
        &self,
        index: &CarrierIndex,
        carriers: &[Carrier],
        narrowed: bool,
    ) -> BTreeMap<UnitKey, WantedUnit> {
        let mut first_seen: HashMap<u32, i64> = HashMap::new();
        let mut units: HashMap<&UnitKey, UnitSum<'_>> = HashMap::new();
        for carrier in carriers {
            let mut on_carrier: Vec<&UnitKey> = Vec::new();
            for slot in index.slots(carrier.ordinal) {
                let profile = self.profiles.get(&slot.profile_id).map_or(&[][..], Vec::as_slice);
                let kept = profile.iter().filter(|id| slot.difference.removed.binary_search(id).is_err());
                let drift = slot.difference.added.iter().filter(|id| self.affected.contains_key(id));
                for &component in kept.chain(drift) {
                    let found = self.affected.get(&component);
                    let Some(affected) = found.filter(|found| found.rematched || !narrowed) else { continue };
                    on_carrier.push(&affected.unit);
                    let since = first_seen.entry(component).or_insert(slot.from_at);
                    *since = (*since).min(slot.from_at);
                }
            }
            on_carrier.sort_unstable();
            on_carrier.dedup();
            let idle = self.idle_on(index, carrier.ordinal, &on_carrier);
            for unit in on_carrier {
                let sum = units.entry(unit).or_default();
                sum.assets += 1;
                sum.fresh |= !carrier.stale;
                sum.idle.push(idle.get(unit).cloned().unwrap_or_default());
            }
        }
        let mut wanted: BTreeMap<UnitKey, WantedUnit> = BTreeMap::new();
        let mut components: Vec<(u32, i64)> = first_seen.into_iter().collect();
        components.sort_unstable();
        for (component, seen) in components {
            if let Some(affected) = self.affected.get(&component) {
                let unit = wanted.entry(affected.unit.clone()).or_default();
                unit.scheme = unit.scheme.or(affected.scheme);
                add_items(unit, component, seen, affected);
            }
        }
        for (key, unit) in &mut wanted {
            if let Some(sum) = units.get(key) {
                unit.assets = sum.assets;
                unit.stale = !sum.fresh;
                unit.restart_pending = restart_pending(unit, &sum.idle);
            }
        }
        wanted
    }

    /// Kernels of these units that wait on the carrier for a restart.
    fn idle_on<'a>(
        &'a self,
        index: &CarrierIndex,
        carrier: u32,
        units: &[&UnitKey],
    ) -> HashMap<&'a UnitKey, Vec<&'a str>> {
        let mut waiting: HashMap<&UnitKey, Vec<&str>> = HashMap::new();
        if self.idle_kernels.is_empty() || units.is_empty() {
            return waiting;
        }
        for component in index.components_of(carrier) {
            let Some(kernel) = self.idle_kernels.get(&component) else { continue };
            if units.binary_search(&&kernel.unit).is_ok() {
                waiting.entry(&kernel.unit).or_default().push(&kernel.version);
            }
        }
        waiting
    }
}

#[derive(Default)]
struct UnitSum<'a> {
    assets: i64,
    fresh: bool,
    /// For each affected carrier, the kernels that are installed there and do not run: old ones and, maybe, a new one.
    idle: Vec<Vec<&'a str>>,
}

/// Every affected carrier has a kernel that closes all that can be closed, and only the restart is missing.
fn restart_pending(unit: &WantedUnit, idle: &[Vec<&str>]) -> bool {
    let Some(scheme) = unit.scheme else { return false };
    let fixes: Vec<&str> = unit.items.values().filter_map(|item| item.fixed.as_deref()).collect();
    if fixes.is_empty() {
        return false;
    }
    let covers = |version: &str| {
        fixes.iter().all(|fixed| {
            matches!(hinomi_version::compare(scheme, fixed, version), Ok(Ordering::Less | Ordering::Equal))
        })
    };
    !idle.is_empty() && idle.iter().all(|versions| versions.iter().any(|version| covers(version)))
}

fn add_items(unit: &mut WantedUnit, component: u32, seen: i64, affected: &Affected) {
    for found in &affected.matches {
        let since = seen.max(found.since);
        unit.items
            .entry(found.vulnerability_id)
            .and_modify(|item| {
                item.since = item.since.min(since);
                item.fixed = higher(affected.scheme, item.fixed.take(), found.fixed.as_deref());
            })
            .or_insert_with(|| WantedItem {
                component_id: i64::from(component),
                since,
                fixed: found.fixed.clone(),
            });
    }
}

/// The version that closes both: the higher of two fixes.
fn higher(scheme: Option<Scheme>, left: Option<String>, right: Option<&str>) -> Option<String> {
    match (left, right) {
        (None, right) => right.map(str::to_owned),
        (left, None) => left,
        (Some(left), Some(right)) if left == right => Some(left),
        (Some(left), Some(right)) => {
            let of_both =
                scheme.and_then(|scheme| hinomi_match::target_version(scheme, [left.as_str(), right]));
            Some(of_both.unwrap_or(left))
        }
    }
}

async fn vulnerabilities(
    db: &Db,
    likelihoods: &Likelihoods,
    affected: &HashMap<u32, Affected>,
) -> Result<HashMap<i64, VulnerabilityFacts>, TicketError> {
    let ids: HashSet<i64> = affected
        .values()
        .flat_map(|component| &component.matches)
        .map(|found| found.vulnerability_id)
        .collect();
    facts_of_all(db, likelihoods, &ids.into_iter().collect::<Vec<_>>()).await
}

pub(super) async fn facts_of_all(
    db: &Db,
    likelihoods: &Likelihoods,
    ids: &[i64],
) -> Result<HashMap<i64, VulnerabilityFacts>, TicketError> {
    let rows = advisories::vulnerabilities_by_ids(db, ids).await?;
    Ok(rows.iter().map(|row| (row.id, facts_of(row, likelihoods))).collect())
}

/// One copy of each text, for many units.
#[derive(Default)]
struct Texts {
    known: HashSet<Arc<str>>,
}

impl Texts {
    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = text.into();
        self.known.insert(Arc::clone(&shared));
        shared
    }

    fn unit(&mut self, row: &ComponentRow) -> UnitKey {
        UnitKey {
            ecosystem: self.share(&row.ecosystem),
            release: self.share(row.release.as_deref().unwrap_or_default()),
            package: self.share(&row.package),
        }
    }
}
