// SPDX-License-Identifier: Apache-2.0
//! Which vulnerabilities affect something that the reader sees, and how much.

use crate::error::RiskError;
use crate::state::Carried;
use hinomi_db::Db;
use roaring::RoaringBitmap;
use std::collections::{BTreeSet, HashMap};

/// Affected components by vulnerability, now: by its own records, and by those of distributions that are about it.
pub async fn components_by_vulnerability(
    db: &Db,
    ids: &[i64],
) -> Result<HashMap<i64, BTreeSet<u32>>, RiskError> {
    let followers = hinomi_advisories::spoken::followers(db, ids).await?;
    let mut wanted: Vec<i64> = ids.iter().chain(followers.values().flatten()).copied().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut own: HashMap<i64, BTreeSet<u32>> = HashMap::new();
    for row in hinomi_findings::matches_of_vulnerabilities(db, &wanted, hinomi_findings::OPEN - 1).await? {
        if row.state == "affected" {
            own.entry(row.vulnerability_id).or_default().insert(row.component_id as u32);
        }
    }
    let all_of = |id: &i64| {
        let ids = followers.get(id).into_iter().flatten().chain([id]);
        let components: BTreeSet<u32> = ids.filter_map(|id| own.get(id)).flatten().copied().collect();
        (!components.is_empty()).then_some((*id, components))
    };
    Ok(ids.iter().filter_map(all_of).collect())
}

/// Vulnerabilities that affect at least one visible carrier, in the order of their numbers.
pub async fn affecting(
    db: &Db,
    carried: &mut Carried,
    visible: &RoaringBitmap,
) -> Result<Vec<i64>, RiskError> {
    let affected = carried.affected_on(db, visible).await?;
    let mut ids: Vec<i64> = affected.iter().map(|row| row.vulnerability).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The visible carriers of each vulnerability.
pub async fn carriers_by_vulnerability(
    db: &Db,
    carried: &mut Carried,
    visible: &RoaringBitmap,
    ids: &[i64],
) -> Result<HashMap<i64, RoaringBitmap>, RiskError> {
    let components = components_by_vulnerability(db, ids).await?;
    Ok(components
        .into_iter()
        .map(|(id, components)| (id, carried.carriers_of_any(components) & visible))
        .collect())
}
