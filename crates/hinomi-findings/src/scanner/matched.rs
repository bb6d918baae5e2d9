// SPDX-License-Identifier: Apache-2.0
//! What was matched of the vulnerabilities that scanners name.
//!
//! ```text
//! name ─→ its group, and the groups that call it upstream ─┬─ affected or undecided components  (stored matches)
//!                                                          └─ components that the records speak of and do not hit
//! ```

use super::{Carried, Known, RULE, Standing};
use crate::model::FindingError;
use crate::store;
use hinomi_advisories::spoken::{self, SpokenOf};
use hinomi_db::Db;
use hinomi_inventory::scans::{SCANNER_ECOSYSTEM, Seen};
use hinomi_inventory::service::scan::StoredObservation;
use hinomi_inventory::{ComponentRow, components_by_ids};
use hinomi_match::PackageKey;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What is known of the vulnerabilities in question, whoever carries them.
pub(super) struct Matched {
    /// The groups that a name stands for: its own, and those of distributions that call it upstream.
    meant: HashMap<String, Vec<i64>>,
    /// Components that are affected, or of which that cannot be said.
    not_clear: HashMap<i64, Vec<(u32, bool)>>,
    /// Components of which a record speaks, and that it does not hit.
    clear: HashMap<i64, Vec<ComponentRow>>,
}

impl Matched {
    pub(super) async fn read(
        db: &Db,
        known: &Known,
        seen_on: &BTreeMap<i64, Vec<StoredObservation>>,
    ) -> Result<Self, FindingError> {
        let names: BTreeSet<String> =
            seen_on.values().flatten().flat_map(|row| row.seen().vulnerabilities).collect();
        let names: Vec<String> = names.into_iter().collect();
        let mut meant = spoken::downstream_of(db, &names).await?;
        for name in &names {
            meant.entry(name.clone()).or_default().extend(known.vulnerability_of.get(name));
        }
        let ids: BTreeSet<i64> = meant.values().flatten().copied().collect();
        let ids: Vec<i64> = ids.into_iter().collect();
        let mut not_clear: HashMap<i64, Vec<(u32, bool)>> = HashMap::new();
        for row in store::matches_of_vulnerabilities(db, &ids, crate::OPEN - 1).await? {
            if row.rule != RULE && row.state != "not_affected" {
                let found = (row.component_id as u32, row.state == "affected");
                not_clear.entry(row.vulnerability_id).or_default().push(found);
            }
        }
        let mut clear = HashMap::new();
        for (id, spoken) in spoken::spoken_of(db, &ids).await? {
            let not_clear = not_clear.get(&id).map_or(&[][..], Vec::as_slice);
            clear.insert(id, clear_of(db, &spoken, not_clear).await?);
        }
        Ok(Self { meant, not_clear, clear })
    }

    pub(super) fn standing(&self, carried: &Carried, seen: &Seen, name: &str) -> Standing {
        if seen.is_harmless() || seen.kind == "information" {
            return Standing::Noted;
        }
        let meant = self.meant.get(name).map_or(&[][..], Vec::as_slice);
        let here = || {
            let all = meant.iter().filter_map(|id| self.not_clear.get(id)).flatten();
            all.filter(|(component, _)| carried.components.contains(component))
        };
        if here().any(|(_, is_affected)| *is_affected) {
            return Standing::Matched;
        }
        // Where one component cannot be judged, the others contradict nobody.
        if here().next().is_some() {
            return Standing::Alone;
        }
        let mut clear = meant.iter().filter_map(|id| self.clear.get(id)).flatten();
        match clear.any(|row| carried.components.contains(&(row.id as u32)) && is_meant(row, seen)) {
            true => Standing::Contradicted,
            false => Standing::Alone,
        }
    }
}

/// The components that a vulnerability's records speak of, as far as they were judged and are not hit.
async fn clear_of(
    db: &Db,
    spoken: &[SpokenOf],
    not_clear: &[(u32, bool)],
) -> Result<Vec<ComponentRow>, FindingError> {
    let keys: Vec<PackageKey> = spoken
        .iter()
        .filter(|one| one.key.ecosystem != SCANNER_ECOSYSTEM)
        .map(|one| one.key.clone())
        .collect();
    let mut ids = hinomi_inventory::components_of_keys(db, &keys).await?;
    ids.retain(|id| not_clear.iter().all(|(component, _)| component != id));
    let unknown: HashSet<i64> = store::unknowns_of_components(db, &ids, crate::OPEN - 1)
        .await?
        .iter()
        .map(|row| row.component_id)
        .collect();
    let unmatched: HashSet<u32> = store::unmatched_of(db, &ids).await?.into_iter().collect();
    let of_release = |row: &ComponentRow| {
        let release = row.release.as_deref().unwrap_or_default();
        spoken.iter().any(|one| one.release.is_empty() || one.release == release)
    };
    let mut rows = components_by_ids(db, &ids).await?;
    rows.retain(|row| !unknown.contains(&row.id) && !unmatched.contains(&(row.id as u32)) && of_release(row));
    Ok(rows)
}

/// Does the component belong to what the scanner speaks of? One that names no package may mean any.
fn is_meant(row: &ComponentRow, seen: &Seen) -> bool {
    let names = [Some(&row.name), Some(&row.package), row.source_name.as_ref()];
    seen.package.is_empty()
        || names.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(&seen.package))
}
